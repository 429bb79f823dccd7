"""How often the buyers' pages answered 「いつ届きますか」: by month, and each look behind the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from core.paging import Page, page_of
from core.periods import Period, first_of_month
from integrations.models import TrackingVisit
from orders.models import Order

TREND_MONTHS = 6


@dataclass(frozen=True)
class Answered:
    """What the pages answered in a time: asked, an order a day once; views, every look."""

    asked: int
    views: int
    orders: int


@dataclass(frozen=True)
class Look:
    """An order whose page was looked at on a day. number: "" where the order was taken back since."""

    day: date
    order_id: int
    number: str
    views: int


def answered(period: Period) -> Answered:
    """How often buyers found out by themselves where their order is."""
    rows = TrackingVisit.objects.filter(day__gte=period.start, day__lt=period.end)
    counted = rows.aggregate(n=Count("id"), views=Sum("views"), orders=Count("order_id", distinct=True))
    return Answered(counted["n"], counted["views"] or 0, counted["orders"])


def trend(period: Period) -> tuple[Sequence[date], Sequence[int]]:
    """The first days of the months up to this one, TREND_MONTHS of them, and what was asked in each."""
    firsts = [first_of_month(period.start, -back) for back in reversed(range(TREND_MONTHS))]
    rows = TrackingVisit.objects.filter(day__gte=firsts[0], day__lt=period.end)
    counted = dict(rows.annotate(month=TruncMonth("day")).values_list("month").annotate(n=Count("id")))
    return firsts, [counted.get(first, 0) for first in firsts]


def looks(period: Period, *, after: str = "", before: str = "") -> Page[Look]:
    """Each that was counted in the period, the newest first."""
    rows = TrackingVisit.objects.filter(day__gte=period.start, day__lt=period.end)
    found = page_of(rows, order=("-day", "-id"), after=after, before=before)
    numbers = dict(Order.objects.filter(pk__in=[row.order_id for row in found.rows]).values_list("pk", "number"))
    said = [Look(row.day, row.order_id, numbers.get(row.order_id, ""), row.views) for row in found.rows]
    return Page(said, found.after, found.before)
