"""The forms that order files can have. Filled by the composition root: orders know no channel by name."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import Profile

_profiles: dict[str, Profile] = {}


def install(profiles: Mapping[str, Profile]) -> None:
    """Make `profiles` the whole list: code to profile. Called once."""
    _profiles.clear()
    _profiles.update(profiles)


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
