"""Working time, against a slow count minute by minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.periods import TOKYO, Period
from sla.calendars import WorkingCalendar, instant, moment
from sla.hours import WEEKDAYS, WorkingHours, every

OFFICE = WorkingHours(every(WEEKDAYS[:5], ("09:00", "12:00"), ("13:00", "18:00")))
WAREHOUSE = WorkingHours(
    every(WEEKDAYS[:6], ("08:00", "17:00")), closures=(Period(date(2026, 5, 7), date(2026, 5, 8)),)
)
MINUTE = timedelta(minutes=1)
SPRING = datetime(2026, 4, 27, tzinfo=TOKYO)  # the week in which Golden Week begins

minutes_of_day = st.lists(st.integers(0, 1440), min_size=0, max_size=4, unique=True).map(sorted)
intervals = minutes_of_day.map(lambda cuts: tuple(zip(cuts[::2], cuts[1::2], strict=False)))
weeks = st.dictionaries(st.sampled_from([*WEEKDAYS, "wed5", "fri1"]), intervals, max_size=9)
hours = st.builds(
    WorkingHours,
    weeks,
    on_holidays=st.booleans(),
    days=st.dictionaries(st.dates(date(2026, 4, 27), date(2026, 5, 3)), intervals, max_size=3),
)
places = st.lists(hours, min_size=1, max_size=2)
near = st.integers(0, 5 * 1440).map(lambda minutes: SPRING + minutes * MINUTE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def worked_minutes(start: datetime, end: datetime, by: list[WorkingHours]) -> list[datetime]:
    """Every minute in `[start, end)` in which all places work, found by looking at each."""
    minutes = ((day, minute) for day in Period(start.date(), end.date() + timedelta(days=1)) for minute in range(1440))
    worked = ((d, m) for d, m in minutes if all(any(a <= m < b for a, b in place.on(d)) for place in by))
    instants = (datetime(d.year, d.month, d.day, m // 60, m % 60, tzinfo=TOKYO) for d, m in worked)
    return [at for at in instants if start <= at < end]


@settings(max_examples=30, deadline=None)
@given(places, near, near)
def test_elapsed_is_the_count_of_worked_minutes(by: list[WorkingHours], one: datetime, other: datetime) -> None:
    start, end = sorted((one, other))
    counted = len(worked_minutes(start, end, by))

    assert WorkingCalendar(*by).elapsed(start, end) == counted * MINUTE
    assert WorkingCalendar(*by).elapsed(end, start) == -counted * MINUTE


@settings(max_examples=30, deadline=None)
@given(places, near, st.integers(1, 600))
def test_due_is_the_end_of_the_last_worked_minute(by: list[WorkingHours], start: datetime, working: int) -> None:
    worked = worked_minutes(start, start + timedelta(days=6), by)
    calendar = WorkingCalendar(*by)
    assume(len(worked) >= working)

    due = calendar.due(start, working * MINUTE)

    assert due == worked[working - 1] + MINUTE
    assert calendar.elapsed(start, due) == working * MINUTE
    assert calendar.opens(start) == worked[0]


@settings(max_examples=60, deadline=None)
@given(hours, st.lists(st.tuples(near, near, st.integers(0, 900)), max_size=20))
def test_many_at_once_are_each_as_if_alone(place: WorkingHours, asked: list[tuple[datetime, datetime, int]]) -> None:
    calendar = WorkingCalendar(replace(place, week={**place.week, "wed": ((600, 660),)}))
    starts = np.array([instant(start) for start, _end, _minutes in asked], dtype=np.int64)
    ends = np.array([instant(end) for _start, end, _minutes in asked], dtype=np.int64)
    working = np.array([minutes * 60_000_000 for _start, _end, minutes in asked], dtype=np.int64)

    elapsed = calendar.elapsed_many(starts, ends)
    due = calendar.due_many(starts, working)

    assert [timedelta(microseconds=int(span)) for span in elapsed] == [calendar.elapsed(s, e) for s, e, _m in asked]
    assert [moment(when) for when in due] == [calendar.due(s, m * MINUTE) for s, _e, m in asked]


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    used, fresh = WorkingCalendar(OFFICE), WorkingCalendar(OFFICE)
    used.elapsed(at("2024-01-05 10:00"), at("2029-01-05 10:00"))
    start, end = at("2026-12-28 11:30"), at("2027-01-12 15:00")

    assert used.elapsed(start, end) == fresh.elapsed(start, end)
    assert used.due(start, timedelta(hours=90)) == fresh.due(start, timedelta(hours=90))


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-20 10:00", 4, "2026-11-20 15:00"),  # over lunch
        ("2026-11-20 16:00", 4, "2026-11-24 11:00"),  # over a weekend and 勤労感謝の日
        ("2026-11-20 14:00", 4, "2026-11-20 18:00"),  # used up at the very end of the day
        ("2026-11-21 14:00", 4, "2026-11-24 14:00"),  # starts on a Saturday
        ("2026-12-30 17:00", 2, "2026-12-31 10:00"),
        ("2026-11-21 14:00", 0, "2026-11-21 14:00"),
    ],
)
def test_four_working_hours(start: str, hours: int, due: str) -> None:
    assert WorkingCalendar(OFFICE).due(at(start), timedelta(hours=hours)) == at(due)


def test_two_places_work_when_both_do() -> None:
    both = WorkingCalendar(OFFICE, WAREHOUSE)

    assert both.elapsed(at("2026-11-20 00:00"), at("2026-11-21 23:00")) == timedelta(hours=7)  # 9–12 and 13–17
    assert not both.is_working_day(date(2026, 5, 7))  # the warehouse counts its stock
    assert both.is_working_day(date(2026, 5, 8))
    assert not both.is_working_day(date(2026, 11, 21))  # the office is off on Saturday


def test_microseconds_count() -> None:
    tick = timedelta(microseconds=1)
    noon = at("2026-11-20 12:00")

    assert WorkingCalendar(OFFICE).elapsed(noon - tick, noon + tick) == tick


def test_reminders_wait_for_the_opening() -> None:
    calendar = WorkingCalendar(OFFICE)

    assert calendar.opens(at("2026-11-20 18:00")) == at("2026-11-24 09:00")
    assert calendar.opens(at("2026-11-20 12:30")) == at("2026-11-20 13:00")
    assert calendar.opens(at("2026-11-20 13:30")) == at("2026-11-20 13:30")


def test_a_change_of_clocks_takes_and_gives_an_hour() -> None:
    nights = WorkingHours(every(WEEKDAYS, ("00:00", "06:00")), on_holidays=True, zone="Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    worked = [
        WorkingCalendar(nights).elapsed(*Period(day, day + timedelta(days=1)).instants(berlin))
        for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))
    ]

    assert worked == [timedelta(hours=6), timedelta(hours=5), timedelta(hours=7)]


def test_a_calendar_without_working_time_measures_nothing_and_refuses_due_times() -> None:
    never = WorkingCalendar(WorkingHours({}))

    assert never.elapsed(SPRING, SPRING + timedelta(days=30)) == timedelta(0)
    with pytest.raises(Refused, match="2026-04-27") as refusal:
        never.due(SPRING, timedelta(minutes=1))
    assert refusal.value.code == "no_working_time"


def test_a_calendar_needs_a_place() -> None:
    with pytest.raises(ValueError, match="at least one"):
        WorkingCalendar()


def test_no_clocks_give_no_answers() -> None:
    none = np.array([], dtype=np.int64)

    assert len(WorkingCalendar(OFFICE).elapsed_many(none, none)) == 0
    assert len(WorkingCalendar(OFFICE).due_many(none, none)) == 0


def test_an_instant_goes_there_and_back() -> None:
    precise = datetime(2026, 11, 20, 3, 4, 5, 678901, tzinfo=UTC)

    assert moment(instant(precise)) == precise
