"""The ten kinds of exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.wording import _

REMIND, ESCALATE = "remind", "escalate"
"""What follows a deadline that passes: whoever decides is reminded, or the operator decides instead."""

MOST_REMINDERS = 2
"""How often somebody is reminded before the operator decides instead."""


@dataclass(frozen=True)
class ExceptionKind:
    """One kind of exception.

    label, client: its name for either side. phases: where it can open (codes of orders.lifecycle.PHASES). decider: who
    decides. choices: codes of CHOICES, the usual first. deadline: working time to decide in. overdue: what follows when
    it passes: REMIND, ESCALATE or the choice that is then taken. tells_client, tells_buyer: what either is told.
    pauses: whether clocks stand still while the client or the buyer decides. party: who usually answers for it
    (責任区分). billable: whether work that it causes may be billed, where a carrier or a supplier answers for it.
    """

    code: str
    label: str
    client: str
    phases: frozenset[str]
    decider: str
    choices: tuple[str, ...]
    deadline: timedelta
    overdue: str
    tells_client: str
    tells_buyer: str
    pauses: bool
    party: str
    billable: bool


_BEFORE = frozenset(
    {"received", "scheduled", "verifying", "awaiting_payment", "producing", "sourcing", "awaiting_stock", "held"}
)
_AT_WORK = frozenset({"preparing", "partial"})
_SENT = frozenset({"partial", "shipped"})
_ARRIVED = frozenset({"delivered", "completed"})
_HOURS_4, _DAY, _DAYS_2, _DAYS_3 = (timedelta(hours=hours) for hours in (4, 8, 16, 24))

_ALL = (
    ExceptionKind(
        code="shortage",
        label=_("欠品"),
        client=_("欠品のご確認"),
        phases=_BEFORE | _AT_WORK,
        decider="client",
        choices=("ship_part", "wait", "substitute", "cancel_lines", "cancel_order"),
        deadline=_HOURS_4,
        overdue=REMIND,
        tells_client=_("在庫が足りない商品があります。どのように進めるかをお選びください。"),
        tells_buyer=_("ご注文の商品の在庫を確認しています。"),
        pauses=True,
        party="client",
        billable=True,
    ),
    ExceptionKind(
        code="spec_change",
        label=_("仕様変更"),
        client=_("仕様変更の確認中"),
        phases=_BEFORE | {"preparing"},
        decider="supplier",
        choices=("new_date", "proceed", "cancel_lines", "cancel_order"),
        deadline=_DAY,
        overdue=ESCALATE,
        tells_client=_("仕様の変更ができるかどうかを仕入先に確認しています。"),
        tells_buyer=_("ご希望の変更ができるかどうかを確認しています。"),
        pauses=False,
        party="buyer",
        billable=True,
    ),
    ExceptionKind(
        code="reschedule",
        label=_("納期再調整"),
        client=_("納期のご相談"),
        phases=_BEFORE | _AT_WORK,
        decider="buyer",
        choices=("new_date", "ship_part", "cancel_order"),
        deadline=_DAY,
        overdue="new_date",
        tells_client=_("お約束の日に間に合いません。期限までにお返事がなければ、新しい日付で進めます。"),
        tells_buyer=_("お届けの日を変更させていただきたく、ご都合をお知らせください。"),
        pauses=True,
        party="supplier",
        billable=True,
    ),
    ExceptionKind(
        code="bad_address",
        label=_("住所不備"),
        client=_("お届け先のご確認"),
        phases=_BEFORE | _AT_WORK | _SENT,
        decider="client",
        choices=("correct_address", "proceed", "cancel_order"),
        deadline=_HOURS_4,
        overdue=REMIND,
        tells_client=_("このままではお届けできない住所です。正しい住所をお知らせください。"),
        tells_buyer=_("お届け先の住所を確認しています。"),
        pauses=True,
        party="client",
        billable=True,
    ),
    ExceptionKind(
        code="accident",
        label=_("配送事故"),
        client=_("配送事故の対応中"),
        phases=_SENT | _ARRIVED,
        decider="operator",
        choices=("reship", "write_off", "proceed"),
        deadline=_DAYS_2,
        overdue=ESCALATE,
        tells_client=_("配送中の事故について運送会社に調査を依頼し、対応を決めています。"),
        tells_buyer=_("お荷物の状況を運送会社に確認しています。"),
        pauses=False,
        party="carrier",
        billable=False,
    ),
    ExceptionKind(
        code="undelivered",
        label=_("持戻り・長期不在"),
        client=_("ご不在のためお預かり中"),
        phases=_SENT,
        decider="buyer",
        choices=("redeliver", "correct_address", "send_back"),
        deadline=_DAYS_3,
        overdue="send_back",
        tells_client=_("ご不在が続いています。期限までにお返事がなければ、荷物は倉庫へ返送されます。"),
        tells_buyer=_("ご不在のためお届けできませんでした。ご都合のよい日をお知らせください。"),
        pauses=True,
        party="buyer",
        billable=True,
    ),
    ExceptionKind(
        code="wrong_item",
        label=_("誤出荷"),
        client=_("誤出荷の対応中"),
        phases=_SENT | _ARRIVED,
        decider="operator",
        choices=("reship", "write_off", "proceed"),
        deadline=_HOURS_4,
        overdue=ESCALATE,
        tells_client=_("誤った商品をお届けしました。費用は当社の負担で対応します。"),
        tells_buyer=_("お届けした商品に誤りがありました。正しい商品をお送りします。"),
        pauses=False,
        party="operator",
        billable=False,
    ),
    ExceptionKind(
        code="damaged",
        label=_("破損"),
        client=_("破損の対応中"),
        phases=_AT_WORK | _SENT | _ARRIVED,
        decider="operator",
        choices=("reship", "write_off", "cancel_lines", "proceed"),
        deadline=_HOURS_4,
        overdue=ESCALATE,
        tells_client=_("商品の破損がありました。対応を決めています。"),
        tells_buyer=_("商品に破損がありました。対応をご連絡します。"),
        pauses=False,
        party="operator",
        billable=False,
    ),
    ExceptionKind(
        code="credit_ng",
        label=_("与信NG"),
        client=_("与信のご確認"),
        phases=_BEFORE | {"preparing"},
        decider="client",
        choices=("prepay", "proceed", "cancel_order"),
        deadline=_DAYS_2,
        overdue="cancel_order",
        tells_client=_("与信が通りませんでした。期限までにお返事がなければ、注文をキャンセルします。"),
        tells_buyer=_("お支払い方法を確認しています。"),
        pauses=True,
        party="buyer",
        billable=True,
    ),
    ExceptionKind(
        code="return",
        label=_("返品"),
        client=_("返品のご確認"),
        phases=_SENT | _ARRIVED,
        decider="client",
        choices=("accept_return", "refuse_return"),
        deadline=_DAYS_2,
        overdue=REMIND,
        tells_client=_("購入者から返品の申し出がありました。受け付けるかどうかをお選びください。"),
        tells_buyer=_("返品のお申し出を確認しています。"),
        pauses=True,
        party="buyer",
        billable=True,
    ),
)

KINDS: Mapping[str, ExceptionKind] = {kind.code: kind for kind in _ALL}
"""Every kind by its code."""


def may_bill(kind: str, party: str) -> bool:
    """Whether work that an exception of this kind causes may be billed, by who answers for it."""
    return party in {"client", "buyer"} or (KINDS[kind].billable and party != "operator")


def waits_for(kind: str, decider: str, party: str) -> str:
    """Whose answer stops the clocks while an exception is open; "" where none does.

    Only the client's and the buyer's do, and not where the operator answers for what happened.
    """
    return decider if KINDS[kind].pauses and decider in {"client", "buyer"} and party != "operator" else ""
