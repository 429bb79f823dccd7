"""The forms that order files can have. Filled by the composition root: orders know no channel by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import Profile


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


def profiles() -> Mapping[str, Profile]:
    """Every form by its code."""
    return _profiles


def profile(code: str) -> Profile:
    """The form of this code; Refused where there is none."""
    found = _profiles.get(code)
    if found is None:
        raise Refused(
            Sentence(_("「%(code)s」という取込形式はありません。販売チャネルの設定を確かめてください。"), code=code),
            code="unknown_profile",
        )
    return found
