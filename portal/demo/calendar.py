"""The days of the demonstration's month, and the hours of a working day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.business_days import national_holidays
from core.periods import Period, month_of

TOKYO = ZoneInfo("Asia/Tokyo")
CUT_OFF = time(13, 0)
SATURDAY = 5


def at(day: date, clock: str) -> datetime:
    """The wall-clock time "13:05" of a day in Japan, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), TOKYO).astimezone(UTC)


def is_working(day: date) -> bool:
    """Whether the operator works on that day."""
    return day.weekday() < SATURDAY and day not in national_holidays(day.year)


def working_days(month: date, *, more: int = 0) -> Iterator[date]:
    """The working days of the month, and so many after it."""
    period: Period = month_of(month)
    yield from (day for day in period if is_working(day))
    day = period.end
    while more:
        if is_working(day):
            yield day
            more -= 1
        day += timedelta(days=1)


def next_working(day: date) -> date:
    """The first working day on or after that day."""
    while not is_working(day):
        day += timedelta(days=1)
    return day
