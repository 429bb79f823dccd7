"""What can be set, as the portal puts it together: groups of pages, each with one line that says what it is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

from tenants.roles import Permission

Text = str | Promise
Area = Literal["client", "operator"]


@dataclass(frozen=True)
class Section:
    """A page of the settings. name: of its address. purpose: one line. words: by what else a search finds it.

    own: it is the client's own affair and not on the operator's host.
    """

    name: str
    label: Text
    purpose: Text
    permission: Permission
    words: str = ""
    own: bool = False


@dataclass(frozen=True)
class Group:
    """Pages that belong together. label: "" where they need no heading."""

    label: Text
    sections: Sequence[Section]


_areas: dict[Area, Sequence[Group]] = {}


def install(areas: Mapping[Area, Sequence[Group]]) -> None:
    """Say what there is: the settings of a client, and the administration of the operator."""
    _areas.clear()
    _areas.update(areas)


def groups(area: Area) -> Sequence[Group]:
    """The groups of an area, in the order in which they are shown."""
    return _areas.get(area, ())
