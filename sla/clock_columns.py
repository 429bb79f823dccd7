"""Many clocks of one promise at once: the fold of `sla.clock`, on columns.

The nth events of all clocks are applied together, so the work is a few numpy operations per round and there are as many
rounds as the busiest clock has events. The results equal `sla.clock.replay` of each clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sla.calendars import Instants, Track, WorkingCalendar, instant
from sla.clock import PAUSING_PARTIES, WARN_PERCENT, Act, ClockEvent, Phase
from sla.goals import Flags, Goal

NEVER = np.int64(np.iinfo(np.int64).min)
"""The instant in a column that stands for None."""

ACTS = tuple(Act)
PHASES = tuple(Phase)

_START, _PAUSE, _RESUME, _STOP, _CANCEL, _REOPEN = range(len(ACTS))
_WAITING, _RUNNING, _STOPPED, _CANCELLED = range(4)

Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Events:
    """Events of many clocks, one entry per event, those of one instant in the order they happened.

    clock: which clock, 0 to `clocks` − 1. act: index into ACTS. hold: a number per hold (the same in its resume), any
    where it is no pause. pauses: whether a pause's party stops the clock.
    """

    clocks: int
    clock: Instants
    act: Codes
    at: Instants
    hold: Instants
    pauses: Flags

    @classmethod
    def of(cls, clocks: Iterable[Iterable[ClockEvent]]) -> Events:
        """The columns of clocks given one by one."""
        count, rows, holds = 0, [], dict[str, int]()
        for count, events in enumerate(clocks, start=1):
            rows += [(count - 1, event, holds.setdefault(event.key, len(holds))) for event in events]
        return cls(
            clocks=count,
            clock=np.array([clock for clock, _event, _hold in rows], dtype=np.int64),
            act=np.array([ACTS.index(event.act) for _clock, event, _hold in rows], dtype=np.int8),
            at=np.array([instant(event.at) for _clock, event, _hold in rows], dtype=np.int64),
            hold=np.array([hold for _clock, _event, hold in rows], dtype=np.int64),
            pauses=np.array([event.party in PAUSING_PARTIES for _clock, event, _hold in rows], dtype=np.bool_),
        )

    def where(self, rows: Instants | Flags) -> Events:
        """Only those rows, in that order."""
        return Events(self.clocks, self.clock[rows], self.act[rows], self.at[rows], self.hold[rows], self.pauses[rows])


@dataclass(frozen=True)
class Readings:
    """Every clock as read at one instant; the fields are those of `sla.clock.Reading`, NEVER for None."""

    phase: Codes
    started: Instants
    stopped: Instants
    elapsed: Instants
    idle: Instants
    due: Instants
    warn_at: Instants

    def phases(self) -> list[Phase]:
        """The phase of each clock by name."""
        return [PHASES[code] for code in self.phase]


def replay_many(
    events: Events, *, goal: Goal, calendar: WorkingCalendar, at: datetime, warn_percent: int = WARN_PERCENT
) -> Readings:
    """Read all clocks at `at`, leaving out events after it."""
    now = np.int64(instant(at))
    known = _effective(events.where(events.at <= now))
    first = int(min(known.at.min(initial=now), now))
    return calendar.ask(first, int(now), lambda track: _Fold(known.clocks, goal, track).run(known, now, warn_percent))


def _effective(events: Events) -> Events:
    """The events by clock and time, without the pauses and resumes that change nothing.

    Those are pauses of parties that do not stop the clock, of a hold that is active already, and resumes of one that is
    not: within the rows of one hold, only changes are kept, and a first resume is none.
    """
    events = events.where(events.pauses | (events.act != _PAUSE))
    events = events.where(np.lexsort((events.at, events.clock)))
    of_holds = np.flatnonzero((events.act == _PAUSE) | (events.act == _RESUME))
    by_hold = of_holds[np.lexsort((events.hold[of_holds], events.clock[of_holds]))]
    clock, hold, act = events.clock[by_hold], events.hold[by_hold], events.act[by_hold]
    same_hold = np.zeros(len(by_hold), dtype=np.bool_)
    same_hold[1:] = (clock[1:] == clock[:-1]) & (hold[1:] == hold[:-1])
    before = np.where(same_hold, np.roll(act, 1), _RESUME)
    keep = np.ones(len(events.at), dtype=np.bool_)
    keep[by_hold] = act != before
    return events.where(keep)


class _Fold:
    """The state of all clocks while the rounds go by; the fields mirror `sla.clock.Clock`."""

    def __init__(self, clocks: int, goal: Goal, track: Track) -> None:
        self.goal, self.track = goal, track
        self.status = np.full(clocks, _WAITING, dtype=np.int8)
        self.holds = np.zeros(clocks, dtype=np.int64)
        self.started = np.full(clocks, NEVER)
        self.stopped = np.full(clocks, NEVER)
        self.touched = np.zeros(clocks, dtype=np.int64)  # working time of the track at the last change
        self.elapsed = np.zeros(clocks, dtype=np.int64)
        self.idle = np.zeros(clocks, dtype=np.int64)
        self.missed = np.full(clocks, NEVER)

    def run(self, events: Events, now: np.int64, warn_percent: int) -> Readings:
        """Apply every event, then read at `now`."""
        for rows in _rounds(events.clock):
            self.apply(events.clock[rows], events.act[rows], events.at[rows])
        everyone = np.arange(len(self.status))
        self.count(everyone, np.full(len(everyone), now))
        return self.read(warn_percent)

    def apply(self, clock: Instants, act: Codes, at: Instants) -> None:
        """One event each for different clocks."""
        status = self.status[clock]
        reopens = (act == _REOPEN) & ((status == _STOPPED) | (status == _CANCELLED))
        self.reopen(clock[reopens], at[reopens])
        changes = (act == _PAUSE) | (act == _RESUME) | (((act == _STOP) | (act == _CANCEL)) & (status == _RUNNING))
        self.count(clock[changes], at[changes])
        self.holds[clock] += np.where(act == _PAUSE, 1, 0) - np.where(act == _RESUME, 1, 0)
        starts = (act == _START) & (status == _WAITING)
        self.start(clock[starts], at[starts])
        self.stop(clock, at, (act == _STOP) & (status == _RUNNING), _STOPPED)
        self.stop(clock, at, (act == _CANCEL) & ((status == _RUNNING) | (status == _WAITING)), _CANCELLED)

    def count(self, clock: Instants, at: Instants) -> None:
        """Count the time up to `at` for those of the clocks that run, and note which of them have missed."""
        running = self.status[clock] == _RUNNING
        clock, at = clock[running], at[running]
        worked = self.track.worked(at)
        passed = worked - self.touched[clock]
        self.touched[clock] = worked
        paused = self.holds[clock] > 0
        self.idle[clock] += np.where(paused, passed, 0)
        self.elapsed[clock] += np.where(paused, 0, passed)
        open_still = ~paused & (self.missed[clock] == NEVER)
        self.note_misses(clock[open_still], at[open_still])

    def note_misses(self, clock: Instants, at: Instants) -> None:
        late = clock[self.goal.late(self.track, self.started[clock], self.idle[clock], at)]
        self.missed[late] = self.goal.due(self.track, self.started[late], self.idle[late])

    def start(self, clock: Instants, at: Instants) -> None:
        self.status[clock] = _RUNNING
        self.started[clock] = at
        self.touched[clock] = self.track.worked(at)

    def stop(self, clock: Instants, at: Instants, which: Flags, status: int) -> None:
        self.status[clock[which]] = status
        self.stopped[clock[which]] = at[which]

    def reopen(self, clock: Instants, at: Instants) -> None:
        fresh = self.started[clock] == NEVER
        self.start(clock[fresh], at[fresh])
        self.stopped[clock] = NEVER
        again, worked = clock[~fresh], self.track.worked(at[~fresh])
        self.status[again] = _RUNNING
        self.idle[again] += worked - self.touched[again]
        self.touched[again] = worked

    def read(self, warn_percent: int) -> Readings:
        """The readings, time counted up to where `count` was last asked."""
        due, warn_at = self.missed.copy(), np.full_like(self.missed, NEVER)
        begun = np.flatnonzero(self.started != NEVER)
        warn_at[begun] = self.goal.warn(self.track, self.started[begun], self.idle[begun], warn_percent)
        open_still = begun[self.missed[begun] == NEVER]
        due[open_still] = self.goal.due(self.track, self.started[open_still], self.idle[open_still])
        return Readings(self.phase(), self.started, self.stopped, self.elapsed, self.idle, due, warn_at)

    def phase(self) -> Codes:
        by_status = np.array(
            [PHASES.index(phase) for phase in (Phase.WAITING, Phase.RUNNING, Phase.HIT, Phase.CANCELLED)]
        )
        phase = by_status[self.status]
        phase[(self.status == _RUNNING) & (self.holds > 0)] = PHASES.index(Phase.PAUSED)
        phase[self.missed != NEVER] = PHASES.index(Phase.MISS)
        return phase.astype(np.int8)


def _rounds(clock: Instants) -> list[Instants]:
    """The rows of the first event of every clock, then of the second, and so on. Rows are sorted by clock."""
    first = np.searchsorted(clock, clock, side="left")
    nth = np.arange(len(clock)) - first
    by_round = np.argsort(nth, kind="stable")
    return np.split(by_round, np.flatnonzero(np.diff(nth[by_round])) + 1) if len(clock) else []
