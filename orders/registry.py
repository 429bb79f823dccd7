"""The forms that order files can have: built-in ones, filled in by the composition root, and those a client mapped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import Profile, mapped
from orders.models import FileFormat, FormatVersion


@dataclass(frozen=True)
class Example:
    """A small file of one form that a profile reads. label: what the form is called, to be translated."""

    profile: str
    code: str
    label: str
    file_name: str
    content: Callable[[], bytes]


_profiles: dict[str, Profile] = {}
_examples: list[Example] = []


def install(profiles: Mapping[str, Profile], examples: Sequence[Example]) -> None:
    """Make `profiles` the whole list, code to profile, and `examples` what is shown of them. Called once."""
    _profiles.clear()
    _profiles.update(profiles)
    _examples[:] = examples


def examples(profile: str) -> list[Example]:
    """The forms of files that this profile reads, an example of each."""
    return [example for example in _examples if example.profile == profile]


def profiles() -> dict[str, Profile]:
    """Every form by its code: the built-in ones, and those that the client at hand mapped, as they are in force."""
    in_force = FormatVersion.objects.select_related("format").filter(
        version=F("format__current"), format__is_archived=False
    )
    return {**_profiles, **{row.format.code: _read(row) for row in in_force.order_by("format__name")}}


def profile(code: str) -> Profile:
    """The form of this code as it is in force; Refused where there is none."""
    return profile_of(code, 0)


def profile_of(code: str, version: int) -> Profile:
    """The form as that version of it was, 0 for the one in force; Refused where there is none."""
    if code in _profiles:
        return _profiles[code]
    current = FileFormat.objects.filter(code=code).values_list("current", flat=True).first()
    if current is None:
        raise Refused(
            Sentence(_("「%(code)s」という取込形式はありません。販売チャネルの設定を確かめてください。"), code=code),
            code="unknown_profile",
        )
    return _mapped(code, version or current)


def is_built_in(code: str) -> bool:
    """Whether the form belongs to the portal and not to the client at hand."""
    return code in _profiles


def _mapped(code: str, version: int) -> Profile:
    return _read(FormatVersion.objects.select_related("format").get(format__code=code, version=version))


def _read(row: FormatVersion) -> Profile:
    return mapped.profile(row.definition, code=row.format.code, name=row.format.name, version=row.version)
