"""Half-open periods, closings and payment days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.business_days import Roll, is_bank_day
from core.errors import Refused
from core.periods import (
    ClosingTerms,
    Period,
    Share,
    closing_date,
    closing_period,
    closing_periods,
    day_of_month,
    first_of_month,
    local_day,
    month_of,
    share_of,
    storage_terms,
)

CLOSING_DAYS = [*range(1, 29), 31]
YEARS = Period(date(2023, 12, 1), date(2029, 1, 1))

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))
periods = st.tuples(days, st.integers(0, 400)).map(lambda p: Period(p[0], p[0] + timedelta(days=p[1])))


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    october = month_of(date(2026, 10, 17))

    assert (date(2026, 10, 1) in october, date(2026, 10, 31) in october, date(2026, 11, 1) in october) == (
        True,
        True,
        False,
    )
    assert (october.days, october.last, len(list(october))) == (31, date(2026, 10, 31), 31)


def test_a_period_cannot_end_before_it_starts_and_an_empty_one_has_no_last_day() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(ValueError, match="no last day"):
        _ = Period(date(2026, 2, 1), date(2026, 2, 1)).last


@given(periods, periods)
def test_the_days_in_both(one: Period, other: Period) -> None:
    assert set(one.within(other)) == set(one) & set(other)


def test_a_month_in_tokyo_starts_nine_hours_before_it_does_in_utc() -> None:
    start, end = month_of(date(2026, 10, 1)).instants()

    assert start == datetime(2026, 9, 30, 15, tzinfo=UTC)
    assert end == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert local_day(end - timedelta(microseconds=1)) == date(2026, 10, 31)
    assert local_day(end) == date(2026, 11, 1)


def test_a_day_of_a_change_of_clocks_has_23_hours() -> None:
    day = Period(date(2026, 3, 29), date(2026, 3, 30))
    start, end = day.instants(ZoneInfo("Europe/Berlin"))

    assert end - start == timedelta(hours=23)


@given(days, st.integers(-50, 50))
def test_months_ahead_and_back(day: date, months: int) -> None:
    moved = first_of_month(day, months)

    assert moved.day == 1
    assert first_of_month(moved, -months) == day.replace(day=1)


@pytest.mark.parametrize(
    ("month", "day", "expected"),
    [("2026-02-10", 31, "2026-02-28"), ("2028-02-10", 31, "2028-02-29"), ("2026-04-01", 31, "2026-04-30")],
)
def test_the_last_day_of_a_month(month: str, day: int, expected: str) -> None:
    assert day_of_month(date.fromisoformat(month), day) == date.fromisoformat(expected)


@pytest.mark.parametrize("closing_day", CLOSING_DAYS)
def test_closing_periods_tile_the_years(closing_day: int) -> None:
    tiles = list(closing_periods(YEARS, closing_day))

    assert all(earlier.end == later.start for earlier, later in pairwise(tiles))
    assert tiles[0].start <= YEARS.start < tiles[0].end
    assert tiles[-1].start < YEARS.end <= tiles[-1].end
    assert all(28 <= tile.days <= 31 for tile in tiles)


@given(days, st.sampled_from(CLOSING_DAYS))
def test_every_day_is_in_its_closing_period_which_ends_on_its_closing_date(day: date, closing_day: int) -> None:
    period = closing_period(day, closing_day)

    assert day in period
    assert period.last == closing_date(day, closing_day)
    assert {closing_period(other, closing_day) for other in period} == {period}


@pytest.mark.parametrize("day", [0, 29, 30, 32, -1])
def test_days_that_not_every_month_has_are_refused(day: int) -> None:
    with pytest.raises(Refused, match=str(day)):
        closing_date(date(2026, 1, 1), day)
    with pytest.raises(Refused, match=str(day)):
        ClosingTerms(pay_day=day)


@pytest.mark.parametrize(
    ("terms", "use", "closing", "due"),
    [
        (ClosingTerms(31, 1, 31, Roll.NONE), "2026-11-21", "2026-11-30", "2026-12-31"),
        (ClosingTerms(31, 1, 31, Roll.PREVIOUS), "2026-11-21", "2026-11-30", "2026-12-30"),
        (ClosingTerms(31, 1, 31, Roll.NEXT), "2026-11-21", "2026-11-30", "2027-01-04"),
        (ClosingTerms(20, 1, 20, Roll.NEXT), "2026-11-21", "2026-12-20", "2027-01-20"),
        (ClosingTerms(31, 2, 31, Roll.NEXT), "2026-02-28", "2026-02-28", "2026-04-30"),
        (ClosingTerms(15, 0, 31, Roll.NEXT), "2026-11-15", "2026-11-15", "2026-11-30"),
        (ClosingTerms(25, 2, 10, Roll.NEXT), "2026-11-26", "2026-12-25", "2027-02-10"),
    ],
)
def test_closing_and_payment(terms: ClosingTerms, use: str, closing: str, due: str) -> None:
    period = terms.period(date.fromisoformat(use))

    assert period.last == date.fromisoformat(closing)
    assert terms.due_date(period.last) == date.fromisoformat(due)


@pytest.mark.parametrize(("closing_day", "offset", "pay_day"), [(20, 0, 10), (31, 0, 28), (31, -1, 31)])
def test_payment_before_the_closing_is_refused(closing_day: int, offset: int, pay_day: int) -> None:
    with pytest.raises(Refused, match="締日より前") as refusal:
        ClosingTerms(closing_day, offset, pay_day)
    assert refusal.value.code == "due_before_closing"


@given(days, st.sampled_from(CLOSING_DAYS), st.integers(1, 3), st.sampled_from(CLOSING_DAYS))
def test_a_rolled_payment_day_is_the_nearest_bank_day(day: date, closing_day: int, offset: int, pay: int) -> None:
    closing = closing_date(day, closing_day)
    earlier, plain, later = (
        ClosingTerms(closing_day, offset, pay, roll).due_date(closing) for roll in (Roll.PREVIOUS, Roll.NONE, Roll.NEXT)
    )

    assert earlier <= plain <= later
    assert is_bank_day(earlier)
    assert is_bank_day(later)
    assert [between for between in Period(earlier, later) if is_bank_day(between)] == [earlier][: later > earlier]


def test_shares_of_a_part_month_use_the_days_of_that_very_period() -> None:
    february = month_of(date(2026, 2, 1))

    share = share_of(february, Period(date(2026, 2, 15), date(2027, 1, 1)))

    assert share == Share(14, 28)
    assert share.times(Decimal(30000)) == 15000
    assert share_of(february, Period(date(2026, 3, 1), date(2026, 4, 1))) == Share(0, 28)
    assert share_of(february, Period(date(2020, 1, 1), date(2030, 1, 1))).is_whole


@pytest.mark.parametrize(("part", "of"), [(-1, 30), (31, 30), (0, 0)])
def test_no_share_is_less_than_nothing_or_more_than_all(part: int, of: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        Share(part, of)


def test_the_three_storage_terms_of_a_month() -> None:
    assert storage_terms(month_of(date(2026, 2, 1))) == [
        Period(date(2026, 2, 1), date(2026, 2, 11)),
        Period(date(2026, 2, 11), date(2026, 2, 21)),
        Period(date(2026, 2, 21), date(2026, 3, 1)),
    ]


def test_a_closing_on_the_15th_bills_the_terms_that_end_in_it() -> None:
    assert [(term.start.day, term.last.day) for term in storage_terms(closing_period(date(2026, 11, 1), 15))] == [
        (11, 20),
        (21, 31),
        (1, 10),
    ]


@pytest.mark.parametrize("terms_a_month", [1, 2, 3])
@pytest.mark.parametrize("closing_day", CLOSING_DAYS)
def test_storage_terms_tile_the_years_whatever_the_closing_day(closing_day: int, terms_a_month: int) -> None:
    terms = [term for p in closing_periods(YEARS, closing_day) for term in storage_terms(p, terms_a_month)]

    assert all(earlier.end == later.start for earlier, later in pairwise(terms))
    assert len(terms) in {60 * terms_a_month + extra for extra in range(2 * terms_a_month + 1)}
