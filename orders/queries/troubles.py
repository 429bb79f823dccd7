"""What stands in an order's way, as pages and the API show it: exceptions, requests to change, returns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet

from core.wording import Sentence, _
from orders.exceptions import CHANGES, CHOICES, KINDS
from orders.lifecycle import Facts
from orders.models import ChangeRequest, Line, Order, OrderException, Return
from orders.queries import facts
from orders.queries.figures import Tone
from orders.reasons import PARTIES

SHOWN = 50
"""How many decisions a page shows."""

MINE = {"client": frozenset({"client", "buyer"}), "operator": frozenset({"operator", "supplier", "buyer"})}
"""By the reader's side, about what they decide."""

DECIDERS = {"operator": _("委託先の責任者"), "buyer": _("購入者"), "client": _("委託元"), "supplier": _("仕入先")}


@dataclass(frozen=True)
class ChoiceRow:
    """A choice that can be taken now. needs: what must be given with it."""

    code: str
    label: Sentence
    explains: Sentence
    needs: str


@dataclass(frozen=True)
class ExceptionRow:
    """An exception in words. told, told_buyer: what the client and the buyer are told.

    is_mine: whether the reader's side decides. choices: what can be chosen now. overdue: what happens where nobody
    decides in time, None where that cannot be said beforehand.
    """

    pk: int
    row: OrderException
    label: Sentence
    told: Sentence
    told_buyer: Sentence
    decider: Sentence
    party: Sentence
    billable: bool
    note: str
    lines: Sequence[tuple[str, int]]
    expected_date: date | None
    opened_at: datetime
    opened_by: str
    decide_by: datetime | None
    closed_at: datetime | None
    decision: Sentence
    decided_by: str
    answer: str
    is_mine: bool
    choices: Sequence[ChoiceRow]
    overdue: Sentence | None

    @property
    def kind(self) -> str:
        return self.row.kind

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True)
class ChangeRow:
    """A request to change in words. wanted: the new values, on one line."""

    pk: int
    label: Sentence
    wanted: Sentence
    reason: str
    state: Sentence
    tone: Tone
    is_open: bool
    asked_at: datetime
    asked_by: str
    answer_by: datetime | None
    answer: str


@dataclass(frozen=True)
class ReturnRow:
    """A return with its lines: name, and the pieces asked for, received and accepted."""

    row: Return
    state: Sentence
    tone: Tone
    lines: Sequence[tuple[Line, int, int, int]]

    @property
    def is_open(self) -> bool:
        return self.row.inspected_at is None


@dataclass(frozen=True)
class Waiting:
    """A decision that waits, with the order it is about."""

    row: ExceptionRow
    order: Order


TOGETHER = 3
"""So many decisions of one kind, and more, are answered together."""


@dataclass(frozen=True)
class Alike:
    """Decisions of one kind. choices: those that all of them offer, and that need no more than the day proposed."""

    kind: str
    waiting: Sequence[Waiting]
    choices: Sequence[ChoiceRow]

    @property
    def first(self) -> ExceptionRow:
        return self.waiting[0].row

    @property
    def are_many(self) -> bool:
        """Whether they are shown as one table, to be answered together."""
        return len(self.waiting) >= TOGETHER and bool(self.choices)


def alike(decisions: Sequence[Waiting]) -> list[Alike]:
    """The decisions by their kind, in the order in which the first of each is due."""
    by_kind: dict[str, list[Waiting]] = {}
    for one in decisions:
        by_kind.setdefault(one.row.kind, []).append(one)
    return [Alike(kind, waiting, _of_all(waiting)) for kind, waiting in by_kind.items()]


def _of_all(waiting: Sequence[Waiting]) -> list[ChoiceRow]:
    offered = [{choice.code for choice in one.row.choices} for one in waiting]
    dated = all(one.row.expected_date for one in waiting)
    return [
        choice
        for choice in waiting[0].row.choices
        if all(choice.code in codes for codes in offered) and (not choice.needs or (choice.needs == "date" and dated))
    ]


def exception_row(found: OrderException, known: Facts, names: dict[int, str], *, side: str) -> ExceptionRow:
    """The exception as that side reads it. known: the order's facts; names: of its lines by id."""
    kind = KINDS[found.kind]
    is_open = found.closed_at is None
    choices = [CHOICES[code] for code in kind.choices] if is_open else []
    announced = CHOICES.get(kind.overdue) if is_open and found.decider != "operator" else None
    return ExceptionRow(
        pk=found.pk,
        row=found,
        label=Sentence(kind.label if side == "operator" else kind.client),
        told=Sentence(kind.tells_client),
        told_buyer=Sentence(kind.tells_buyer),
        decider=Sentence(DECIDERS[found.decider]),
        party=Sentence(PARTIES[found.party]),
        billable=found.billable,
        note=found.note,
        lines=[(names.get(int(line), ""), pieces) for line, pieces in found.lines.items()],
        expected_date=found.expected_date,
        opened_at=found.opened_at,
        opened_by=found.opened_by,
        decide_by=found.decide_by,
        closed_at=found.closed_at,
        decision=Sentence(CHOICES[found.decision].label if found.decision in CHOICES else _("取り下げ")),
        decided_by=found.decided_by,
        answer=found.answer,
        is_mine=is_open and found.decider in MINE[side],
        choices=[
            ChoiceRow(one.code, Sentence(one.label), Sentence(one.explains), one.needs)
            for one in choices
            if one.move.refusal(known) is None
        ],
        overdue=Sentence(announced.label) if announced else None,
    )


_CHANGE_STATES: dict[str, tuple[str, Tone]] = {
    ChangeRequest.ASKED: (_("回答待ち"), "attention"),
    ChangeRequest.ACCEPTED: (_("変更済み"), "done"),
    ChangeRequest.DECLINED: (_("お断り"), "waiting"),
    ChangeRequest.EXPIRED: (_("期限切れ"), "waiting"),
}


def change_row(found: ChangeRequest, names: dict[int, str]) -> ChangeRow:
    """The request as pages show it."""
    state, tone = _CHANGE_STATES[found.state]
    return ChangeRow(
        pk=found.pk,
        label=Sentence(CHANGES[found.kind].label),
        wanted=_wanted(found, names),
        reason=found.reason,
        state=Sentence(state),
        tone=tone,
        is_open=found.state == ChangeRequest.ASKED,
        asked_at=found.asked_at,
        asked_by=found.asked_by,
        answer_by=found.answer_by,
        answer=found.answer,
    )


def _wanted(found: ChangeRequest, names: dict[int, str]) -> Sentence:
    values = found.wanted
    if found.kind == "quantity":
        parts = [f"{names.get(int(line), '')} −{pieces}" for line, pieces in values["lines"].items()]
        return Sentence("%(parts)s", parts="、".join(parts))
    if found.kind == "address":
        words = (f"〒{values['postcode']}", values["address"], values["name"], values["phone"])
        return Sentence("%(parts)s", parts=" ".join(filter(None, words)))
    if found.kind == "date":
        return Sentence(_("%(date)s（%(slot)s）"), date=values["date"], slot=slot_label(values["slot"]))
    return Sentence("%(parts)s", parts=values["note"])


def slot_label(slot: str) -> Sentence:
    """A time of day that the carriers have, in words."""
    first, dash, last = slot.partition("-")
    if dash:
        return Sentence(_("%(first)s時〜%(last)s時"), first=first, last=last)
    return Sentence(_("午前中") if slot == "am" else _("時間帯の指定なし"))


def return_row(found: Return) -> ReturnRow:
    """The return as pages show it."""
    stages: tuple[tuple[datetime | None, str, Tone], ...] = (
        (found.inspected_at, _("検品済み"), "done"),
        (found.received_at, _("検品待ち"), "attention"),
        (found.requested_at, _("到着待ち"), "moving"),
    )
    state, tone = next((said, tone) for at, said, tone in stages if at)
    lines = [(part.line, part.requested, part.received, part.accepted) for part in found.lines.all()]
    return ReturnRow(found, Sentence(state), tone, lines)


def decisions(*, side: str, limit: int = SHOWN) -> list[Waiting]:
    """What that side has to decide, what is due first at the top. Three queries."""
    rows = waiting(side).select_related("order", "order__channel").prefetch_related("order__lines")
    found = list(rows.order_by(F("decide_by").asc(nulls_last=True), "id")[:limit])
    if not found:
        return []
    known = {row["id"]: row for row in facts.of_orders([one.order_id for one in found]).to_dicts()}
    return [
        Waiting(exception_row(one, known[one.order_id], names_of(one.order), side=side), one.order) for one in found
    ]


def waiting(side: str) -> QuerySet[OrderException]:
    """The exceptions that wait for that side's decision."""
    return OrderException.objects.filter(closed_at=None, decider__in=sorted(MINE[side]))


def names_of(order: Order) -> dict[int, str]:
    """The names of the order's lines by id."""
    return {line.pk: line.name for line in order.lines.all()}


def kinds_in(phase: str) -> Collection[tuple[str, str]]:
    """The kinds of exceptions that can occur in a phase: code and marked text."""
    return [(kind.code, kind.label) for kind in KINDS.values() if phase in kind.phases]
