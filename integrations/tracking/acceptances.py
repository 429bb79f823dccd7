"""What a buyer is asked to accept, in their words: where it stands, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping

from core.wording import _
from integrations.tracking.offers import Said

STATES: Mapping[str, Said] = {
    "": Said(
        _("検収のお願い"), _("納めたものをご確認ください。このページで検収、または差し戻しができます。"), "moving"
    ),
    "late": Said(
        _("検収のお願い"), _("ご回答の期限を過ぎています。このページで検収、または差し戻しができます。"), "attention"
    ),
    "accepted": Said(_("検収いただきました"), _("検収を受け付けています。ありがとうございました。"), "done"),
    "rejected": Said(_("差し戻しを承りました"), _("ご指摘の点を直して、あらためて検収をお願いします。"), "waiting"),
}
"""By the verdict of an acceptance, "" before there is one and late where its day has passed."""


def said(verdict: str, *, is_late: bool) -> Said:
    """Where it stands in the buyer's words."""
    return STATES["late" if not verdict and is_late else verdict]
