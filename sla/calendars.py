"""Working time: how much of it lies between two instants, and when so much of it will have passed.

A calendar is where one or several places' `WorkingHours` meet. It is compiled, a few years at a time, into a `Track`:
sorted UTC segments with running totals. So a question is one binary search, by `bisect` for one clock and by numpy for
many at once. Instants inside are microseconds since the epoch (int64); `instant` and `moment` go there and back.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache, reduce
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from core.errors import Refused
from core.periods import Period
from core.wording import Sentence, _
from sla.hours import WorkingHours, wall_time

Instants = NDArray[np.int64]
"""Microseconds: since 1970-01-01 UTC where they say when, plain where they say how long."""

Segment = tuple[int, int]
Answer = TypeVar("Answer")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_YEARS_AHEAD = 4  # how far beyond the asked years a due time is looked for before the calendar counts as empty


def instant(at: datetime) -> int:
    """An aware datetime as microseconds since the epoch."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """Microseconds since the epoch as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=int(at))


class Beyond(Exception):  # noqa: N818 (no fault: the calendar is then compiled further and asked again)
    """The answer lies after the years of this track."""


@dataclass(frozen=True, eq=False)
class Track:
    """A calendar compiled for the years from `first_year` up to, not including, `end_year`.

    starts, ends: the working segments, sorted, none overlapping. midnights: the start of every local day, and of the
    day after the last. Questions about instants outside of the years have no meaning; `WorkingCalendar` asks none.
    """

    first_year: int
    end_year: int
    zone: ZoneInfo
    starts: Instants
    ends: Instants
    midnights: Instants
    _walls: dict[tuple[int, ...], Instants] = field(default_factory=dict, repr=False)

    @cached_property
    def first(self) -> int:
        """The track's first instant."""
        return int(self.midnights[0])

    @cached_property
    def end(self) -> int:
        """The first instant after the track."""
        return int(self.midnights[-1])

    @cached_property
    def totals(self) -> Instants:
        """Working time up to the end of each segment."""
        return np.cumsum(self.ends - self.starts)

    @cached_property
    def before(self) -> Instants:
        """Working time up to the start of each segment."""
        return self.totals - (self.ends - self.starts)

    @cached_property
    def working_days(self) -> Instants:
        """The days on which a segment starts, counted from the first day of the track."""
        return np.unique(self.day_index(self.starts))

    @cached_property
    def closings(self) -> Instants:
        """For each of `working_days`, the end of its last segment."""
        last = np.searchsorted(self.day_index(self.starts), self.working_days, side="right") - 1
        return self.ends[last]

    def day_index(self, at: Instants) -> Instants:
        """The local day that each instant lies on, counted from the first day of the track."""
        return np.searchsorted(self.midnights, at, side="right").astype(np.int64) - 1

    def wall_times(self, minutes: tuple[int, ...]) -> Instants:
        """For every day of the track, the instant of a time of day: minutes after midnight, Monday's to Sunday's."""
        if minutes not in self._walls:
            days = Period(date(self.first_year, 1, 1), date(self.end_year, 1, 1))
            walls = [wall_time(day, minutes[day.weekday()], self.zone) for day in days]
            self._walls[minutes] = np.array([instant(wall) for wall in walls], dtype=np.int64)
        return self._walls[minutes]

    def worked(self, at: Instants) -> Instants:
        """Working time from the start of the track to each instant. Differences are the working time in between."""
        if not len(self.starts):
            return np.zeros_like(at)
        nth = np.searchsorted(self.starts, at, side="right") - 1
        inside = np.minimum(at, self.ends[nth]) - self.starts[nth]
        return np.where(nth < 0, 0, self.before[nth] + inside)

    def reached(self, worked: Instants) -> Instants:
        """The first instant at which so much working time has passed since the start of the track, or `Beyond`."""
        nth = np.searchsorted(self.totals, worked, side="left")
        if (nth >= len(self.totals)).any():
            raise Beyond
        return self.starts[nth] + (worked - self.before[nth])

    def worked_at(self, at: int) -> int:
        """`worked` for one instant, without numpy's overhead."""
        starts, ends, before, _totals = self._lists
        nth = bisect_right(starts, at) - 1
        return before[nth] + min(at, ends[nth]) - starts[nth] if nth >= 0 else 0

    def reached_at(self, worked: int) -> int:
        """`reached` for one amount, without numpy's overhead."""
        starts, _ends, before, totals = self._lists
        nth = bisect_left(totals, worked)
        if nth >= len(totals):
            raise Beyond
        return starts[nth] + (worked - before[nth])

    def opens_at(self, at: int) -> int:
        """The first working instant at or after `at`, or `Beyond`."""
        starts, ends, _before, _totals = self._lists
        nth = bisect_right(ends, at)
        if nth >= len(starts):
            raise Beyond
        return max(at, starts[nth])

    @cached_property
    def _lists(self) -> tuple[list[int], list[int], list[int], list[int]]:
        return self.starts.tolist(), self.ends.tolist(), self.before.tolist(), self.totals.tolist()


class WorkingCalendar:
    """The working time that one or several places have in common. Days are those of the first place's zone.

    Values it gives are exact to the microsecond and do not depend on what was asked before. Instants must be aware and
    in the years whose national holidays are known (1949 to 2099), else ValueError.
    """

    def __init__(self, *hours: WorkingHours) -> None:
        if not hours:
            raise ValueError("A calendar needs the hours of at least one place.")
        self.hours = hours
        self.zone = ZoneInfo(hours[0].zone)
        self._track: Track | None = None

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative where `end` is the earlier."""
        first, last = instant(start), instant(end)
        track = self.track(min(first, last), max(first, last))
        return timedelta(microseconds=track.worked_at(last) - track.worked_at(first))

    def due(self, start: datetime, working: timedelta) -> datetime:
        """The first instant at or after `start` by which `working` (not negative) has been worked, in UTC.

        Time that is used up at the very end of a day is due then, not at the next opening. A calendar without working
        time ahead is `Refused`.
        """
        first, wanted = instant(start), working // _MICROSECOND
        return moment(
            self.ask(first, first, lambda track: max(first, track.reached_at(track.worked_at(first) + wanted)))
        )

    def opens(self, at: datetime) -> datetime:
        """The first working instant at or after `at`, in UTC: when a reminder may go out."""
        first = instant(at)
        return moment(self.ask(first, first, lambda track: track.opens_at(first)))

    def is_working_day(self, day: date) -> bool:
        """Whether the local day `day` has any working time."""
        return self.elapsed(*Period(day, day + timedelta(days=1)).instants(self.zone)) > timedelta(0)

    def elapsed_many(self, starts: Instants, ends: Instants) -> Instants:
        """`elapsed` for arrays of equal length."""
        if not len(starts):
            return np.zeros_like(starts)
        track = self.track(min(starts.min(), ends.min()), max(starts.max(), ends.max()))
        return track.worked(ends) - track.worked(starts)

    def due_many(self, starts: Instants, working: Instants) -> Instants:
        """`due` for arrays of equal length."""
        if not len(starts):
            return np.zeros_like(starts)

        def reach(track: Track) -> Instants:
            return np.maximum(starts, track.reached(track.worked(starts) + working))

        return self.ask(int(starts.min()), int(starts.max()), reach)

    def ask(self, first: int, last: int, question: Callable[[Track], Answer]) -> Answer:
        """The answer of a track that covers the instants `first` to `last` and as many years more as it takes."""
        for years in range(_YEARS_AHEAD + 1):
            try:
                return question(self.track(first, last, years_more=years))
            except Beyond:
                continue
        raise Refused(
            Sentence(
                _("%(day)s より後の稼働時間がカレンダーにありません。営業時間と休業を確かめてください。"),
                day=self._local(last).date(),
            ),
            code="no_working_time",
        )

    def track(self, first: int, last: int, *, years_more: int = 0) -> Track:
        """The compiled years that hold the instants `first` to `last`, and at least so many years after them."""
        known = self._track
        if known and not years_more and known.first <= first and last < known.end:
            return known
        first_year, end_year = self._local(first).year, self._local(last).year + 1 + years_more
        if known:
            first_year, end_year = min(first_year, known.first_year), max(end_year, known.end_year)
            if (first_year, end_year) == (known.first_year, known.end_year):
                return known
        self._track = _compiled(self.hours, self.zone, first_year, end_year)
        return self._track

    def _local(self, at: int) -> datetime:
        return moment(at).astimezone(self.zone)


@lru_cache(maxsize=64)
def _compiled(hours: tuple[WorkingHours, ...], zone: ZoneInfo, first_year: int, end_year: int) -> Track:
    """Kept for as long as somebody asks: promises are read anew for every event, and their hours stay the same."""
    years = Period(date(first_year, 1, 1), date(end_year, 1, 1))
    common = reduce(_met, [_segments(place, years) for place in hours])
    midnights = [Period(day, day).instants(zone)[0] for day in (*years, years.end)]
    return Track(
        first_year,
        end_year,
        zone,
        starts=np.array([start for start, _end in common], dtype=np.int64),
        ends=np.array([end for _start, end in common], dtype=np.int64),
        midnights=np.array([instant(at) for at in midnights], dtype=np.int64),
    )


def _segments(hours: WorkingHours, years: Period) -> list[Segment]:
    spans = ((instant(start), instant(end)) for start, end in hours.spans(years))
    return [(start, end) for start, end in spans if start < end]  # a change of clocks can swallow an interval


def _met(one: list[Segment], other: list[Segment]) -> list[Segment]:
    """The segments that two sorted lists of segments have in common, sorted."""
    common, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            common.append((start, end))
        i, j = (i + 1, j) if one[i][1] <= other[j][1] else (i, j + 1)
    return common
