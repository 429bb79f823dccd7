"""The templates that a new project can be made of: the client's own, and those of the house."""

from __future__ import annotations

from dataclasses import dataclass

from projects.blueprints import Blueprint, from_json
from projects.defaults import PRESETS
from projects.models import Template


@dataclass(frozen=True)
class Choice:
    """A template to choose from. key: as a form sends it. pk: of the client's own, None of the house's."""

    key: str
    name: str
    blueprint: Blueprint
    pk: int | None = None


def choices() -> list[Choice]:
    """The client's own templates by name, then those of the house whose name none of its own has. One query."""
    kept = Template.objects.order_by("name")
    own = [Choice(f"{one.pk}", one.name, from_json(one.definition), one.pk) for one in kept]
    taken = {one.name for one in own}
    return own + [Choice(one.code, one.name, one.blueprint) for one in PRESETS.values() if one.name not in taken]


def chosen(key: str) -> Choice | None:
    """The template of this key, None where there is none."""
    return next((one for one in choices() if one.key == key), None)
