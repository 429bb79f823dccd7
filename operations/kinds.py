"""The kinds of work on the operator's floor: the whole table.

An item of work is wanted as long as its kind's condition holds on the facts of its order or shipment. So an item is
never stale, and none is closed on trust: the facts close it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import and_
from typing import Literal

from core.wording import _
from orders.lifecycle import MOVES, Condition, fact
from tenants.roles import Permission


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    label: what it is called; todo: what the holder is asked to do (both marked text). wanted: on ORDER_FACTS or
    SHIPMENT_FACTS, OUR_HOLDS and OUR_DECISIONS; for a question and an order to a supplier on WAITING alone, for a
    service project on LATE_TASKS and LATE_ANSWERS. done_by: the events that show that it was done, the first told of
    each doing; whatever else ends it makes it void. promise: the metric, or the deadline, whose due time is the item's.
    lease: how long a holder may be away before it goes back.
    """

    code: str
    label: str
    todo: str
    permission: Permission
    subject: Literal["order", "shipment", "question", "supply", "project"]
    wanted: Condition
    done_by: frozenset[str]
    icon: str
    promise: Literal["verify", "ship", "decide", "change", "return", "reply"] = "ship"
    lease: timedelta = timedelta(minutes=30)
    priority: int = 0


OUR_HOLDS = "our_holds"
"""The fact that operations adds to those of an order: active holds that the operator has to see to."""

OUR_DECISIONS = "our_decisions"
"""The other one: open exceptions about which the operator decides, or asks whoever does."""


WAITING = "waiting"
"""The one fact of a question that the client asked in a thread, whether it waits for its answer, and of an order to a
supplier, whether somebody has to ask the supplier again."""


LATE_TASKS, LATE_ANSWERS = "late_tasks", "late_answers"
"""The facts of a service project: tasks that should be done, and buyers who should have answered, as it was told."""


def _may(move: str) -> Condition:
    """What the move asks for, as one condition."""
    return reduce(and_, (need.when for need in MOVES[move].requires))


_IN_THE_WAREHOUSE = timedelta(hours=2)

_ALL = (
    Kind(
        "cancel",
        _("キャンセル依頼"),
        _("キャンセルの依頼に回答する"),
        Permission.CANCEL_ORDERS,
        "order",
        _may("answer_cancel"),
        frozenset({"order.cancel_request_answered", "shipment.cancelled", "order.cancelled"}),
        icon="ban",
        priority=1,
    ),
    Kind(
        "decide",
        _("例外の対応"),
        _("例外への対応を決める"),
        Permission.DECIDE_EXCEPTIONS,
        "order",
        fact(OUR_DECISIONS) > 0,
        frozenset({"order.exception_decided", "order.exception_withdrawn"}),
        icon="alert-triangle",
        promise="decide",
        priority=1,
    ),
    Kind(
        "change",
        _("変更依頼"),
        _("変更の依頼に回答する"),
        Permission.CHANGE_ORDERS,
        "order",
        _may("answer_change"),
        frozenset({"order.change_answered"}),
        icon="edit",
        promise="change",
        priority=1,
    ),
    Kind(
        "return",
        _("返品検品"),
        _("返品を受け取って検品する"),
        Permission.PICK_AND_PACK,
        "order",
        _may("inspect_return"),
        frozenset({"order.return_inspected"}),
        icon="arrow-back-up",
        promise="return",
    ),
    Kind(
        "verify",
        _("確認"),
        _("確認理由に回答する"),
        Permission.VERIFY_ORDERS,
        "order",
        _may("verify") & (fact("holds") <= 0),
        frozenset({"order.verification_answered"}),
        icon="checklist",
        promise="verify",
    ),
    Kind(
        "resolve",
        _("保留の解消"),
        _("保留の原因を取り除き、解除する"),
        Permission.HOLD_ORDERS,
        "order",
        fact(OUR_HOLDS) > 0,
        frozenset({"order.hold_released", "order.hold_answered"}),
        icon="hand-stop",
    ),
    Kind(
        "source",
        _("手配"),
        _("在庫のない商品を発注する"),
        Permission.SOURCE_GOODS,
        "order",
        _may("source") & (fact("unsourced") > 0),
        frozenset({"order.supply_placed"}),
        icon="truck-loading",
    ),
    Kind(
        "release",
        _("出荷指示"),
        _("内容を見て出荷指示をする"),
        Permission.RELEASE_ORDERS,
        "order",
        _may("release"),
        frozenset({"shipment.released"}),
        icon="send",
    ),
    Kind(
        "pick",
        _("ピッキング"),
        _("商品を集める"),
        Permission.PICK_AND_PACK,
        "shipment",
        _may("pick"),
        frozenset({"shipment.picked"}),
        icon="shopping-cart",
        lease=_IN_THE_WAREHOUSE,
    ),
    Kind(
        "pack",
        _("梱包"),
        _("検品して梱包する"),
        Permission.PICK_AND_PACK,
        "shipment",
        _may("pack"),
        frozenset({"shipment.packed"}),
        icon="package",
        lease=_IN_THE_WAREHOUSE,
    ),
    Kind(
        "ship",
        _("出荷確定"),
        _("伝票番号を登録して引き渡す"),
        Permission.SHIP_ORDERS,
        "shipment",
        _may("ship"),
        frozenset({"shipment.shipped"}),
        icon="truck",
        lease=_IN_THE_WAREHOUSE,
    ),
    Kind(
        "answer",
        _("返信"),
        _("委託元の質問に返信する"),
        Permission.WRITE_MESSAGES,
        "question",
        fact(WAITING) > 0,
        frozenset({"thread.answered", "thread.closed"}),
        icon="messages",
        promise="reply",
    ),
    Kind(
        "chase",
        _("仕入先の催促"),
        _("仕入先に確かめ、回答を記録する"),
        Permission.SOURCE_GOODS,
        "supply",
        fact(WAITING) > 0,
        frozenset({"supply.moved"}),
        icon="phone",
    ),
    Kind(
        "catch_up",
        _("案件の遅れ"),
        _("予定を過ぎた作業を終えるか、計画し直す"),
        Permission.LOG_WORK,
        "project",
        fact(LATE_TASKS) > 0,
        frozenset({"project.task_finished", "project.task_changed", "project.task_dropped"}),
        icon="clipboard-list",
    ),
    Kind(
        "remind",
        _("検収の催促"),
        _("回答のない検収を、購入者に確かめる"),
        Permission.MANAGE_PROJECTS,
        "project",
        fact(LATE_ANSWERS) > 0,
        frozenset({"project.accepted", "project.rejected", "project.acceptance_withdrawn"}),
        icon="rubber-stamp",
    ),
)

KINDS: Mapping[str, Kind] = {kind.code: kind for kind in _ALL}
"""Every kind by its code, in the order in which an order meets them."""

WAREHOUSE = ("pick", "pack", "ship")
"""The kinds that are worked on in the warehouse, in the order of the work."""


def kinds_of(permissions: Collection[Permission]) -> tuple[str, ...]:
    """The codes of the kinds that somebody with these permissions may do."""
    return tuple(kind.code for kind in _ALL if kind.permission in permissions)


def done_by(event: str) -> list[str]:
    """The codes of the kinds that this event shows done."""
    return [kind.code for kind in _ALL if event in kind.done_by]
