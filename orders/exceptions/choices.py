"""What can be decided about an exception, and what each choice asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.wording import _
from orders.lifecycle import MOVES, Move, Requirement, fact

ROOMS: Mapping[str, str] = {
    "unpacked": "allocated - packed",
    "unshipped": "ordered - cancelled - written_off - packed",
    "sent": "shipped - return_requested",
    "under_way": "least(shipped - delivered, shipped - return_requested)",
}
"""How many pieces of a line a choice may be about, as SQL over the line's quantities."""


@dataclass(frozen=True)
class Choice:
    """One answer. label: on its button; explains: what it does to the order (both marked text).

    effect: what is carried out, a key of orders.services.exceptions.effects. needs: what must be given with it.
    room: a key of ROOMS, where it is about pieces; "" where it is about the order. move: what it asks of the order.
    """

    code: str
    label: str
    explains: str
    effect: str
    move: Move
    needs: Literal["", "date", "address", "item"] = ""
    room: str = ""


def _choice(
    code: str,
    label: str,
    explains: str,
    effect: str,
    *requires: Requirement,
    needs: Literal["", "date", "address", "item"] = "",
    room: str = "",
) -> Choice:
    return Choice(code, label, explains, effect, Move(code, "order", label, requires), needs, room)


_UNSHIPPED = Requirement(fact("open") > fact("shipped"), "shipped", _("すべて出荷済みの注文です。"))
_NOT_ALL_PACKED = Requirement(
    fact("open") > fact("packed"), "packed", _("梱包または出荷が済んでいるため、この対応は選べません。")
)
_SENT = Requirement(fact("shipped") > 0, "not_shipped", _("まだ出荷していない注文です。"))
_NO_RETURN = Requirement(fact("in_return") <= 0, "returning", _("返品対応中の注文です。"))

_ALL = (
    _choice(
        "ship_part",
        _("在庫のある分を先に出荷する"),
        _("足りない分は入荷を待ち、残りを先に出荷します（分納）。"),
        "backorder",
        _NOT_ALL_PACKED,
        room="unpacked",
    ),
    _choice(
        "wait",
        _("入荷を待ってまとめて出荷する"),
        _("倉庫の作業を止め、新しい出荷日にまとめて出荷します。"),
        "wait",
        _NOT_ALL_PACKED,
        needs="date",
        room="unpacked",
    ),
    _choice(
        "substitute",
        _("代わりの商品に替える"),
        _("該当の商品を取り消し、指定した商品を同じ数だけ加えます。"),
        "substitute",
        _NOT_ALL_PACKED,
        needs="item",
        room="unshipped",
    ),
    _choice(
        "cancel_lines",
        _("該当の商品を取り消す"),
        _("該当の商品だけを取り消し、残りは予定どおり進めます。"),
        "cancel_lines",
        _NOT_ALL_PACKED,
        room="unshipped",
    ),
    _choice(
        "cancel_order",
        _("注文をキャンセルする"),
        _("注文全体を取り消します。元に戻せません。"),
        "cancel_order",
        *MOVES["cancel"].requires,
    ),
    _choice("proceed", _("このまま進める"), _("内容を変えずに、次の工程へ進めます。"), "proceed"),
    _choice(
        "new_date",
        _("新しい出荷日で進める"),
        _("出荷日を変えて進めます。"),
        "new_date",
        _UNSHIPPED,
        needs="date",
    ),
    _choice(
        "correct_address",
        _("お届け先を訂正して進める"),
        _("訂正した住所で、次の工程へ進めます。"),
        "correct_address",
        needs="address",
    ),
    _choice(
        "prepay",
        _("前払いに切り替える"),
        _("入金を確認してから出荷します。"),
        "prepay",
        Requirement(fact("paid") <= 0, "paid", _("入金済みの注文です。")),
        _UNSHIPPED,
    ),
    _choice(
        "redeliver",
        _("もう一度届ける"),
        _("指定の日に再配達します。"),
        "redeliver",
        _SENT,
        needs="date",
    ),
    _choice(
        "send_back",
        _("倉庫へ返送する"),
        _("荷物を倉庫へ戻し、返品として検品します。"),
        "send_back",
        _SENT,
        _NO_RETURN,
        room="under_way",
    ),
    _choice(
        "reship",
        _("同じ商品を送り直す"),
        _("該当の商品の出荷を新しく作ります。"),
        "reship",
        _SENT,
        room="sent",
    ),
    _choice(
        "write_off",
        _("送り直さずに除却する"),
        _("該当の商品を除却として記録し、ご返金の対象にします。"),
        "write_off",
        _SENT,
        room="sent",
    ),
    _choice(
        "accept_return",
        _("返品を受け付ける"),
        _("商品が届いたら検品し、結果をお知らせします。"),
        "open_return",
        _SENT,
        _NO_RETURN,
        room="sent",
    ),
    _choice("refuse_return", _("返品をお断りする"), _("注文はこのまま完了へ進みます。"), "proceed"),
)

CHOICES: Mapping[str, Choice] = {choice.code: choice for choice in _ALL}
"""Every choice by its code."""
