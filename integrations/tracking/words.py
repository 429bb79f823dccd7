"""An order in the buyer's words: where it stands, what comes next, and what happened. Nobody but the shop is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.wording import Sentence, _
from orders.lifecycle import Phase
from orders.tracking import CARRIERS


@dataclass(frozen=True)
class Said:
    """A phase as a buyer reads it: in a word or two, and what is happening."""

    headline: str
    words: str


PHASES: Mapping[str, Said] = {
    "cancelled": Said(_("キャンセルになりました"), _("このご注文はキャンセルになりました。商品は発送されません。")),
    "exception": Said(_("確認しています"), _("ご注文について確認しています。決まりしだいお知らせします。")),
    "returning": Said(_("返品を承っています"), _("お戻しいただく商品の到着をお待ちしています。")),
    "completed": Said(_("完了しました"), _("お届けが済み、このご注文は完了しました。ありがとうございました。")),
    "held": Said(_("確認しています"), _("ご注文について確認しています。済みしだい準備を進めます。")),
    "delivered": Said(_("お届けしました"), _("商品をお届けしました。ありがとうございました。")),
    "shipped": Said(_("お届け中です"), _("商品を発送しました。運送会社がお届けします。")),
    "partial": Said(_("一部をお届け中です"), _("商品の一部を先に発送しました。残りも準備ができしだい発送します。")),
    "preparing": Said(_("発送の準備中です"), _("商品を取りそろえて、梱包しています。")),
    "verifying": Said(_("内容を確認しています"), _("ご注文の内容を確認しています。済みしだい準備に進みます。")),
    "awaiting_payment": Said(_("ご入金をお待ちしています"), _("ご入金を確認できしだい、準備に進みます。")),
    "producing": Said(_("お作りしています"), _("商品をお作りしています。できあがりしだい発送します。")),
    "sourcing": Said(_("取り寄せています"), _("商品を取り寄せています。届きしだい発送します。")),
    "awaiting_stock": Said(_("入荷をお待ちしています"), _("商品の入荷をお待ちしています。入荷しだい発送します。")),
    "scheduled": Said(_("発送日をお待ちいただいています"), _("ご指定の日に発送します。")),
    "received": Said(_("ご注文を承りました"), _("ご注文を承りました。これから準備を進めます。")),
}

ASKED = Said(
    _("お答えをお待ちしています"), _("ご注文について確認したいことがあります。お答えいただくと準備が進みます。")
)

STATIONS = (_("ご注文"), _("内容を確認"), _("準備"), _("配送中"), _("お届け済み"))
"""The stations of an order's way (orders.queries.figures.way), in order."""

STEPS: Mapping[str, str] = {
    "ship": _("発送の予定"),
    "arrive": _("お届けの予定"),
    "stock": _("入荷の予定"),
    "answer": _("お答えの期限"),
}
"""What comes next, beside its date."""


def said(phase: Phase, *, asked: bool = False) -> Said:
    """The phase in the buyer's words; one that has none here is called as the shop calls it."""
    if asked and phase.code in ("held", "exception"):
        return ASKED
    return PHASES.get(phase.code) or Said(phase.client, phase.next)


def _shipped(data: Mapping[str, Any]) -> Sentence:
    code = str(data.get("carrier") or "")
    carrier = CARRIERS[code].name if code in CARRIERS else code
    return Sentence(_("商品を発送しました（%(carrier)s）"), carrier=Sentence(carrier))


_PLAIN: Mapping[str, str] = {
    "order.received": _("ご注文を承りました"),
    "order.verified": _("ご注文の内容を確認しました"),
    "order.paid": _("ご入金を確認しました"),
    "order.scheduled": _("発送日が決まりました"),
    "order.cancelled": _("ご注文がキャンセルになりました"),
    "shipment.released": _("発送の準備を始めました"),
    "shipment.packed": _("商品を梱包しました"),
    "shipment.delivered": _("商品をお届けしました"),
}


def told(name: str, data: Mapping[str, Any], actor_kind: str) -> Sentence | None:
    """What happened, as a buyer is told it; None for what is no concern of theirs."""
    if name == "shipment.shipped":
        return _shipped(data)
    if name == "order.held" and data.get("party") == "buyer":
        return Sentence(_("確認をお願いしました"))
    if name == "order.exception_opened" and data.get("decider") == "buyer":
        return Sentence(_("確認をお願いしました"))
    if name in ("order.hold_answered", "order.exception_decided") and actor_kind == "buyer":
        return Sentence(_("お答えをいただきました"))
    return Sentence(_PLAIN[name]) if name in _PLAIN else None
