"""What is asked about promises and their clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Avg, Count, Q

from core.models import Event
from core.periods import Period
from sla.calendars import moment
from sla.clock import Act, ClockEvent, Phase, Reading, replay
from sla.clock_columns import Events, Readings, replay_many
from sla.models import Clock, PromiseVersion
from sla.promises import Promise

ZONE = ZoneInfo("Asia/Tokyo")
YEARS_OF_CLOSURES = 10

Pair = tuple[PromiseVersion, Promise]


def moment_of(at: np.int64) -> datetime:
    """An instant of a column as an aware datetime."""
    return moment(int(at))


def new_year_closures(at: datetime) -> tuple[Period, ...]:
    """年末年始, 12/29 to 1/3, for the years ahead."""
    return tuple(Period(date(y, 12, 29), date(y + 1, 1, 4)) for y in range(at.year - 1, at.year + YEARS_OF_CLOSURES))


def promises_in_force() -> list[Pair]:
    """The promises that start new clocks."""
    return [(row, Promise.from_json(row.definition)) for row in PromiseVersion.objects.filter(is_active=True)]


def promises_of(ids: Iterable[int]) -> list[Pair]:
    """Promise versions by id."""
    return [(row, Promise.from_json(row.definition)) for row in PromiseVersion.objects.filter(pk__in=list(ids))]


def clock_events(promise: Promise, order_ids: Sequence[int]) -> dict[int, list[ClockEvent]]:
    """What the record says for the promise's clocks on these orders, oldest first, by order id."""
    acts = promise.metric.acts
    rows = Event.objects.filter(order_id__in=order_ids, name__in=list(acts)).order_by("at", "id")
    found: dict[int, list[ClockEvent]] = {order_id: [] for order_id in order_ids}
    for name, at, order_id, data in rows.values_list("name", "at", "order_id", "data"):
        act = acts[name]
        when = _own_time(promise, data, at) if act is Act.START else at
        assert order_id is not None  # the filter above
        found[order_id].append(ClockEvent(act, when, str(data.get("hold_id", "")), str(data.get("party", ""))))
    return found


def _own_time(promise: Promise, data: dict[str, str], at: datetime) -> datetime:
    key = promise.metric.own_time
    if not key or not data.get(key):
        return at
    own = datetime.fromisoformat(data[key])
    return own if own.tzinfo else own.replace(tzinfo=ZoneInfo("UTC"))


def fold(promise: Promise, order_ids: Sequence[int], *, at: datetime) -> Readings:
    """The clocks of these orders, in the order given, read from the record at `at`."""
    events = clock_events(promise, order_ids)
    columns = Events.of(events[order_id] for order_id in order_ids)
    return replay_many(columns, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)


def replayed(clock: Clock, *, at: datetime) -> Reading:
    """One clock with its intervals, from the record: what explains it minute by minute."""
    ((_row, promise),) = promises_of([clock.promise_id])
    events = clock_events(promise, [clock.order_id])[clock.order_id]
    return replay(events, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)


@dataclass(frozen=True)
class Figure:
    """A promise's month: numerator (hits) and denominator (hits + misses), what still runs and what was left out."""

    promise_id: int
    code: str
    version: int
    name: str
    hits: int
    misses: int
    running: int
    at_risk: int
    excluded: int
    minutes: int

    @property
    def judged(self) -> int:
        return self.hits + self.misses

    @property
    def rate(self) -> float | None:
        """Hits in percent of what was judged; None where nothing was."""
        return 100 * self.hits / self.judged if self.judged else None

    def to_json(self) -> dict[str, object]:
        return {**self.__dict__, "rate": self.rate}


def month(period: Period, *, at: datetime | None = None) -> list[Figure]:
    """The figures of every promise for the clocks that started in the period (by the order's own time)."""
    start, end = period.instants(ZONE)
    by_phase = {phase: Count("id", filter=Q(phase=phase.value)) for phase in Phase}
    late = Q(phase=Phase.RUNNING.value, warn_at__lte=at) if at else Q(pk__in=[])
    rows = (
        Clock.objects.filter(started_at__gte=start, started_at__lt=end)
        .values("promise_id")
        .annotate(
            hits=by_phase[Phase.HIT],
            misses=by_phase[Phase.MISS],
            running=by_phase[Phase.RUNNING] + by_phase[Phase.PAUSED],
            excluded=by_phase[Phase.CANCELLED],
            at_risk=Count("id", filter=late),
            seconds=Avg("elapsed", filter=Q(stopped_at__isnull=False)),
        )
    )
    counted = {row["promise_id"]: row for row in rows}
    shown = PromiseVersion.objects.filter(Q(pk__in=list(counted)) | Q(is_active=True)).order_by("code", "version")
    return [_figure(row, dict(counted.get(row.pk, {}))) for row in shown]


def _figure(row: PromiseVersion, counted: Mapping[str, Any]) -> Figure:
    return Figure(
        promise_id=row.pk,
        code=row.code,
        version=row.version,
        name=row.definition["name"],
        hits=int(counted.get("hits", 0)),
        misses=int(counted.get("misses", 0)),
        running=int(counted.get("running", 0)),
        at_risk=int(counted.get("at_risk", 0)),
        excluded=int(counted.get("excluded", 0)),
        minutes=round((counted.get("seconds") or 0) / 60),
    )


def summary(at: datetime) -> list[Figure]:
    """The figures of the running month, for a home page."""
    return month(month_of(at), at=at)


def month_of(at: datetime) -> Period:
    """The calendar month that holds the instant, in the client's zone."""
    first = at.astimezone(ZONE).date().replace(day=1)
    return Period(first, (first + timedelta(days=32)).replace(day=1))


def misses(period: Period, *, after: int = 0, limit: int = 100) -> list[Clock]:
    """The clocks of the period that missed, newest due first; `after` is the id of the last one shown."""
    start, end = period.instants(ZONE)
    found = Clock.objects.filter(started_at__gte=start, started_at__lt=end, phase=Phase.MISS.value)
    if after:
        found = found.filter(pk__lt=after)
    return list(found.select_related("promise").order_by("-pk")[:limit])


def clocks_of_order(order_id: int) -> list[Clock]:
    """Every clock of one order."""
    return list(Clock.objects.filter(order_id=order_id).select_related("promise").order_by("pk"))
