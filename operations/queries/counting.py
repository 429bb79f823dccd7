"""The floor in figures: how much there is to do, how fast it goes, who is at it, what the day has brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import TypeVar

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import TruncDate

from core.periods import TOKYO
from operations.models import Tally, WorkItem
from operations.remembering import Remembered

Key = TypeVar("Key", bound=Hashable)
PACE = timedelta(hours=1)


@dataclass(frozen=True)
class Load:
    """Unfinished work. open: nobody has it; late: due by now; today: due later today; next_due: the earliest."""

    open: int = 0
    claimed: int = 0
    late: int = 0
    today: int = 0
    units: int = 0
    next_due: datetime | None = None
    last_due_today: datetime | None = None

    @property
    def all(self) -> int:
        """Everything that is not finished."""
        return self.open + self.claimed

    @property
    def due(self) -> int:
        """What has to be done by the end of today."""
        return self.late + self.today

    def __add__(self, other: Load) -> Load:
        return Load(
            **{name: getattr(self, name) + getattr(other, name) for name in _NUMBERS},
            next_due=min(filter(None, (self.next_due, other.next_due)), default=None),
            last_due_today=max(filter(None, (self.last_due_today, other.last_due_today)), default=None),
        )


_NUMBERS = [one.name for one in fields(Load) if one.type == "int"]


def day_of(at: datetime) -> tuple[datetime, datetime]:
    """When the operator's day of `at` begins and ends."""
    start = datetime.combine(at.astimezone(TOKYO).date(), time(), TOKYO)
    return start, start + timedelta(days=1)


_loads: Remembered[dict[tuple[str, str], Load]] = Remembered(clock=monotonic)


def loads(clients: Collection[str], *, at: datetime) -> dict[tuple[str, str], Load]:
    """The unfinished work of these clients by (client, kind). One query.

    Where there is so much of it that counting takes long, the figures are up to half a minute old.
    """
    where = str(connection.settings_dict["NAME"])
    return _loads.get((where, frozenset(clients), day_of(at)), lambda: _count(clients, at=at))


def _count(clients: Collection[str], *, at: datetime) -> dict[tuple[str, str], Load]:
    _start, end = day_of(at)
    late, today = Q(due_at__lte=at), Q(due_at__gt=at, due_at__lt=end)
    rows = (
        WorkItem.objects.filter(state__in=WorkItem.ACTIVE, client__in=clients)
        .order_by()
        .values_list("client", "kind")
        .annotate(
            open=Count("id", filter=Q(state=WorkItem.OPEN)),
            claimed=Count("id", filter=Q(state=WorkItem.CLAIMED)),
            late=Count("id", filter=late),
            today=Count("id", filter=today),
            pieces=Sum("units"),
            next_due=Min("due_at"),
            last_due_today=Max("due_at", filter=Q(due_at__lt=end)),
        )
    )
    return {(client, kind): Load(*figures) for client, kind, *figures in rows}


def summed(loads: Mapping[tuple[str, str], Load], by: Callable[[str, str], Key]) -> dict[Key, Load]:
    """The loads added up by a key of (client, kind); what has none is missing."""
    sums: dict[Key, Load] = defaultdict(Load)
    for (client, kind), load in loads.items():
        sums[by(client, kind)] += load
    return dict(sums)


def total(loads: Iterable[Load]) -> Load:
    """All of them together."""
    return sum(loads, Load())


@dataclass(frozen=True)
class Done:
    """What was finished today, of it in the last hour, and by how many people in the last hour."""

    today: int = 0
    last_hour: int = 0
    people: int = 0


def done(clients: Collection[str], *, at: datetime) -> dict[str, Done]:
    """What was finished today by kind. One query."""
    start, _end = day_of(at)
    recent = Q(finished_at__gt=at - PACE)
    rows = (
        WorkItem.objects.filter(state=WorkItem.DONE, finished_at__gte=start, finished_at__lte=at, client__in=clients)
        .order_by()
        .values_list("kind")
        .annotate(
            today=Count("id"),
            last_hour=Count("id", filter=recent),
            people=Count("holder_id", filter=recent, distinct=True),
        )
    )
    return {kind: Done(*figures) for kind, *figures in rows}


@dataclass(frozen=True)
class Held:
    """What one person has on their desk. since: when the oldest was claimed."""

    person_id: int
    name: str
    items: int
    late: int
    since: datetime


def holders(clients: Collection[str], *, at: datetime) -> list[Held]:
    """Who holds how much of these clients' work, the fullest desk first. One query."""
    rows = (
        WorkItem.objects.filter(state=WorkItem.CLAIMED, client__in=clients)
        .order_by()
        .values_list("holder_id")
        .annotate(
            Max("holder_name"), n=Count("id"), late=Count("id", filter=Q(due_at__lte=at)), since=Min("claimed_at")
        )
        .order_by("-n", "holder_id")
    )
    return [Held(*row) for row in rows]


@dataclass(frozen=True)
class Day:
    """What moved on one day, in orders; units: pieces that were shipped."""

    received: int = 0
    shipped: int = 0
    cancelled: int = 0
    refused: int = 0
    missed: int = 0
    units: int = 0


def add_up(days: Iterable[Day]) -> Day:
    """The sum of several days."""
    found = list(days)
    return Day(**{one.name: sum(getattr(day, one.name) for day in found) for one in fields(Day)})


def days(clients: Collection[str], *, since: datetime) -> dict[str, dict[date, Day]]:
    """What moved since then, by client and local day. One query."""
    rows = (
        Tally.objects.filter(client__in=clients, at__gte=since)
        .order_by()
        .values_list("client", TruncDate("at", tzinfo=TOKYO), "name")
        .annotate(Sum("orders"), Sum("units"))
    )
    gathered: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    for client, day, name, orders, units in rows:
        figures = gathered[client, day]
        figures[name] = orders
        if name == Tally.SHIPPED:
            figures["units"] = units
    found: dict[str, dict[date, Day]] = defaultdict(dict)
    for (client, day), figures in gathered.items():
        found[client][day] = Day(**figures)
    return dict(found)


def of_day(moved: Mapping[str, Mapping[date, Day]], client: str, day: date) -> Day:
    """What moved of one client on one day."""
    return moved.get(client, {}).get(day, Day())


@dataclass(frozen=True)
class Arrival:
    """Orders that came in together."""

    client: str
    at: datetime
    orders: int
    units: int


def arrivals(clients: Collection[str], *, since: datetime, limit: int = 8) -> list[Arrival]:
    """What came in last, the newest first; what came within one transaction counts as one. One query."""
    rows = (
        Tally.objects.filter(client__in=clients, name=Tally.RECEIVED, at__gte=since)
        .order_by()
        .values("client", "at")
        .annotate(orders=Sum("orders"), pieces=Sum(F("units")))
        .filter(orders__gt=0)
        .order_by("-at", "client")[:limit]
    )
    return [Arrival(row["client"], row["at"], row["orders"], row["pieces"]) for row in rows]
