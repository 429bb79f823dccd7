"""Half-open periods of days: months, closings, payment days and storage terms.

A period is `[start, end)`: periods that follow each other share a border and no day. Days are the client's local days;
`instants` says which stretch of UTC they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.business_days import Roll, rolled
from core.errors import Refused
from core.wording import Sentence, _

TOKYO = ZoneInfo("Asia/Tokyo")
LAST_DAY = 31  # as a closing or payment day: the month's last, whichever that is

_DAY = timedelta(days=1)
_LAST_FIXED_DAY = 28
_STORAGE_CUTS = {1: (LAST_DAY,), 2: (15, LAST_DAY), 3: (10, 20, LAST_DAY)}


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` up to, not including, `end`. Never negative; empty where both are the same day."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A period cannot end ({self.end}) before it starts ({self.start}).")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=nth) for nth in range(self.days))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        """Its last day, as people write it (10/31, not 11/1). An empty period has none: ValueError."""
        if not self.days:
            raise ValueError("An empty period has no last day.")
        return self.end - _DAY

    def within(self, other: Period) -> Period:
        """The days that lie in both; empty (at this period's nearer border) where there are none."""
        start = min(max(self.start, other.start), max(self.end, other.start))
        return Period(start, max(start, min(self.end, other.end)))

    def instants(self, zone: ZoneInfo = TOKYO) -> tuple[datetime, datetime]:
        """The same period as `[start, end)` in UTC: from local midnight to local midnight."""
        return _midnight(self.start, zone), _midnight(self.end, zone)


@dataclass(frozen=True)
class Share:
    """How many of a period's days count, for what is charged by the day."""

    days: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.days <= self.of or not self.of:
            raise ValueError(f"{self.days} of {self.of} days is no share.")

    @property
    def is_whole(self) -> bool:
        return self.days == self.of

    def times(self, amount: Decimal) -> Decimal:
        """`amount` × days ÷ days of the period, unrounded (multiplied first, so that whole results are exact)."""
        return amount if self.is_whole else amount * self.days / self.of


WHOLE = Share(1, 1)


def share_of(period: Period, active: Period) -> Share:
    """The share of `period` that lies in `active`, such as a contract's. The whole is that very period, not 30 days."""
    return Share(active.within(period).days, period.days)


def local_day(at: datetime, zone: ZoneInfo = TOKYO) -> date:
    """The local day of an aware instant."""
    return at.astimezone(zone).date()


def month_of(day: date) -> Period:
    """The calendar month that `day` is in."""
    return Period(day.replace(day=1), first_of_month(day, 1))


def first_of_month(day: date, months: int = 0) -> date:
    """The first of the month `months` after (or, negative, before) that of `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def day_of_month(month: date, day: int) -> date:
    """Day `day` of the month that `month` is in, or its last day where the month is shorter."""
    last = first_of_month(month, 1) - _DAY
    return last if day >= last.day else last.replace(day=day)


def check_day_of_month(day: int) -> int:
    """`day` if it can be a closing or payment day: 1 to 28, or 31 for the last. Else it is refused.

    29 and 30 are not offered: they would mean different days in February, and periods that overlap or leave gaps.
    """
    if not (1 <= day <= _LAST_FIXED_DAY or day == LAST_DAY):
        raise Refused(
            Sentence(_("締日・支払日は1〜28、または月末を表す31で指定してください（%(day)s は使えません）。"), day=day),
            code="day_of_month",
            day=day,
        )
    return day


def closing_date(day: date, closing_day: int) -> date:
    """The closing date (締日) that `day` belongs to: the first one on or after it."""
    closing_day = check_day_of_month(closing_day)
    this_month = day_of_month(day, closing_day)
    return this_month if day <= this_month else day_of_month(first_of_month(day, 1), closing_day)


def closing_period(day: date, closing_day: int) -> Period:
    """The period of use that `day` is billed in: the day after one closing date to the next, that one included."""
    end = closing_date(day, closing_day)
    return Period(day_of_month(first_of_month(end, -1), closing_day) + _DAY, end + _DAY)


def closing_periods(span: Period, closing_day: int) -> Iterator[Period]:
    """The closing periods that touch `span`, in order, whole (they tile; the first and last may stick out)."""
    day = span.start
    while day < span.end:
        period = closing_period(day, closing_day)
        yield period
        day = period.end


@dataclass(frozen=True)
class ClosingTerms:
    """When use is closed and when it is paid (締め・支払条件), such as 20日締め翌月末払い.

    closing_day, pay_day: 1 to 28, or 31 for the month's last. month_offset: months from the closing date's month to the
    payment's. roll: where a payment day goes on which banks are closed. Terms that make no sense are refused.
    """

    closing_day: int = LAST_DAY
    month_offset: int = 1
    pay_day: int = LAST_DAY
    roll: Roll = Roll.NEXT

    def __post_init__(self) -> None:
        check_day_of_month(self.closing_day)
        check_day_of_month(self.pay_day)
        if self.month_offset < 0 or (self.month_offset == 0 and self.pay_day < self.closing_day):
            raise Refused(
                _("支払日が締日より前になります。支払月を翌月以降にするか、支払日を締日以降にしてください。"),
                code="due_before_closing",
            )

    def period(self, day: date) -> Period:
        """The period of use that `day` is billed in."""
        return closing_period(day, self.closing_day)

    def due_date(self, closing: date) -> date:
        """The day by which the closing of `closing` (the last day of its period) is to be paid."""
        return rolled(day_of_month(first_of_month(closing, self.month_offset), self.pay_day), self.roll)


def storage_terms(closing: Period, terms_a_month: int = 3) -> list[Period]:
    """The storage terms (期) that are billed in `closing`: those whose last day lies in it, in order.

    terms_a_month: 3 (三期制: 1–10, 11–20, 21–end), 2 (二期制: 1–15, 16–end) or 1; else KeyError. Terms are cut by the
    calendar month, never by the closing day: each is billed in exactly one closing, with all of its days.
    """
    cuts = _STORAGE_CUTS[terms_a_month]
    ends = [day_of_month(month, cut) for month in _months(closing) for cut in cuts]
    return [_term_ending(end, cuts) for end in ends if end in closing]


def _months(period: Period) -> Iterator[date]:
    month = period.start.replace(day=1)
    while month < period.end:
        yield month
        month = first_of_month(month, 1)


def _term_ending(end: date, cuts: tuple[int, ...]) -> Period:
    before = [day for cut in cuts if (day := day_of_month(end, cut)) < end]
    return Period(max(before) + _DAY if before else end.replace(day=1), end + _DAY)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
