"""A month of promises in figures: as they stand, or as they were frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Count, Q
from django.db.models.functions import TruncDay, TruncMonth
from django.utils.translation import gettext as _

from core import periods
from core.periods import Period, first_of_month
from sla.clock import Phase
from sla.models import Clock, PromiseVersion, Statement
from sla.queries.promises import ZONE

TREND_MONTHS = 6


@dataclass(frozen=True)
class Figure:
    """A promise's month: numerator (hits) and denominator (hits + misses), what still runs and what was left out.

    name: as it was written; `label` is that in the reader's language. minutes: working time on average of what was
    judged and has ended.
    """

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
    def label(self) -> str:
        return _(self.name)

    @property
    def judged(self) -> int:
        return self.hits + self.misses

    @property
    def counted(self) -> int:
        """Every clock of the month."""
        return self.judged + self.running + self.excluded

    @property
    def ratio(self) -> float | None:
        """Hits of what was judged, 0 to 1; None where nothing was."""
        return self.hits / self.judged if self.judged else None

    @property
    def rate(self) -> float | None:
        """The same in percent."""
        return None if self.ratio is None else 100 * self.hits / self.judged

    def to_json(self) -> dict[str, object]:
        return {**self.__dict__, "rate": self.rate}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figure:
        return cls(**{name: value for name, value in data.items() if name != "rate"})


@dataclass(frozen=True)
class Month:
    """A month of promises. statement: where it was frozen, by whom and when."""

    period: Period
    figures: list[Figure]
    statement: Statement | None

    @property
    def counted(self) -> int:
        """Every clock of the month."""
        return sum(figure.counted for figure in self.figures)


def month_of(at: datetime) -> Period:
    """The calendar month that holds the instant, in the client's zone."""
    return periods.month_of(at.astimezone(ZONE).date())


def month_named(name: str, *, at: datetime) -> Period:
    """The month written YYYY-MM; the one that holds `at` where it is written otherwise, or lies ahead."""
    running = month_of(at)
    try:
        named = periods.month_of(date.fromisoformat(f"{name}-01"))
    except ValueError:
        return running
    return min(named, running)


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
            seconds=Avg("elapsed", filter=Q(stopped_at__isnull=False, phase__in=[Phase.HIT.value, Phase.MISS.value])),
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


def month_shown(period: Period, *, at: datetime) -> Month:
    """The month as it is to be shown: what was frozen stays as it was."""
    statement = Statement.objects.filter(month=period.start).first()
    if statement is None:
        return Month(period, month(period, at=at), None)
    return Month(period, [Figure.from_json(figure) for figure in statement.figures], statement)


def summary(at: datetime) -> list[Figure]:
    """The figures of the running month, for a home page."""
    return month(month_of(at), at=at)


def daily_misses(period: Period) -> dict[str, list[int]]:
    """For each promise that was missed, by its name: how often on every day of the period."""
    start, end = period.instants(ZONE)
    missed = Clock.objects.filter(started_at__gte=start, started_at__lt=end, phase=Phase.MISS.value)
    days = missed.annotate(day=TruncDay("started_at", tzinfo=ZONE)).values_list("promise__definition__name", "day")
    found: dict[str, list[int]] = {}
    for name, day, times in days.annotate(times=Count("id")).order_by("promise__definition__name", "day"):
        found.setdefault(_(name), [0] * period.days)[(day.date() - period.start).days] = times
    return found


def trend(period: Period, *, months: int = TREND_MONTHS) -> tuple[list[date], dict[str, list[float | None]]]:
    """The rates (0 to 1) of the months up to and including `period`, by promise code; None where nothing was judged."""
    firsts = [first_of_month(period.start, back) for back in range(1 - months, 1)]
    judged = _judged(Period(firsts[0], period.end))
    for statement in Statement.objects.filter(month__in=firsts):
        judged = {key: value for key, value in judged.items() if key[1] != statement.month}
        judged |= _summed((f["code"], statement.month, f["hits"], f["misses"]) for f in statement.figures)
    codes = sorted({code for code, _month in judged})
    return firsts, {code: [_ratio(judged.get((code, first))) for first in firsts] for code in codes}


Judged = dict[tuple[str, date], tuple[int, int]]


def _judged(period: Period) -> Judged:
    start, end = period.instants(ZONE)
    rows = Clock.objects.filter(started_at__gte=start, started_at__lt=end).annotate(
        month=TruncMonth("started_at", tzinfo=ZONE)
    )
    counts = rows.values_list("promise__code", "month").annotate(
        hits=Count("id", filter=Q(phase=Phase.HIT.value)), misses=Count("id", filter=Q(phase=Phase.MISS.value))
    )
    return _summed((code, first.date(), hits, misses) for code, first, hits, misses in counts.order_by())


def _summed(rows: Iterable[tuple[str, date, int, int]]) -> Judged:
    """Hits and misses by code and month, over the versions of a promise."""
    found: Judged = {}
    for code, first, hits, misses in rows:
        before = found.get((code, first), (0, 0))
        found[code, first] = (before[0] + hits, before[1] + misses)
    return found


def _ratio(judged: tuple[int, int] | None) -> float | None:
    return judged[0] / sum(judged) if judged and sum(judged) else None
