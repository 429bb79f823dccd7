"""What a promise asks for: so much working time, or a deadline that follows from a cut-off.

A goal answers for many clocks at once: arrays of instants in microseconds, one entry per clock (see `sla.calendars`).
`idle` is the working time since the start in which the clock did not run (paused, or stopped and re-opened); it moves
every due time back by as much.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from core.definitions import Definition, clock_face, reading, refuse
from core.definitions import read_minute as minute
from core.wording import Sentence, _
from sla.calendars import Beyond, Instants, Track
from sla.hours import WEEKDAYS

Flags = NDArray[np.bool_]

_MICROSECOND = timedelta(microseconds=1)


class Goal(ABC):
    """What one kind of goal answers about clocks that started at `starts`."""

    kind: ClassVar[str]
    label: ClassVar[str]

    @abstractmethod
    def budget(self, track: Track, starts: Instants) -> Instants:
        """The working time from each start to its due time, were the clock never idle."""

    @abstractmethod
    def due(self, track: Track, starts: Instants, idle: Instants) -> Instants:
        """When each clock has to stop at the latest, with so much idle time so far."""

    @abstractmethod
    def to_json(self) -> dict[str, object]:
        """As a JSON object with its `kind`; `from_json` makes the same goal of it."""

    @classmethod
    @abstractmethod
    def read(cls, definition: Definition) -> Goal:
        """The goal that a JSON object defines, its `kind` read already. Nonsense is `Refused`."""

    def late(self, track: Track, starts: Instants, idle: Instants, at: Instants) -> Flags:
        """Whether each clock, running at `at`, has missed its goal by then: the due time itself still keeps it."""
        return at > self.due(track, starts, idle)

    def warn(self, track: Track, starts: Instants, idle: Instants, percent: int) -> Instants:
        """When so many percent of the budget are used up, never after the due time."""
        used = self.budget(track, starts) * percent // 100
        at = np.maximum(starts, track.reached(track.worked(starts) + used + idle))
        return np.minimum(at, self.due(track, starts, idle))


@dataclass(frozen=True)
class DurationGoal(Goal):
    """So much working time, to the last microsecond inclusive: "verify within 4 working hours".

    Working time that is used up at closing time is due then: what is done in overtime after it comes too late.
    """

    working: timedelta

    kind: ClassVar[str] = "duration"
    label: ClassVar[str] = _("稼働時間")

    def __post_init__(self) -> None:
        if self.working <= timedelta(0):
            refuse("minutes", _("目標の稼働時間は1分以上にしてください。"))

    def budget(self, track: Track, starts: Instants) -> Instants:
        return np.full_like(starts, self.working // _MICROSECOND)

    def due(self, track: Track, starts: Instants, idle: Instants) -> Instants:
        return np.maximum(starts, track.reached(track.worked(starts) + self.budget(track, starts) + idle))

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "minutes": self.working // timedelta(minutes=1)}

    @classmethod
    def read(cls, definition: Definition) -> DurationGoal:
        return cls(timedelta(minutes=definition.whole("minutes", least=1)))


@dataclass(frozen=True)
class DeadlineGoal(Goal):
    """A deadline from a cut-off: "ordered before 13:00 ships the same working day".

    cut_off: minutes after local midnight; that very instant is after it. What starts after the cut-off, after the day's
    deadline or on a day off counts for the next working day. cut_offs: other cut-offs for some weekdays (`sat`).
    days: how many working days after the counting day it is due. by: the time of that day, else the end of its work.
    """

    cut_off: int
    cut_offs: Mapping[str, int] = field(default_factory=dict)
    days: int = 0
    by: int | None = None

    kind: ClassVar[str] = "deadline"
    label: ClassVar[str] = _("締切時刻")

    def __post_init__(self) -> None:
        for weekday in self.cut_offs:
            if weekday not in WEEKDAYS:
                refuse(f"cut_offs.{weekday}", _("曜日は mon〜sun で書いてください。"))
        if self.by is not None and not self.days and self.by < max(self._minutes()):
            text = _("当日の期限 %(by)s が締切時刻より前です。期限を遅くするか、翌営業日以降にしてください。")
            refuse("by", Sentence(text, by=clock_face(self.by)))

    def base(self, track: Track, starts: Instants) -> Instants:
        """The deadline of each clock, were it never idle."""
        if not len(track.working_days):
            raise Beyond
        day = track.day_index(starts)
        first = np.searchsorted(track.working_days, day, side="left")
        works = np.take(track.working_days, first, mode="clip") == day
        after = works & (starts >= track.wall_times(self._minutes())[day])
        due = self._due_on(track, first + after + self.days)
        passed = due <= starts
        return self._due_on(track, first + after + passed + self.days) if passed.any() else due

    def budget(self, track: Track, starts: Instants) -> Instants:
        return track.worked(self.base(track, starts)) - track.worked(starts)

    def due(self, track: Track, starts: Instants, idle: Instants) -> Instants:
        base = self.base(track, starts)
        return np.maximum(base, track.reached(track.worked(base) + idle))

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "cut_off": clock_face(self.cut_off),
            "cut_offs": {weekday: clock_face(at) for weekday, at in self.cut_offs.items()},
            "days": self.days,
            "by": None if self.by is None else clock_face(self.by),
        }

    @classmethod
    def read(cls, definition: Definition) -> DeadlineGoal:
        cut_offs = Definition(
            definition.value("cut_offs") if definition.has("cut_offs") else {}, definition.at("cut_offs")
        )
        return cls(
            cut_off=minute(definition.value("cut_off"), definition.at("cut_off")),
            cut_offs={weekday: minute(cut_offs.value(weekday), cut_offs.at(weekday)) for weekday in cut_offs.names()},
            days=definition.whole("days", default=0),
            by=minute(definition.value("by"), definition.at("by")) if definition.has("by") else None,
        )

    def _minutes(self) -> tuple[int, ...]:
        return tuple(self.cut_offs.get(weekday, self.cut_off) for weekday in WEEKDAYS)

    def _due_on(self, track: Track, nth: Instants) -> Instants:
        """The deadline on the nth working day of the track."""
        if (nth >= len(track.working_days)).any():
            raise Beyond
        if self.by is None:
            return track.closings[nth]
        return track.wall_times((self.by,) * len(WEEKDAYS))[track.working_days[nth]]


GOALS: Mapping[str, type[Goal]] = {goal.kind: goal for goal in (DurationGoal, DeadlineGoal)}


def from_json(data: object, path: str = "goal") -> Goal:
    """The goal of a JSON object, by its `kind`. What makes no sense is `Refused`, with its place under `path`."""
    with reading(data, path) as definition:
        kind = definition.text("kind")
        if kind not in GOALS:
            refuse(definition.at("kind"), Sentence(_("目標の種類「%(kind)s」はありません。"), kind=kind))
        return GOALS[kind].read(definition)
