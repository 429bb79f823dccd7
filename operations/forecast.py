"""Whether today's work will be done in time, at the pace of the last hour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Forecast:
    """ends_at: when the last item is done at this pace, None where nobody has done any in the last hour.

    short: by how much that is too late, nothing where it is in time. more_people: how many more people of the same pace
    would do it in time, None where no pace is known or the time is already over.
    """

    ends_at: datetime | None
    short: timedelta
    more_people: int | None

    @property
    def in_time(self) -> bool:
        """Whether it will be done by the deadline."""
        return self.ends_at is not None and not self.short


def forecast(*, remaining: int, done: int, people: int, deadline: datetime, at: datetime) -> Forecast:
    """When `remaining` items will be done if `people` go on doing `done` an hour, and what that lacks."""
    if remaining <= 0:
        return Forecast(ends_at=at, short=timedelta(), more_people=0)
    if done <= 0:
        return Forecast(ends_at=None, short=timedelta(), more_people=None)
    ends_at = at + remaining / done * _HOUR
    left = deadline - at
    if ends_at <= deadline:
        return Forecast(ends_at=ends_at, short=timedelta(), more_people=0)
    short = ends_at - max(deadline, at)
    if left <= timedelta():
        return Forecast(ends_at=ends_at, short=short, more_people=None)
    each = done / max(people, 1)
    needed = math.ceil(round(remaining / (left / _HOUR * each), 9))
    return Forecast(ends_at=ends_at, short=short, more_people=max(needed - max(people, 1), 1))
