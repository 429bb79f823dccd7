"""What a home page asks: what waits for the client, and what moved today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from core.models import Event
from core.periods import TOKYO, Period
from orders.models import Hold, Intake, Order, RefusedRow
from orders.queries import troubles
from orders.queries.detail import HoldRow, hold_row
from orders.queries.listing import OPEN_PHASES
from orders.queries.naming import Side

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


def daily(at: datetime, *, days: int = 14) -> list[tuple[date, Movement]]:
    """What moved on each of the last days, the day of `at` included and last. One query."""
    today = at.astimezone(TOKYO).date()
    period = Period(today - timedelta(days=days - 1), today + timedelta(days=1))
    start, end = period.instants(TOKYO)
    undone = Event.objects.filter(name="order.undone", order_id=OuterRef("order_id"))
    rows = Event.objects.filter(~Exists(undone), name__in=_COUNTED, at__gte=start, at__lt=end).order_by()
    counted = rows.annotate(day=TruncDate("at", tzinfo=TOKYO)).values_list("day", "name").annotate(n=Count("id"))
    by_day: dict[date, dict[str, int]] = {day: {} for day in period}
    for day, name, n in counted:
        by_day[day][_COUNTED[name]] = n
    return [(day, Movement(**figures)) for day, figures in by_day.items()]


def questions(*, limit: int = QUESTIONS, side: Side = "client") -> list[Asked]:
    """What the client is asked and has not answered: what ends first at the top, then what was asked first."""
    first = (
        _asked()
        .select_related("order", "order__channel")
        .order_by(F("expected_end").asc(nulls_last=True), "placed_at", "id")[:limit]
    )
    return [Asked(hold_row(hold, side=side), hold.order) for hold in first]


def unanswered_count() -> int:
    """How many questions and decisions wait for the client together. One query."""
    return _asked().values("pk").union(troubles.waiting("client").values("pk"), all=True).count()


def _asked() -> QuerySet[Hold]:
    return Hold.objects.filter(party="client", released_at=None).exclude(order__phase="cancelled")


def late_count(at: datetime) -> int:
    """How many open orders should have shipped by now."""
    return Order.objects.filter(phase__in=OPEN_PHASES, ship_due_at__lt=at).count()


def unmended(*, limit: int = 5) -> list[Intake]:
    """The newest arrivals with refused rows that nothing has brought since: no file that mends them, no later order."""
    waiting = RefusedRow.objects.filter(intake=OuterRef("pk"), mended_by=None)
    mending = Intake.objects.filter(mends=OuterRef("pk")).exclude(state__in=Intake.CAME_TO_NOTHING)
    told = Intake.objects.filter(state__in=[Intake.DONE, Intake.REFUSED], rows_refused__gt=0)
    found = told.filter(Exists(waiting), ~Exists(mending)).select_related("channel")
    return list(found.order_by("-created_at", "-id")[:limit])
