"""Working hours of one place."""

from datetime import date

import pytest

from core.errors import Refused
from core.periods import Period
from sla.hours import WEEKDAYS, WorkingHours, every

OFFICE = every(WEEKDAYS[:5], ("09:00", "12:00"), ("13:00", "18:00"))
MORNING = ((540, 720),)


def test_a_plain_week_with_lunch_and_holidays_off() -> None:
    hours = WorkingHours(OFFICE)

    assert hours.on(date(2026, 11, 20)) == ((540, 720), (780, 1080))
    assert hours.on(date(2026, 11, 21)) == ()
    assert hours.on(date(2026, 11, 23)) == ()
    assert WorkingHours(OFFICE, on_holidays=True).on(date(2026, 11, 23)) == ((540, 720), (780, 1080))


def test_one_saturday_of_the_month_goes_before_all_saturdays() -> None:
    hours = WorkingHours({"sat": MORNING, "sat2": (), "sat5": ((0, 1440),)})

    assert [hours.on(date(2026, 10, day)) for day in (3, 10, 17, 31)] == [MORNING, (), MORNING, ((0, 1440),)]


def test_closures_are_half_open_and_special_days_go_before_everything() -> None:
    obon = Period(date(2026, 8, 13), date(2026, 8, 15))
    hours = WorkingHours(OFFICE, closures=(obon,), days={date(2026, 8, 13): MORNING, date(2026, 11, 23): MORNING})

    assert [bool(hours.on(date(2026, 8, day))) for day in (12, 13, 14, 17)] == [True, True, False, True]
    assert hours.on(date(2026, 8, 13)) == hours.on(date(2026, 11, 23)) == MORNING


def test_hours_survive_json() -> None:
    hours = WorkingHours(
        {**OFFICE, "sat2": MORNING},
        on_holidays=True,
        closures=(Period(date(2026, 8, 13), date(2026, 8, 17)),),
        days={date(2026, 12, 28): ()},
        zone="Asia/Seoul",
    )

    assert WorkingHours.from_json(hours.to_json()) == hours
    assert WorkingHours.from_json({"week": {}}) == WorkingHours({})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "hours.week"),
        ({"week": {"monday": []}}, "week.monday"),
        ({"week": {"sat6": []}}, "week.sat6"),
        ({"week": {"mon": [["12:00", "09:00"]]}}, "12:00〜09:00"),
        ({"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "重なって"),
        ({"week": {"mon": [["09:00"]]}}, r"hours\.week\.mon\[0\]"),
        ({"week": {"mon": [["09:00", "25:00"]]}}, "25:00"),
        ({"week": {}, "zone": "Asia/Atlantis"}, "Asia/Atlantis"),
        ({"week": {}, "zone": "../etc"}, "時間帯"),
        ({"week": {}, "closures": [["2026-01-02", "2026-01-02"]]}, r"closures\[0\]"),
        ({"week": {}, "days": {"2026-13-01": []}}, "2026-13-01"),
        ({"week": {}, "holidays": True}, "hours.holidays"),
    ],
)
def test_hours_that_make_no_sense_are_refused(data: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        WorkingHours.from_json(data)
