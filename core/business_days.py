"""Japan's national holidays and the days on which its banks work.

Source: 国民の祝日に関する法律 as kept by the `holidays` package (substitute and in-between holidays included);
banks also close on Saturdays, Sundays and from 31 December to 3 January (銀行法施行令第5条).
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from holidays.countries.japan import Japan

FIRST_YEAR = Japan.start_year
LAST_YEAR = Japan.end_year

_DAY = timedelta(days=1)
_SATURDAY = 5


class Roll(StrEnum):
    """Where a payment day goes that falls on a day without banks."""

    PREVIOUS = "prev"  # 前営業日
    NEXT = "next"  # 翌営業日
    NONE = "none"  # そのまま


@lru_cache
def national_holidays(year: int) -> frozenset[date]:
    """The national holidays of `year`. Years the package has no law for (before 1949, after 2099) raise ValueError."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"Holidays are known from {FIRST_YEAR} to {LAST_YEAR}, not for {year}.")
    return frozenset(Japan(years=year, expand=False))


def is_bank_day(day: date) -> bool:
    """Whether banks settle transfers on `day`."""
    at_the_turn = (day.month, day.day) in {(12, 31), (1, 1), (1, 2), (1, 3)}
    return day.weekday() < _SATURDAY and not at_the_turn and day not in national_holidays(day.year)


def rolled(day: date, roll: Roll) -> date:
    """`day`, or the bank day before or after it where banks are closed."""
    if roll is Roll.NONE:
        return day
    step = -_DAY if roll is Roll.PREVIOUS else _DAY
    while not is_bank_day(day):
        day += step
    return day
