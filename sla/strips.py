"""A clock's life drawn day by day: what was open, what of it ran or stood still, and where its due time lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

MOST_DAYS = 31

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

Span = tuple[datetime, datetime]
Stretch = tuple[datetime, datetime, str]


@dataclass(frozen=True)
class Bar:
    """Minutes after local midnight, from and for how long.

    what: open (working hours), rest (the clock was there, but nobody worked), running, paused or stopped (the rest of
    a clock's life: within working hours).
    """

    start: float
    length: float
    what: str


@dataclass(frozen=True)
class Day:
    """One local day: its bars, those behind first, and its marks (minutes after midnight, and what they mark)."""

    day: date
    bars: tuple[Bar, ...]
    marks: tuple[tuple[float, str], ...]


def draw(
    open_spans: Iterable[Span],
    stretches: Iterable[Stretch],
    marks: Mapping[str, datetime],
    zone: ZoneInfo,
) -> list[Day]:
    """The days on which anything happens, in order, the last MOST_DAYS of them.

    stretches: what the clock did when. marks: when it started, is due, stopped. A day without any work, on which the
    clock stood still all the time, is left out.
    """
    opened, held = list(open_spans), list(stretches)
    layers = [
        *((start, end, "open") for start, end in opened),
        *((start, end, "rest") for start, end, _what in held),
        *_worked(held, opened),
    ]
    days: dict[date, tuple[list[Bar], list[tuple[float, str]]]] = {}
    for start, end, what in layers:
        for day, bar in _by_day(start, end, what, zone):
            days.setdefault(day, ([], []))[0].append(bar)
    for what, at in marks.items():
        local = at.astimezone(zone)
        days.setdefault(local.date(), ([], []))[1].append((_minutes(local), what))
    first, last = min(_edges(held, marks, zone)), max(_edges(held, marks, zone))
    shown = [
        Day(day, tuple(bars), tuple(marked)) for day, (bars, marked) in sorted(days.items()) if first <= day <= last
    ]
    return [day for day in shown if day.marks or any(bar.what == "open" for bar in day.bars)][-MOST_DAYS:]


def _worked(held: Iterable[Stretch], opened: list[Span]) -> Iterable[Stretch]:
    """The parts of the stretches that lie in working hours."""
    for start, end, what in held:
        for begin, until in opened:
            first, last = max(start, begin), min(end, until)
            if first < last:
                yield first, last, what


def _edges(held: list[Stretch], marks: Mapping[str, datetime], zone: ZoneInfo) -> list[date]:
    times = [time for start, end, _what in held for time in (start, end)]
    return [time.astimezone(zone).date() for time in [*times, *marks.values()]]


def _by_day(start: datetime, end: datetime, what: str, zone: ZoneInfo) -> Iterable[tuple[date, Bar]]:
    begin, until = start.astimezone(zone), end.astimezone(zone)
    while begin < until:
        midnight = datetime.combine(begin.date() + _DAY, datetime.min.time(), zone)
        stop = min(midnight, until)
        yield begin.date(), Bar(_minutes(begin), (stop - begin) / _MINUTE, what)
        begin = stop


def _minutes(local: datetime) -> float:
    return local.hour * 60 + local.minute + local.second / 60
