"""The minimum monthly commitment (最低利用額) and the line that makes up for what is missing."""

from __future__ import annotations

from decimal import Decimal

from billing.pricing import Part, Priced
from core.money import YEN
from core.periods import WHOLE, Share
from core.wording import _


def true_up(committed: Decimal, charged: Decimal, share: Share = WHOLE) -> Priced:
    """What is missing from the charges of a period to the amount committed for it; without parts where nothing is.

    committed: yen a whole period without tax; a first or last part period owes it by the day. charged: what counts
    towards it, whole yen as on the invoice's lines.
    """
    missing = share.times(committed) - charged
    if missing <= 0:
        return Priced()
    label = _("最低利用額（日割り %(days)s日／%(of)s日）との差額")
    if share.is_whole:
        return Priced((Part.times(_("最低利用額との差額"), YEN, missing),))
    return Priced((Part.times(label, YEN, missing, days=share.days, of=share.of),))
