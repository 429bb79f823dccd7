"""Many clocks at once."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.periods import TOKYO, Period
from sla.calendars import WorkingCalendar, moment
from sla.clock import Act, ClockEvent, Phase, Reading, replay
from sla.clock_columns import NEVER, Events, Readings, replay_many
from sla.goals import DeadlineGoal, DurationGoal, Goal
from sla.hours import WEEKDAYS, WorkingHours, every

WEEK = datetime(2026, 11, 19, tzinfo=TOKYO)
LUNCH = WorkingHours(every(WEEKDAYS[:5], ("09:00", "12:00"), ("13:00", "18:00")))
STOCKTAKING = WorkingHours(every(WEEKDAYS, ("08:00", "17:30")), closures=(Period(WEEK.date(), WEEK.date()),))
CALENDAR = WorkingCalendar(LUNCH, STOCKTAKING)

goals = st.one_of(
    st.integers(1, 20).map(lambda hours: DurationGoal(timedelta(hours=hours))),
    st.builds(DeadlineGoal, st.integers(600, 1080), days=st.integers(0, 2)),
)
moments = st.integers(0, 7 * 24 * 12).map(lambda fives: WEEK + timedelta(minutes=5 * fives))
parties = st.sampled_from(["client", "buyer", "operator"])
acts = st.sampled_from([*Act, Act.PAUSE, Act.RESUME, Act.PAUSE, Act.RESUME])
events = st.builds(ClockEvent, acts, moments, st.sampled_from(["a", "b"]), parties)
histories = st.lists(events, max_size=14).map(lambda rest: [ClockEvent(Act.START, WEEK + timedelta(hours=10)), *rest])
clocks = st.lists(histories | st.lists(events, max_size=3), max_size=8)


def one(readings: Readings, nth: int) -> dict[str, object]:
    """One row of the columns in the words of a single reading."""

    def when(column: str) -> datetime | None:
        value = getattr(readings, column)[nth]
        return None if value == NEVER else moment(value)

    return {
        "phase": readings.phases()[nth],
        **{name: when(name) for name in ("started", "stopped", "due", "warn_at")},
        **{name: timedelta(microseconds=int(getattr(readings, name)[nth])) for name in ("elapsed", "idle")},
    }


def facts(reading: Reading) -> dict[str, object]:
    return {name: value for name, value in vars(reading).items() if name != "intervals"}


@settings(max_examples=200)
@given(clocks, goals, moments, st.integers(1, 100))
def test_each_of_many_reads_as_if_alone(many: list[list[ClockEvent]], goal: Goal, at: datetime, percent: int) -> None:
    readings = replay_many(Events.of(many), goal=goal, calendar=CALENDAR, at=at, warn_percent=percent)

    alone = [replay(history, goal=goal, calendar=CALENDAR, at=at, warn_percent=percent) for history in many]

    assert [one(readings, nth) for nth in range(len(many))] == [facts(reading) for reading in alone]


def test_the_order_of_rows_matters_only_within_one_instant() -> None:
    history = [
        ClockEvent(Act.START, WEEK + timedelta(hours=9)),
        ClockEvent(Act.PAUSE, WEEK + timedelta(hours=10), "a", "client"),
        ClockEvent(Act.STOP, WEEK + timedelta(hours=11)),
    ]
    goal = DurationGoal(timedelta(hours=4))

    there, back = (
        replay_many(Events.of([rows, rows]), goal=goal, calendar=CALENDAR, at=WEEK + timedelta(days=1))
        for rows in (history, history[::-1])
    )

    assert there.phases() == back.phases() == [Phase.HIT, Phase.HIT]
    assert there.elapsed.tolist() == back.elapsed.tolist() == [3_600_000_000] * 2


def test_a_clock_stopped_in_a_pause_that_began_on_its_due_time_is_kept_in_both() -> None:
    morning, closing = WEEK + timedelta(hours=10), WEEK + timedelta(hours=17, minutes=30)
    stopped = ClockEvent(Act.STOP, closing + timedelta(hours=2))
    history = [ClockEvent(Act.START, morning), ClockEvent(Act.PAUSE, closing, "a", "client"), stopped]
    goal, at = DeadlineGoal(13 * 60), WEEK + timedelta(days=3)

    readings = replay_many(Events.of([history]), goal=goal, calendar=CALENDAR, at=at)

    assert one(readings, 0) == facts(replay(history, goal=goal, calendar=CALENDAR, at=at))
    assert readings.phases() == [Phase.HIT]


@pytest.mark.parametrize("count", [0, 3])
def test_clocks_without_events_wait(count: int) -> None:
    readings = replay_many(Events.of([[]] * count), goal=DurationGoal(timedelta(hours=1)), calendar=CALENDAR, at=WEEK)

    assert readings.phases() == [Phase.WAITING] * count
    assert np.all(readings.due == NEVER)
