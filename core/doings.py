"""Who was first: what a refusal adds for somebody whose work another has done meanwhile."""

from __future__ import annotations

from datetime import datetime

from core.errors import Refused
from core.events import SYSTEM
from core.periods import TOKYO
from core.wording import Sentence, _


def because(refusal: Refused, did: str, *, who: str, at: datetime | None) -> Refused:
    """The refusal with who did what and when after it; as it is where that is not known.

    did: marked text with %(who)s and %(when)s, such as `%(who)sが %(when)s に出荷済みにしました。`
    """
    if not who or at is None:
        return refusal
    here = at.astimezone(TOKYO)
    said = Sentence(did, who=_named(who), when=f"{here.month}/{here.day} {here:%H:%M}")
    message = Sentence(_("%(why)s%(did)s"), why=refusal.message, did=said)
    return Refused(message, code=refusal.code, field=refusal.field, **refusal.params)


def _named(who: str) -> Sentence:
    return Sentence(_("自動処理")) if who == SYSTEM.name else Sentence(_("%(name)sさん"), name=who)
