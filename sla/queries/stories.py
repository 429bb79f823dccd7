"""One clock minute by minute, and one promise in words: what every figure opens down to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.periods import Period
from core.wording import Sentence
from orders.exceptions import KINDS
from orders.models import Hold, OrderException
from orders.queries import timeline
from orders.reasons import HOLD_REASONS, PARTIES
from sla import strips, words
from sla.calendars import instant, moment
from sla.clock import Interval, Reading
from sla.goals import DurationGoal
from sla.models import Clock, PromiseVersion
from sla.promises import Promise
from sla.queries.clocks import ClockRow, rows_of
from sla.queries.promises import EXCEPTION, record_of, replayed_with

AHEAD = timedelta(days=366)
WHY = gettext_noop("%(reason)s（%(party)s）")
WHATS = {
    "running": (gettext_noop("計測"), "moving"),
    "paused": (gettext_noop("停止"), "attention"),
    "stopped": (gettext_noop("完了後"), "waiting"),
}


@dataclass(frozen=True)
class Stretch:
    """Part of a clock's life: from when to when, what it did, how much working time that was, and why."""

    start: datetime
    end: datetime
    label: str
    tone: str
    working: timedelta
    why: str


@dataclass(frozen=True)
class Told:
    """An event that moved the clock."""

    at: datetime
    text: Sentence
    who: str
    tone: str


@dataclass(frozen=True)
class Story:
    """A clock explained: its figures, stretch by stretch and day by day, and the events they come from."""

    row: ClockRow
    promise: PromiseVersion
    goal: Sentence
    budget: timedelta | None
    elapsed: timedelta
    idle: timedelta
    stretches: list[Stretch]
    days: list[strips.Day]
    events: list[Told]


def story(clock: Clock, *, at: datetime) -> Story:
    """The clock as its events explain it at `at`. The same number of queries whatever happened."""
    promise = Promise.from_json(clock.promise.definition)
    reading = replayed_with(promise, clock.subject_id, at=at)
    return Story(
        row=rows_of([clock])[0],
        promise=clock.promise,
        goal=words.goal(promise.goal),
        budget=promise.goal.working if isinstance(promise.goal, DurationGoal) else None,
        elapsed=reading.elapsed,
        idle=reading.idle,
        stretches=_stretches(reading.intervals),
        days=_days(promise, reading, at=at),
        events=_events(promise, clock),
    )


def _stretches(intervals: Sequence[Interval]) -> list[Stretch]:
    ids = {int(key) for interval in intervals for key in interval.holds if key.isdecimal()}
    holds = Hold.objects.in_bulk(ids) if ids else {}
    known = {key.removeprefix(EXCEPTION) for one in intervals for key in one.holds if key.startswith(EXCEPTION)}
    exceptions = OrderException.objects.in_bulk([int(key) for key in known]) if known else {}
    labels = {what: (_(label), tone) for what, (label, tone) in WHATS.items()}
    return [
        Stretch(
            one.start,
            one.end,
            *labels[one.what],
            one.working,
            _why(
                [holds.get(int(k)) for k in one.holds if k.isdecimal()],
                [exceptions.get(int(k.removeprefix(EXCEPTION))) for k in one.holds if k.startswith(EXCEPTION)],
            ),
        )
        for one in intervals
    ]


def _why(holds: Sequence[Hold | None], exceptions: Sequence[OrderException | None]) -> str:
    """Whose answers were waited for, and what for."""
    reasons = [
        Sentence(
            WHY,
            reason=Sentence(HOLD_REASONS[hold.reason].staff if hold.reason in HOLD_REASONS else hold.reason),
            party=Sentence(PARTIES.get(hold.party, hold.party)),
        )
        for hold in holds
        if hold is not None
    ]
    reasons += [
        Sentence(WHY, reason=Sentence(KINDS[one.kind].label), party=Sentence(PARTIES[KINDS[one.kind].decider]))
        for one in exceptions
        if one is not None
    ]
    return str(words.Listed(reasons, words.AND))


def _days(promise: Promise, reading: Reading, *, at: datetime) -> list[strips.Day]:
    if reading.started is None or reading.due is None:
        return []
    marks = {"start": reading.started, "due": reading.due}
    if reading.stopped is not None:
        marks["stop"] = reading.stopped
    last = max(*marks.values(), at if reading.stopped is None else reading.started)
    return strips.draw(
        _open_spans(promise, reading.started, last),
        [(one.start, one.end, one.what) for one in reading.intervals],
        marks,
        promise.calendar.zone,
    )


def _open_spans(promise: Promise, first: datetime, last: datetime) -> list[strips.Span]:
    zone: ZoneInfo = promise.calendar.zone
    days = Period(first.astimezone(zone).date(), last.astimezone(zone).date() + timedelta(days=1))
    start, end = days.instants(zone)
    track = promise.calendar.track(instant(start), instant(end))
    inside = (track.starts < instant(end)) & (track.ends > instant(start))
    return [
        (moment(begun), moment(ended)) for begun, ended in zip(track.starts[inside], track.ends[inside], strict=True)
    ]


def _events(promise: Promise, clock: Clock) -> list[Told]:
    entries = [timeline.entry_of(event) for event in record_of(promise, [clock.subject_id])]
    return [Told(entry.at, entry.text, entry.who, entry.tone) for entry in entries]


@dataclass(frozen=True)
class Place:
    """The working hours of one place in words. closures, days: those of the coming year."""

    week: list[tuple[words.Listed, words.Listed]]
    on_holidays: bool
    closures: list[Period]
    days: list[tuple[date, str]]
    zone: str


@dataclass(frozen=True)
class InWords:
    """A promise version as people read it. versions: all of the same promise, newest first."""

    row: PromiseVersion
    name: str
    measured: Sentence
    goal: Sentence
    warn_percent: int
    scope: list[tuple[str, str]]
    places: list[Place]
    versions: list[PromiseVersion]


def in_words(rows: Sequence[PromiseVersion], *, at: datetime) -> list[InWords]:
    """These promise versions in words, with the closures of the year after `at`."""
    versions: dict[str, list[PromiseVersion]] = {row.code: [] for row in rows}
    for version in PromiseVersion.objects.filter(code__in=list(versions)).order_by("-version"):
        versions[version.code].append(version)
    return [_in_words(row, versions[row.code], at=at) for row in rows]


def _in_words(row: PromiseVersion, versions: list[PromiseVersion], *, at: datetime) -> InWords:
    promise = Promise.from_json(row.definition)
    today = at.astimezone(promise.calendar.zone).date()
    return InWords(
        row=row,
        name=_(promise.name),
        measured=words.measured(promise.metric),
        goal=words.goal(promise.goal),
        warn_percent=promise.warn_percent,
        scope=[(name, str(words.Listed(sorted(values), words.AND))) for name, values in promise.scope.items()],
        places=[
            Place(
                week=words.week(hours),
                on_holidays=hours.on_holidays,
                closures=[one for one in hours.closures if one.end > today and one.start < today + AHEAD],
                days=[(day, str(words.times(times))) for day, times in sorted(hours.days.items()) if _near(day, today)],
                zone=hours.zone,
            )
            for hours in promise.hours
        ],
        versions=versions,
    )


def _near(day: date, today: date) -> bool:
    return today <= day < today + AHEAD
