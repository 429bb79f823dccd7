"""Everything that one order's page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from core.periods import TOKYO
from orders.lifecycle import AUTO_COMPLETE_DAYS, BY_CODE, MOVES, Phase
from orders.models import Hold, Line, Order, Parcel, Shipment, ShipmentLine, Verification
from orders.queries import facts
from orders.tracking import CARRIERS


@dataclass(frozen=True)
class Tracked:
    """A parcel with the carrier's page for it."""

    carrier: str
    number: str
    url: str


@dataclass(frozen=True)
class Sent:
    """A shipment with its parcels and what it holds."""

    shipment: Shipment
    parcels: Sequence[Tracked]
    lines: Sequence[ShipmentLine]


@dataclass(frozen=True)
class Detail:
    """An order with all that belongs to it. moves: what may be done now, by code. next_at: when what is next is due."""

    order: Order
    phase: Phase
    next_at: datetime | date | None
    lines: Sequence[Line]
    shipments: Sequence[Sent]
    holds: Sequence[Hold]
    verifications: Sequence[Verification]
    moves: frozenset[str]

    @property
    def active_holds(self) -> list[Hold]:
        return [hold for hold in self.holds if hold.released_at is None]

    @property
    def questions(self) -> list[Hold]:
        """What the client is asked and has not answered."""
        return [hold for hold in self.active_holds if hold.party == "client"]

    @property
    def open_verifications(self) -> list[Verification]:
        return [reason for reason in self.verifications if reason.answered_at is None]


def of_order(order_id: int) -> Detail | None:
    """The order with that id, None for a stranger's. A constant number of queries."""
    order = (
        Order.objects.select_related("channel", "intake")
        .prefetch_related(
            Prefetch("lines", Line.objects.order_by("position")),
            Prefetch("shipments", Shipment.objects.order_by("position").prefetch_related("parcels", "lines__line")),
            Prefetch("holds", Hold.objects.order_by("-placed_at", "-id")),
            Prefetch("verifications", Verification.objects.order_by("id")),
        )
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        return None
    known = facts.of_order(order_id)
    phase = BY_CODE[order.phase]
    holds = list(order.holds.all())
    return Detail(
        order=order,
        phase=phase,
        next_at=_next_at(order, phase, holds),
        lines=list(order.lines.all()),
        shipments=[_sent(shipment) for shipment in order.shipments.all()],
        holds=holds,
        verifications=list(order.verifications.all()),
        moves=frozenset(
            code for code, move in MOVES.items() if move.subject == "order" and move.refusal(known) is None
        ),
    )


def _sent(shipment: Shipment) -> Sent:
    parcels = [_tracked(parcel) for parcel in shipment.parcels.all() if parcel.label_cancelled_at is None]
    return Sent(shipment, parcels, list(shipment.lines.all()))


def _tracked(parcel: Parcel) -> Tracked:
    carrier = CARRIERS.get(parcel.carrier)
    if carrier is None:
        return Tracked(parcel.carrier, parcel.tracking_number, "")
    return Tracked(carrier.name, parcel.tracking_number, carrier.url.format(n=parcel.tracking_number))


def _next_at(order: Order, phase: Phase, holds: Sequence[Hold]) -> datetime | date | None:
    """The date that belongs to the phase's next step; the keys are those that orders.lifecycle.PHASES names."""
    ends = [hold.expected_end for hold in holds if hold.released_at is None and hold.expected_end]
    completes = order.delivered_at + timedelta(days=AUTO_COMPLETE_DAYS) if order.delivered_at else None
    dates: Mapping[str, datetime | date | None] = {
        "expected_end": max(ends, default=None),
        "completes_on": completes.astimezone(TOKYO).date() if completes else None,
        "arrives_on": order.promised_date or order.wished_date,
        "ship_by": order.ship_due_at,
        "ship_on": order.ship_on,
        "decide_by": None,
    }
    return dates.get(phase.date)
