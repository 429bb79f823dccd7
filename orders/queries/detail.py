"""Everything that one order's page shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.periods import TOKYO
from core.text import phone_label
from core.wording import Sentence, _
from orders.lifecycle import AUTO_COMPLETE_DAYS, BY_CODE, Phase, allowed, phase_of
from orders.mails import MUTABLE
from orders.models import CancelRequest, Hold, Order, Verification
from orders.queries import facts, supplying, troubles, whole
from orders.queries.figures import LineRow, Money, Sent, Step, line_row, money, sent, taxes, way, wished_slot
from orders.queries.naming import Side, phase_names
from orders.queries.troubles import ChangeRow, ExceptionRow, ReturnRow
from orders.reasons import HOLD_REASONS, PARTIES, VERIFICATION_REASONS
from orders.ruling.fields import TEMPERATURES
from orders.supplying import DIRECT, PRODUCTION, PURCHASE
from orders.tracking import CARRIERS


@dataclass(frozen=True)
class HoldRow:
    """A hold in words. party: who has to act, as a code; waits_for: the same in words. expected_end: until when."""

    pk: int
    reason: Sentence
    party: str
    waits_for: Sentence
    question: str
    answer: str
    placed_at: datetime
    placed_by: str
    expected_end: datetime | None
    is_open: bool


@dataclass(frozen=True)
class Check:
    """Why the order is looked at before release, by which rule in which version, and the answer where there is one."""

    reason: Sentence
    rule: Sentence
    rule_version: int
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Detail:
    """An order with all that belongs to it. moves: what may be done now, by code.

    state, next: where it stands and what comes next, in words. next_at, next_on: when that is due, where it is known.
    cancel_request: the request to cancel that waits for the operator. beneath: the phase that an open exception hides.
    muted_mails: the mails that the buyer does not get.
    """

    order: Order
    phase: Phase
    state: Sentence
    ship_phone: str
    wished_slot: Sentence
    carrier: Sentence | None
    temperature: Sentence | None
    muted_mails: Sequence[Sentence]
    next: Sentence | None
    next_at: datetime | None
    next_on: date | None
    way: Sequence[Step]
    lines: Sequence[LineRow]
    money: Sequence[Money]
    taxes: Sequence[Money]
    shipments: Sequence[Sent]
    holds: Sequence[HoldRow]
    checks: Sequence[Check]
    cancel_request: CancelRequest | None
    exceptions: Sequence[ExceptionRow]
    changes: Sequence[ChangeRow]
    returns: Sequence[ReturnRow]
    beneath: Phase
    moves: frozenset[str]

    @property
    def questions(self) -> list[HoldRow]:
        """What the client is asked and has not answered."""
        return [hold for hold in self.holds if hold.is_open and hold.party == "client"]

    @property
    def closed_exceptions(self) -> list[ExceptionRow]:
        return [row for row in self.exceptions if not row.is_open]

    @property
    def closed_troubles(self) -> bool:
        """Whether anything was decided or changed before."""
        return bool(self.closed_exceptions) or any(not change.is_open for change in self.changes)

    @property
    def possible_exceptions(self) -> list[tuple[str, Sentence]]:
        """The kinds of exceptions that can occur where the order stands, less those that are open: code and name."""
        taken = {row.kind for row in self.exceptions if row.is_open}
        known = troubles.kinds_in(self.beneath.code)
        return [(code, Sentence(label)) for code, label in known if code not in taken]

    @property
    def open_checks(self) -> list[Check]:
        return [check for check in self.checks if check.answered_at is None]


def of_order(order_id: int, *, side: Side = "client") -> Detail | None:
    """The order with that id, None where the client at hand has none. A constant number of queries."""
    order = whole.of_order(order_id)
    if order is None:
        return None
    known = facts.of_order(order_id)
    phase = BY_CODE[order.phase]
    names = troubles.names_of(order)
    exceptions = [troubles.exception_row(one, known, names, side=side) for one in order.exceptions.all()]
    next_at = _next_at(order, phase)
    return Detail(
        order=order,
        phase=phase,
        state=_state(phase, exceptions, side),
        ship_phone=phone_label(order.ship_phone) if order.ship_phone.startswith("+") else order.ship_phone,
        wished_slot=wished_slot(order),
        carrier=Sentence(CARRIERS[order.carrier].name) if order.carrier in CARRIERS else None,
        temperature=Sentence(TEMPERATURES[order.temperature]) if order.temperature in TEMPERATURES else None,
        muted_mails=[Sentence(MUTABLE.get(mail, mail)) for mail in order.muted_mails],
        next=Sentence(phase.next) if phase.next else None,
        next_at=next_at if isinstance(next_at, datetime) else None,
        next_on=None if isinstance(next_at, datetime) else next_at,
        way=way(order, known),
        lines=[line_row(line) for line in order.lines.all()],
        money=money(order),
        taxes=taxes(order),
        shipments=[sent(shipment) for shipment in order.shipments.all()],
        holds=[hold_row(hold, side=side) for hold in order.holds.all()],
        checks=[_check(reason) for reason in order.verifications.all()],
        cancel_request=next(iter(order.cancel_requests.all()), None),
        exceptions=exceptions,
        changes=[troubles.change_row(one, names) for one in order.change_requests.all()],
        returns=[troubles.return_row(one) for one in order.returns.all()],
        beneath=phase_of({**known, "exceptions": 0, "in_return": 0}),
        moves=frozenset(move.code for move in allowed(known)),
    )


def _state(phase: Phase, exceptions: Sequence[ExceptionRow], side: Side) -> Sentence:
    """The phase's name; for an exception the client reads what it is about."""
    first = next((row.label for row in exceptions if row.is_open), None)
    if side == "client" and phase.code == "exception" and first is not None:
        return first
    return phase_names(side)[phase.code]


def hold_row(hold: Hold, *, side: Side = "client") -> HoldRow:
    """The hold as a page shows it."""
    known = HOLD_REASONS.get(hold.reason)
    label = (known.staff if side == "operator" else known.client) if known else hold.reason
    return HoldRow(
        pk=hold.pk,
        reason=Sentence(label),
        party=hold.party,
        waits_for=Sentence(PARTIES.get(hold.party, hold.party)),
        question=hold.question,
        answer=hold.answer,
        placed_at=hold.placed_at,
        placed_by=hold.placed_by,
        expected_end=hold.expected_end,
        is_open=hold.released_at is None,
    )


def _check(reason: Verification) -> Check:
    label = Sentence(VERIFICATION_REASONS.get(reason.reason, reason.reason))
    usual = reason.rule in VERIFICATION_REASONS
    rule = Sentence(_("標準の規則")) if usual else Sentence("%(name)s", name=reason.rule)
    return Check(label, rule, reason.rule_version, reason.answer, reason.answered_by, reason.answered_at)


def _next_at(order: Order, phase: Phase) -> datetime | date | None:
    """The date that belongs to the phase's next step; the keys are those that orders.lifecycle.PHASES names."""
    ends = [hold.expected_end for hold in order.holds.all() if hold.released_at is None and hold.expected_end]
    decided = [one.decide_by for one in order.exceptions.all() if one.closed_at is None and one.decide_by]
    completes = order.delivered_at + timedelta(days=AUTO_COMPLETE_DAYS) if order.delivered_at else None
    dates: Mapping[str, datetime | date | None] = {
        "expected_end": max(ends, default=None),
        "completes_on": completes.astimezone(TOKYO).date() if completes else None,
        "arrives_on": order.promised_date or order.wished_date,
        "ship_by": order.ship_due_at,
        "ship_on": order.ship_on,
        "decide_by": min(decided, default=None),
        "supplied_on": _last_day(order, (PURCHASE, DIRECT)),
        "made_on": _last_day(order, (PRODUCTION,)),
        "stocked_on": _stocked_on(order) if phase.date == "stocked_on" else None,
    }
    return dates.get(phase.date)


def _stocked_on(order: Order) -> date | None:
    """The earliest day on which goods that the order waits for come in, for whomever they were ordered."""
    skus = {line.sku for line in order.lines.all() if line.backordered}
    return supplying.next_inbound(skus)


def _last_day(order: Order, kinds: Collection[str]) -> date | None:
    """When the last of what is on order, or is made, will be there, as far as anybody has said."""
    lots = [lot for line in order.lines.all() for lot in line.supply_lines.all() if lot.supply.kind in kinds]
    days = [lot.supply.expected_on or lot.supply.asked_on for lot in lots if lot.quantity > lot.arrived + lot.cancelled]
    return max(days, default=None)
