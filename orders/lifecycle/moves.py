"""What may be done with an order or a shipment: each command with what it asks for and the sentence that refuses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from core.errors import Refused
from core.wording import Sentence, _
from orders.lifecycle.conditions import Condition, Facts, fact
from orders.lifecycle.facts import STAGES


@dataclass(frozen=True)
class Requirement:
    """What a move asks for, and the refusal where it is not so. code: for programs."""

    when: Condition
    code: str
    sentence: str

    def refusal(self) -> Refused:
        """The answer to whoever asked."""
        return Refused(Sentence(self.sentence), code=self.code)


@dataclass(frozen=True)
class Move:
    """A command on an order or a shipment: its name on a button, and what it asks for, in the order it is checked."""

    code: str
    subject: Literal["order", "shipment"]
    label: str
    requires: tuple[Requirement, ...]

    def refusal(self, facts: Facts) -> Refused | None:
        """Why the move is not allowed with these facts, None where it is."""
        return next((need.refusal() for need in self.requires if not need.when.holds(facts)), None)

    def sift(self, facts: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, Refused]]:
        """The rows that may go, and the refusals of the rest by their `id`. facts: id and a column for each fact."""
        failing = pl.coalesce(
            *[pl.when(~need.when.column()).then(pl.lit(nth)) for nth, need in enumerate(self.requires)],
            pl.lit(-1),
        ).alias("failing")
        judged = facts.with_columns(failing)
        out = judged.filter(pl.col("failing") >= 0).select("id", "failing").rows()
        return facts.filter(judged["failing"] < 0), {key: self.requires[nth].refusal() for key, nth in out}


def _need(when: Condition, code: str, sentence: str) -> Requirement:
    return Requirement(when, code, sentence)


_open, _shipped, _allocated = fact("open"), fact("shipped"), fact("allocated")
_NOT_CANCELLED = _need(
    (_open > 0) | (_shipped > 0) | (fact("written_off") > 0), "cancelled", _("キャンセル済みの注文です。")
)
_SOMETHING_LEFT = _need(_open > _shipped, "shipped", _("すべて出荷済みの注文です。"))
_NOT_HELD = _need(fact("holds") <= 0, "held", _("保留中の注文です。保留を解除してから進めてください。"))
_NO_EXCEPTION = _need(
    fact("exceptions") <= 0, "exception", _("例外対応中の注文です。対応が終わってから進めてください。")
)
_NO_CANCEL_REQUEST = _need(
    fact("cancel_requests") <= 0,
    "cancel_requested",
    _("キャンセルの依頼が届いている注文です。依頼に回答してから進めてください。"),
)
_NO_CHANGE_REQUEST = _need(
    fact("change_requests") <= 0,
    "change_requested",
    _("変更の依頼が届いている注文です。依頼に回答してから進めてください。"),
)
_NOT_PACKED = _need(
    fact("packed") <= 0, "packed", _("梱包または出荷が済んでいるため取り消せません。返品としてお取り扱いください。")
)
_stage = fact("stage")
_LIVE_SHIPMENT = _need(_stage < STAGES["cancelled"], "cancelled", _("キャンセルされた出荷です。"))
_VERIFIED = _need(
    fact("verifications") <= 0, "verifying", _("確認中の注文です。すべての確認に回答してから進めてください。")
)
_PAID = _need(
    (fact("prepaid") <= 0) | (fact("paid") > 0),
    "unpaid",
    _("前払いの注文で、入金を確認できていません。入金を確認してから進めてください。"),
)
_ORDER_FREE = (_NOT_HELD, _NO_EXCEPTION, _NO_CANCEL_REQUEST, _NO_CHANGE_REQUEST)

_ALL_MOVES = (
    Move(
        "verify",
        "order",
        _("確認に回答する"),
        (
            _NOT_CANCELLED,
            _need(fact("verifications") > 0, "nothing_to_verify", _("回答を待っている確認はありません。")),
        ),
    ),
    Move("hold", "order", _("保留にする"), (_NOT_CANCELLED, _SOMETHING_LEFT)),
    Move(
        "release_hold",
        "order",
        _("保留を解除する"),
        (_need(fact("holds") > 0, "not_held", _("保留中の注文ではありません。")),),
    ),
    Move(
        "pay",
        "order",
        _("入金済みにする"),
        (_NOT_CANCELLED, _need(fact("paid") <= 0, "paid", _("入金済みの注文です。"))),
    ),
    Move(
        "rule",
        "order",
        _("規則を適用し直す"),
        (
            _NOT_CANCELLED,
            _need(fact("released") <= 0, "released", _("すでに出荷指示済みの注文です。")),
            _need(fact("closed") <= 0, "completed", _("完了している注文です。")),
        ),
    ),
    Move(
        "take_over",
        "order",
        _("販売チャネルの変更を反映する"),
        (
            _NOT_CANCELLED,
            _SOMETHING_LEFT,
            _need(fact("released") <= 0, "released", _("すでに出荷指示済みの注文です。")),
        ),
    ),
    Move("schedule", "order", _("出荷日を決める"), (_NOT_CANCELLED, _SOMETHING_LEFT)),
    Move(
        "release",
        "order",
        _("出荷指示をする"),
        (
            _NOT_CANCELLED,
            _SOMETHING_LEFT,
            _need(fact("released") < _open, "released", _("すでに出荷指示済みの注文です。")),
            *_ORDER_FREE,
            _VERIFIED,
            _PAID,
            _need(
                _allocated > fact("released"),
                "nothing_allocated",
                _("引き当てた在庫がありません。入荷または手配を待ってください。"),
            ),
        ),
    ),
    Move(
        "source",
        "order",
        _("手配する"),
        (
            _NOT_CANCELLED,
            _need(
                (fact("unsourced") > 0) | (fact("backordered") > 0),
                "nothing_to_source",
                _("手配が必要な商品はありません。"),
            ),
            *_ORDER_FREE,
            _VERIFIED,
            _PAID,
        ),
    ),
    Move(
        "pick",
        "shipment",
        _("ピッキングを完了する"),
        (_LIVE_SHIPMENT, _need(_stage <= STAGES["released"], "picked", _("ピッキング済みの出荷です。")), *_ORDER_FREE),
    ),
    Move(
        "pack",
        "shipment",
        _("梱包を完了する"),
        (
            _LIVE_SHIPMENT,
            _need(_stage <= STAGES["picking"], "packed", _("梱包済みの出荷です。")),
            _need(_stage >= STAGES["picking"], "not_picked", _("先にピッキングを完了してください。")),
            *_ORDER_FREE,
        ),
    ),
    Move(
        "ship",
        "shipment",
        _("出荷を確定する"),
        (
            _LIVE_SHIPMENT,
            _need(fact("handed_over") <= 0, "shipped", _("出荷済みです。")),
            _need(_stage >= STAGES["packed"], "not_packed", _("先に梱包を完了してください。")),
            _need(_NOT_HELD.when | (_stage > STAGES["packed"]), _NOT_HELD.code, _NOT_HELD.sentence),
        ),
    ),
    Move(
        "deliver",
        "shipment",
        _("お届け済みにする"),
        (
            _LIVE_SHIPMENT,
            _need(_stage.differs(STAGES["delivered"]), "delivered", _("お届け済みの出荷です。")),
            _need(_stage >= STAGES["packed"], "not_packed", _("まだ梱包されていない出荷です。")),
        ),
    ),
    Move("cancel", "order", _("キャンセルする"), (_NOT_CANCELLED, _NOT_PACKED)),
    Move("request_cancel", "order", _("キャンセルを依頼する"), (_NOT_CANCELLED, _NOT_PACKED, _NO_CANCEL_REQUEST)),
    Move(
        "answer_cancel",
        "order",
        _("キャンセルの依頼に回答する"),
        (_need(fact("cancel_requests") > 0, "no_cancel_request", _("回答を待っているキャンセルの依頼はありません。")),),
    ),
    Move("open_exception", "order", _("例外を登録する"), (_NOT_CANCELLED,)),
    Move(
        "allocate",
        "order",
        _("入荷分を引き当てる"),
        (
            _NOT_CANCELLED,
            _need(fact("backordered") > 0, "nothing_backordered", _("入荷を待っている商品はありません。")),
        ),
    ),
    Move(
        "change",
        "order",
        _("変更を依頼する"),
        (
            _NOT_CANCELLED,
            _need(_open > fact("packed"), "packed", _("梱包または出荷が済んでいるため、変更は受け付けられません。")),
        ),
    ),
    Move(
        "answer_change",
        "order",
        _("変更の依頼に回答する"),
        (_need(fact("change_requests") > 0, "no_change_request", _("回答を待っている変更の依頼はありません。")),),
    ),
    Move(
        "request_return",
        "order",
        _("返品を依頼する"),
        (
            _need(_shipped > 0, "not_shipped", _("まだ出荷していない注文です。")),
            _need(fact("in_return") <= 0, "returning", _("返品対応中の注文です。")),
        ),
    ),
    Move(
        "inspect_return",
        "order",
        _("返品を受け取って検品する"),
        (_need(fact("in_return") > 0, "no_return", _("受け取りを待っている返品はありません。")),),
    ),
    Move(
        "complete",
        "order",
        _("完了にする"),
        (
            _NOT_CANCELLED,
            _need(fact("closed") <= 0, "completed", _("完了している注文です。")),
            _need(fact("delivered") >= _open, "not_delivered", _("まだすべてお届けしていない注文です。")),
            _need(fact("holds") <= 0, "held", _("保留中の注文です。")),
            _NO_EXCEPTION,
            _need(fact("in_return") <= 0, "returning", _("返品対応中の注文です。")),
        ),
    ),
)

MOVES: Mapping[str, Move] = {move.code: move for move in _ALL_MOVES}
"""Every command by its code."""

BEFORE_RELEASE, BY_REQUEST = "before_release", "by_request"
"""The zones in which an order is cancelled: nothing is in the warehouse yet; the warehouse has to be asked."""


def cancelling_zone(facts: Facts) -> str:
    """In which zone an order with these facts is cancelled; what is packed is no longer cancelled at all."""
    return BY_REQUEST if facts["released"] > 0 else BEFORE_RELEASE


def allowed(facts: Facts, *, subject: Literal["order", "shipment"] = "order") -> tuple[Move, ...]:
    """The moves that these facts allow, in the order of MOVES."""
    return tuple(move for move in _ALL_MOVES if move.subject == subject and move.refusal(facts) is None)


_MISSING: Mapping[str, str] = {
    "order": _("この注文は見つかりません。"),
    "shipment": _("この出荷は見つかりません。"),
    "hold": _("この確認事項は見つかりません。"),
    "exception": _("この例外は見つかりません。"),
    "change": _("この変更の依頼は見つかりません。"),
    "return": _("この返品は見つかりません。"),
    "supply": _("この手配は見つかりません。"),
}


Subject = Literal["order", "shipment", "hold", "exception", "change", "return", "supply"]


def not_found(keys: Iterable[int], subject: Subject = "order") -> dict[int, Refused]:
    """The refusals of what does not exist."""
    return {key: Refused(Sentence(_MISSING[subject]), code="not_found") for key in keys}
