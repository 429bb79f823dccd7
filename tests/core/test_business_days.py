"""National holidays and bank days."""

from datetime import date

import pytest

from core.business_days import Roll, is_bank_day, national_holidays, rolled


def test_the_holidays_of_2026_with_substitute_and_in_between_day() -> None:
    assert len(national_holidays(2026)) == 18
    assert {date(2026, 5, 6), date(2026, 9, 22)} <= national_holidays(2026)


@pytest.mark.parametrize("year", [1948, 2100])
def test_years_without_known_holidays_raise(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        national_holidays(year)


@pytest.mark.parametrize("day", ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03", "2026-11-21", "2026-11-23"])
def test_banks_are_closed(day: str) -> None:
    assert not is_bank_day(date.fromisoformat(day))


def test_banks_are_open_on_an_ordinary_friday() -> None:
    assert is_bank_day(date(2026, 11, 20))
    assert is_bank_day(date(2026, 12, 30))


def test_rolling_over_the_turn_of_the_year() -> None:
    last = date(2026, 12, 31)

    assert rolled(last, Roll.PREVIOUS) == date(2026, 12, 30)
    assert rolled(last, Roll.NEXT) == date(2027, 1, 4)
    assert rolled(last, Roll.NONE) == last
    assert rolled(date(2026, 11, 20), Roll.NEXT) == date(2026, 11, 20)
