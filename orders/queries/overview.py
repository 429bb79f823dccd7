"""What a home page asks: what waits for the client, and what moved today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F

from core.models import Event
from core.periods import TOKYO, Period
from orders.models import Hold, Intake, Order
from orders.queries.detail import HoldRow, Side, hold_row
from orders.queries.listing import OPEN_PHASES

QUESTIONS = 50
"""How many questions a page shows."""


@dataclass(frozen=True)
class Asked:
    """A question with the order it is about."""

    hold: HoldRow
    order: Order


@dataclass(frozen=True)
class Movement:
    """How many orders came in, went out, were delivered and were cancelled on a day."""

    received: int = 0
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0


_COUNTED = {
    "order.received": "received",
    "shipment.shipped": "shipped",
    "shipment.delivered": "delivered",
    "order.cancelled": "cancelled",
}


def movement(at: datetime) -> Movement:
    """What moved on the day of `at`. One query."""
    day = at.astimezone(TOKYO).date()
    start, end = Period(day, day + timedelta(days=1)).instants(TOKYO)
    rows = Event.objects.filter(name__in=_COUNTED, at__gte=start, at__lt=end).order_by()
    counted = rows.values_list("name").annotate(n=Count("id"))
    return Movement(**{_COUNTED[name]: n for name, n in counted})


def questions(*, limit: int = QUESTIONS, side: Side = "client") -> list[Asked]:
    """What the client is asked and has not answered: what ends first at the top, then what was asked first."""
    asked = Hold.objects.filter(party="client", released_at=None).select_related("order", "order__channel")
    first = asked.order_by(F("expected_end").asc(nulls_last=True), "placed_at", "id")[:limit]
    return [Asked(hold_row(hold, side=side), hold.order) for hold in first]


def question_count() -> int:
    """How many questions wait for the client."""
    return Hold.objects.filter(party="client", released_at=None).count()


def late_count(at: datetime) -> int:
    """How many open orders should have shipped by now."""
    return Order.objects.filter(phase__in=OPEN_PHASES, ship_due_at__lt=at).count()


def unmended(*, limit: int = 5) -> list[Intake]:
    """The newest arrivals with refused rows that no later file has mended."""
    found = Intake.objects.filter(rows_refused__gt=0, mended_by=None, mends=None).select_related("channel")
    return list(found.order_by("-created_at")[:limit])
