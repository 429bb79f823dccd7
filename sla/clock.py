"""The clock of one promise to one subject: a fold over its events, which can be replayed and explains itself.

A clock runs from its start to its stop. It is paused while a hold is active whose party is the client or the buyer:
several holds may overlap, and a hold may be older than the start. Stopping a paused clock counts the pause up to the
stop. Re-opening goes on where it stopped; the time in between is idle, like a pause. Idle time moves the due time back
by as much working time. A goal once missed stays missed, whatever pauses, stops or cancellations follow.

`sla.clock_columns` does the same for many clocks at once; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from core.wording import _
from sla.calendars import Instants, Track, WorkingCalendar, instant, moment
from sla.goals import Goal

PAUSING_PARTIES = frozenset({"client", "buyer"})
"""The responsible parties whose holds stop the clock. The operator's own and the supplier's do not."""

WARN_PERCENT = 75


class Act(StrEnum):
    """What an event does to a clock."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    CANCEL = "cancel"
    REOPEN = "reopen"


class Phase(StrEnum):
    """How a clock stands. A clock past its due time is MISS whether it has stopped or not."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    HIT = "hit"
    MISS = "miss"
    CANCELLED = "cancelled"


PHASE_LABELS = {
    Phase.WAITING: _("開始前"),
    Phase.RUNNING: _("計測中"),
    Phase.PAUSED: _("停止中"),
    Phase.HIT: _("達成"),
    Phase.MISS: _("未達"),
    Phase.CANCELLED: _("対象外"),
}


@dataclass(frozen=True)
class ClockEvent:
    """One event as the clock sees it. For pauses, key: which hold it is (a resume names the same); party: whose."""

    act: Act
    at: datetime
    key: str = ""
    party: str = ""


class Interval(NamedTuple):
    """A stretch of a clock's life. what: running, paused or stopped; holds: the keys that paused it."""

    start: datetime
    end: datetime
    what: str
    working: timedelta
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A clock as read at one instant.

    elapsed, idle: working time in which it ran, and in which it did not. due: when its goal is used up, were it to run
    on from the reading; for a missed clock, when it was missed. None before the start.
    """

    phase: Phase
    started: datetime | None
    stopped: datetime | None
    elapsed: timedelta
    idle: timedelta
    due: datetime | None
    warn_at: datetime | None
    intervals: tuple[Interval, ...]


@dataclass(frozen=True)
class Rule:
    """By what a clock is judged: its goal, the compiled calendar, and at how many percent it warns."""

    goal: Goal
    track: Track
    warn_percent: int = WARN_PERCENT

    def due(self, start: int, idle: int) -> int:
        """The due time of a clock that started at `start` and has been idle so long."""
        return int(self.goal.due(self.track, _one(start), _one(idle))[0])

    def late(self, start: int, idle: int, at: int) -> bool:
        """Whether such a clock, running at `at`, has missed its goal."""
        return bool(self.goal.late(self.track, _one(start), _one(idle), _one(at))[0])

    def warn(self, start: int, idle: int) -> int:
        """When such a clock warns."""
        return int(self.goal.warn(self.track, _one(start), _one(idle), self.warn_percent)[0])


@dataclass(frozen=True)
class Clock:
    """What is known of a clock up to its last event; `after` gives the clock after one more.

    status: waiting, running, stopped or cancelled. holds: the pausing holds that are active. Times are microseconds:
    since the epoch for `started`, `touched` (the last change), `stopped` and `missed` (its due time then); working time
    for `elapsed` and `idle`.
    """

    status: str = "waiting"
    holds: frozenset[str] = frozenset()
    started: int | None = None
    touched: int = 0
    stopped: int | None = None
    elapsed: int = 0
    idle: int = 0
    missed: int | None = None
    intervals: tuple[Interval, ...] = ()

    def after(self, event: ClockEvent, rule: Rule) -> Clock:
        """The clock after an event that is not earlier than those before. What has no meaning now changes nothing."""
        at = instant(event.at)
        if event.act is Act.PAUSE and event.party in PAUSING_PARTIES and event.key not in self.holds:
            return replace(self.until(at, rule), holds=self.holds | {event.key})
        if event.act is Act.RESUME and event.key in self.holds:
            return replace(self.until(at, rule), holds=self.holds - {event.key})
        return self._moved(event.act, at, rule)

    def until(self, at: int, rule: Rule) -> Clock:
        """The same clock with the time up to `at` counted."""
        if self.status != "running" or self.started is None:
            return self
        working = rule.track.worked_at(at) - rule.track.worked_at(self.touched)
        stretch = self._stretch("paused" if self.holds else "running", at, working)
        if self.holds:
            return replace(self, touched=at, idle=self.idle + working, intervals=stretch)
        missed = self.missed
        if missed is None and rule.late(self.started, self.idle, at):
            missed = rule.due(self.started, self.idle)
        return replace(self, touched=at, elapsed=self.elapsed + working, missed=missed, intervals=stretch)

    def read(self, at: datetime, rule: Rule) -> Reading:
        """How the clock stands at `at`, which is not earlier than its last event."""
        now = self.until(instant(at), rule)
        due = warn = None
        if now.started is not None:
            due = moment(rule.due(now.started, now.idle) if now.missed is None else now.missed)
            warn = moment(rule.warn(now.started, now.idle))
        return Reading(
            phase=now.phase,
            started=None if now.started is None else moment(now.started),
            stopped=None if now.stopped is None else moment(now.stopped),
            elapsed=timedelta(microseconds=now.elapsed),
            idle=timedelta(microseconds=now.idle),
            due=due,
            warn_at=warn,
            intervals=now.intervals,
        )

    @property
    def phase(self) -> Phase:
        """How it stands, counted up to `touched`."""
        if self.missed is not None:
            return Phase.MISS
        if self.status == "running":
            return Phase.PAUSED if self.holds else Phase.RUNNING
        return {"waiting": Phase.WAITING, "stopped": Phase.HIT, "cancelled": Phase.CANCELLED}[self.status]

    def _moved(self, act: Act, at: int, rule: Rule) -> Clock:
        if act is Act.START and self.status == "waiting":
            return replace(self, status="running", started=at, touched=at)
        if act is Act.REOPEN and self.status in {"stopped", "cancelled"}:
            return self._reopened(at, rule)
        if act is Act.STOP and self.status == "running":
            return replace(self.until(at, rule), status="stopped", stopped=at)
        if act is Act.CANCEL and self.status in {"waiting", "running"}:
            return replace(self.until(at, rule), status="cancelled", stopped=at)
        return self

    def _reopened(self, at: int, rule: Rule) -> Clock:
        if self.started is None:
            return replace(self, status="running", started=at, touched=at, stopped=None)
        gap = rule.track.worked_at(at) - rule.track.worked_at(self.touched)
        stretch = self._stretch("stopped", at, gap)
        return replace(self, status="running", touched=at, stopped=None, idle=self.idle + gap, intervals=stretch)

    def _stretch(self, what: str, at: int, working: int) -> tuple[Interval, ...]:
        if at == self.touched:
            return self.intervals
        holds = tuple(sorted(self.holds)) if what == "paused" else ()
        return (
            *self.intervals,
            Interval(moment(self.touched), moment(at), what, timedelta(microseconds=working), holds),
        )


def replay(
    events: Iterable[ClockEvent],
    *,
    goal: Goal,
    calendar: WorkingCalendar,
    at: datetime,
    warn_percent: int = WARN_PERCENT,
) -> Reading:
    """The clock that `events` make (in any order; those of one instant in the order given), read at `at`.

    Events after `at` are left out, so a reading in the past is what was known then.
    """
    known = sorted((event for event in events if event.at <= at), key=lambda event: event.at)

    def fold(track: Track) -> Reading:
        rule, clock = Rule(goal, track, warn_percent), Clock()
        for event in known:
            clock = clock.after(event, rule)
        return clock.read(at, rule)

    return calendar.ask(instant(known[0].at if known else at), instant(at), fold)


def _one(value: int) -> Instants:
    return np.array([value], dtype=np.int64)
