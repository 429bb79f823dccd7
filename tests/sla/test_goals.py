"""Goals: working time and cut-offs."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.periods import TOKYO, local_day
from sla import goals
from sla.calendars import Instants, WorkingCalendar, instant, moment
from sla.goals import DeadlineGoal, DurationGoal, Goal
from sla.hours import WEEKDAYS, WorkingHours, every

OFFICE = WorkingCalendar(
    WorkingHours({**every(WEEKDAYS[:5], ("09:00", "12:00"), ("13:00", "18:00")), "sat": ((540, 720),)})
)
SAME_DAY = DeadlineGoal(cut_off=13 * 60)
FOUR_HOURS = DurationGoal(timedelta(hours=4))
NOTHING = timedelta(0)

starts = st.integers(0, 2 * 365 * 86_400_000).map(
    lambda ms: datetime(2026, 1, 1, tzinfo=TOKYO) + timedelta(milliseconds=ms)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def one(when: datetime) -> Instants:
    return np.array([instant(when)], dtype=np.int64)


def due(goal: Goal, start: datetime, idle: timedelta = NOTHING, by: WorkingCalendar = OFFICE) -> datetime:
    spent = np.array([idle // timedelta(microseconds=1)], dtype=np.int64)
    return moment(by.ask(instant(start), instant(start), lambda track: goal.due(track, one(start), spent))[0])


def warned(goal: Goal, start: datetime, percent: int) -> datetime:
    none = np.zeros(1, dtype=np.int64)
    return moment(
        OFFICE.ask(instant(start), instant(start), lambda track: goal.warn(track, one(start), none, percent))[0]
    )


def is_late(goal: Goal, start: datetime, when: datetime) -> bool:
    none = np.zeros(1, dtype=np.int64)
    late = OFFICE.ask(instant(start), instant(when), lambda track: goal.late(track, one(start), none, one(when)))
    return bool(late[0])


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-20 12:59:59.999999", "2026-11-20 18:00"),
        ("2026-11-20 13:00", "2026-11-21 12:00"),  # sharp is after: Saturday's end
        ("2026-11-20 03:00", "2026-11-20 18:00"),  # before the opening
        ("2026-11-21 11:59", "2026-11-21 12:00"),
        ("2026-11-21 12:00", "2026-11-24 18:00"),  # before the cut-off, and work is over: not due in the past
        ("2026-11-22 10:00", "2026-11-24 18:00"),  # a Sunday before a holiday
        ("2026-11-23 12:00", "2026-11-24 18:00"),  # 勤労感謝の日
        ("2026-12-31 14:00", "2027-01-02 12:00"),  # over the turn of the year
    ],
)
def test_ordered_before_the_cut_off_ships_the_same_working_day(start: str, expected: str) -> None:
    assert due(SAME_DAY, at(start)) == at(expected)


def test_cut_offs_differ_by_weekday() -> None:
    goal = DeadlineGoal(cut_off=13 * 60, cut_offs={"sat": 10 * 60})

    assert due(goal, at("2026-11-14 09:59")) == at("2026-11-14 12:00")
    assert due(goal, at("2026-11-14 10:00")) == at("2026-11-16 18:00")


def test_due_some_working_days_later_at_a_time() -> None:
    goal = DeadlineGoal(cut_off=15 * 60, days=2, by=10 * 60)

    assert due(goal, at("2026-11-19 14:00")) == at("2026-11-21 10:00")
    assert due(goal, at("2026-11-19 15:00")) == at("2026-11-24 10:00")


def test_a_deadline_after_work_is_that_time_and_moves_by_working_time() -> None:
    goal = DeadlineGoal(cut_off=13 * 60, by=20 * 60)

    assert due(goal, at("2026-11-20 10:00")) == at("2026-11-20 20:00")
    assert due(goal, at("2026-11-19 10:00"), timedelta(hours=1)) == at("2026-11-20 10:00")


@given(starts)
def test_the_deadline_is_the_end_of_the_counting_day(start: datetime) -> None:
    day = local_day(start)
    if not (OFFICE.is_working_day(day) and start < at(f"{day} 13:00") and OFFICE.elapsed(start, at(f"{day} 23:59"))):
        day += timedelta(days=1)
        while not OFFICE.is_working_day(day):
            day += timedelta(days=1)
    end = at(f"{day} 12:00") if day.weekday() == 5 else at(f"{day} 18:00")

    assert due(SAME_DAY, start) == end


@given(starts, st.integers(0, 3000))
def test_idle_time_moves_every_due_time_by_itself(start: datetime, minutes: int) -> None:
    idle = timedelta(minutes=minutes)

    for goal in (SAME_DAY, FOUR_HOURS):
        assert OFFICE.elapsed(due(goal, start), due(goal, start, idle)) == idle
    assert due(FOUR_HOURS, start, idle) == OFFICE.due(start, timedelta(hours=4) + idle)


@given(starts, st.integers(0, 100))
def test_warnings_come_after_their_share_of_the_working_time(start: datetime, percent: int) -> None:
    for goal in (SAME_DAY, FOUR_HOURS):
        whole = OFFICE.elapsed(start, due(goal, start))
        assert OFFICE.elapsed(start, warned(goal, start, percent)) == whole * percent // 100
        assert start <= warned(goal, start, percent) <= due(goal, start)


@pytest.mark.parametrize(("goal", "start"), [(FOUR_HOURS, "2026-11-20 14:00"), (SAME_DAY, "2026-11-20 10:00")])
def test_a_goal_is_kept_to_its_due_time_and_not_in_overtime(goal: Goal, start: str) -> None:
    closing, tick = at("2026-11-20 18:00"), timedelta(microseconds=1)

    assert due(goal, at(start)) == closing
    assert not is_late(goal, at(start), closing)
    assert is_late(goal, at(start), closing + tick)


@pytest.mark.parametrize(
    "goal", [FOUR_HOURS, SAME_DAY, DeadlineGoal(780, cut_offs={"sat": 660}, days=1, by=600)], ids=lambda goal: goal.kind
)
def test_goals_survive_json(goal: Goal) -> None:
    assert goals.from_json(goal.to_json()) == goal


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "someday"}, "someday"),
        ({"minutes": 240}, "goal.kind"),
        ({"kind": "duration"}, "goal.minutes"),
        ({"kind": "duration", "minutes": 0}, "goal.minutes"),
        ({"kind": "duration", "minutes": 60, "cut_off": "13:00"}, "goal.cut_off"),
        ({"kind": "deadline", "cut_off": "13"}, "goal.cut_off"),
        ({"kind": "deadline", "cut_off": "13:00", "cut_offs": {"saturday": "10:00"}}, "cut_offs.saturday"),
        ({"kind": "deadline", "cut_off": "13:00", "days": -1}, "goal.days"),
        ({"kind": "deadline", "cut_off": "13:00", "by": "12:00"}, "12:00"),
    ],
)
def test_goals_that_make_no_sense_are_refused(data: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        goals.from_json(data)


def test_a_duration_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="1分以上"):
        DurationGoal(NOTHING)


def test_a_deadline_without_working_days_is_refused() -> None:
    with pytest.raises(Refused, match="稼働時間"):
        due(SAME_DAY, at("2026-11-20 10:00"), by=WorkingCalendar(WorkingHours({})))


def test_working_days_far_ahead_are_found() -> None:
    reopens = WorkingCalendar(WorkingHours({}, days={date(2028, 4, 3): ((540, 1080),)}))

    assert due(SAME_DAY, at("2026-11-20 10:00"), by=reopens) == at("2028-04-03 18:00")
