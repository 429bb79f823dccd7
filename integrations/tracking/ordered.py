"""An order to a supplier in the supplier's words: where it stands, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping

from core.wording import _
from integrations.tracking.offers import Said
from orders.supplying import CANCELLED, CONFIRMED, DECLINED, DONE, PARTIAL, SENT

STATES: Mapping[str, Said] = {
    SENT: Said(_("納期のご回答をお願いします"), _("内容をご確認のうえ、納品できる日をお知らせください。"), "attention"),
    CONFIRMED: Said(_("納期のご回答をいただきました"), _("出荷しましたら、このページからお知らせください。"), "moving"),
    DECLINED: Said(
        _("納品できないとのご連絡をいただきました"),
        _("担当者からご連絡します。納品できるようになったときは、日をお知らせください。"),
        "trouble",
    ),
    PARTIAL: Said(_("一部を納品いただきました"), _("残りを出荷しましたら、このページからお知らせください。"), "moving"),
    DONE: Said(_("すべて納品いただきました"), _("ありがとうございました。"), "done"),
    CANCELLED: Said(
        _("取り消された発注です"), _("出荷しないでください。ご不明な点はお問い合わせください。"), "waiting"
    ),
}
"""Of orders.supplying.STATES, but for drafts, which no supplier sees."""

OVERDUE: Mapping[str, str] = {
    "answer": _("ご回答の期限を過ぎています。納品できる日を至急お知らせください。"),
    "delivery": _("ご回答の納期を過ぎています。出荷のご連絡か、新しい納期をお知らせください。"),
}
"""What is asked where time has run out (of orders.supplying.OVERDUE)."""
