"""The clock of one promise."""

from datetime import datetime, timedelta
from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import TOKYO
from sla.calendars import WorkingCalendar, instant
from sla.clock import Act, Clock, ClockEvent, Phase, Reading, Rule, replay
from sla.goals import DeadlineGoal, DurationGoal, Goal
from sla.hours import WEEKDAYS, WorkingHours, every

OFFICE = WorkingCalendar(WorkingHours(every(WEEKDAYS[:5], ("09:00", "12:00"), ("13:00", "18:00"))))
FOUR_HOURS = DurationGoal(timedelta(hours=4))
SAME_DAY = DeadlineGoal(cut_off=13 * 60)
GOALS = (FOUR_HOURS, SAME_DAY)


def at(text: str) -> datetime:
    """A time in the week of Friday 2026-11-20; "20 10:00" is that day, Monday 23 a holiday."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=TOKYO)


def start(when: str) -> ClockEvent:
    return ClockEvent(Act.START, at(when))


def stop(when: str) -> ClockEvent:
    return ClockEvent(Act.STOP, at(when))


def cancel(when: str) -> ClockEvent:
    return ClockEvent(Act.CANCEL, at(when))


def reopen(when: str) -> ClockEvent:
    return ClockEvent(Act.REOPEN, at(when))


def pause(when: str, key: str = "hold", party: str = "client") -> ClockEvent:
    return ClockEvent(Act.PAUSE, at(when), key, party)


def resume(when: str, key: str = "hold") -> ClockEvent:
    return ClockEvent(Act.RESUME, at(when), key)


def four_hours(*events: ClockEvent, now: str = "30 09:00") -> Reading:
    return replay(events, goal=FOUR_HOURS, calendar=OFFICE, at=at(now))


def same_day(*events: ClockEvent, now: str = "30 09:00") -> Reading:
    return replay(events, goal=SAME_DAY, calendar=OFFICE, at=at(now))


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_before_its_start_a_clock_has_no_due_time() -> None:
    reading = four_hours(pause("20 09:00"))

    assert (reading.phase, reading.started, reading.due, reading.warn_at) == (Phase.WAITING, None, None, None)
    assert reading.intervals == ()


def test_a_running_clock_says_how_long_it_has_run_and_when_it_is_due() -> None:
    reading = four_hours(start("20 10:00"), now="20 13:30")

    assert (reading.phase, reading.elapsed) == (Phase.RUNNING, hours(2.5))
    assert (reading.warn_at, reading.due) == (at("20 14:00"), at("20 15:00"))


def test_verified_within_four_working_hours() -> None:
    assert four_hours(start("20 16:00"), stop("24 11:00")).phase is Phase.HIT
    assert four_hours(start("20 16:00"), stop("24 11:01")).phase is Phase.MISS


def test_a_clock_that_runs_past_its_due_time_has_missed() -> None:
    reading = four_hours(start("20 10:00"), now="20 15:01")

    assert (reading.phase, reading.due, reading.stopped) == (Phase.MISS, at("20 15:00"), None)


def test_the_clock_rests_while_the_client_is_asked() -> None:
    reading = four_hours(start("20 10:00"), pause("20 11:00"), resume("24 11:00"), now="24 11:30")

    assert (reading.phase, reading.elapsed, reading.idle) == (Phase.RUNNING, hours(1.5), hours(8))
    assert reading.due == at("24 15:00")
    assert [(interval.what, interval.working, interval.holds) for interval in reading.intervals] == [
        ("running", hours(1), ()),
        ("paused", hours(8), ("hold",)),
        ("running", hours(0.5), ()),
    ]


@pytest.mark.parametrize(("party", "elapsed"), [("client", 1), ("buyer", 1), ("operator", 3), ("supplier", 3), ("", 3)])
def test_only_holds_of_the_client_and_the_buyer_pause(party: str, elapsed: int) -> None:
    assert four_hours(start("20 09:00"), pause("20 10:00", party=party), stop("20 12:00")).elapsed == hours(elapsed)


def test_the_due_time_of_a_paused_clock_moves_on() -> None:
    events = start("20 10:00"), pause("20 11:00")

    assert four_hours(*events, now="20 11:00").due == at("20 15:00")
    assert four_hours(*events, now="20 14:00").due == at("20 17:00")
    assert four_hours(*events, now="27 14:00").phase is Phase.PAUSED


def test_stopping_a_paused_clock_counts_the_pause() -> None:
    stopped = four_hours(start("20 09:00"), pause("20 10:00"), stop("20 17:00"))
    in_one_step = four_hours(start("20 09:00"), pause("20 10:00"), stop("20 17:00"), resume("20 17:00"))
    the_other_way = four_hours(start("20 09:00"), pause("20 10:00"), resume("20 17:00"), stop("20 17:00"))

    assert (stopped.phase, stopped.elapsed, stopped.idle) == (Phase.HIT, hours(1), hours(6))
    assert stopped == in_one_step == the_other_way


def test_overlapping_holds_pause_once_until_the_last_is_released() -> None:
    reading = four_hours(
        start("20 09:00"),
        pause("20 10:00", "address"),
        pause("20 11:00", "credit", "buyer"),
        resume("20 13:00", "address"),
        resume("20 14:00", "credit"),
        stop("20 15:00"),
    )

    assert (reading.elapsed, reading.idle) == (hours(2), hours(3))
    assert [interval.holds for interval in reading.intervals] == [
        (),
        ("address",),
        ("address", "credit"),
        ("credit",),
        (),
    ]


def test_a_hold_older_than_the_start_pauses_from_the_start() -> None:
    reading = four_hours(pause("20 09:00"), start("20 10:00"), resume("20 11:00"), stop("20 12:00"))

    assert (reading.elapsed, reading.idle) == (hours(1), hours(1))


def test_reopening_goes_on_and_the_time_between_is_idle() -> None:
    reading = same_day(start("20 10:00"), stop("20 11:00"), reopen("24 11:00"), stop("24 17:00"))

    assert (reading.phase, reading.stopped) == (Phase.HIT, at("24 17:00"))
    assert (reading.elapsed, reading.idle) == (hours(6), hours(8))
    assert reading.due == at("24 18:00")
    assert [interval.what for interval in reading.intervals] == ["running", "stopped", "running"]


def test_a_cancelled_clock_is_out_unless_it_had_missed_before() -> None:
    assert four_hours(start("20 10:00"), cancel("20 14:00")).phase is Phase.CANCELLED
    assert four_hours(start("20 10:00"), cancel("20 16:00")).phase is Phase.MISS
    assert four_hours(cancel("20 09:00"), start("20 10:00")).phase is Phase.CANCELLED
    assert four_hours(start("20 10:00"), cancel("20 11:00"), reopen("20 13:00"), now="20 14:00").elapsed == hours(2)


def test_cancelling_what_was_kept_changes_nothing() -> None:
    assert four_hours(start("20 10:00"), stop("20 11:00"), cancel("20 12:00")).phase is Phase.HIT


def test_shipping_by_the_cut_off() -> None:
    assert same_day(start("20 12:59"), stop("20 18:00")).phase is Phase.HIT
    assert same_day(start("20 12:59"), stop("20 18:01")).phase is Phase.MISS
    assert same_day(start("20 13:00"), stop("24 18:00")).phase is Phase.HIT


def test_a_deadline_moves_by_what_was_paused_of_the_working_time() -> None:
    reading = same_day(start("20 10:00"), pause("20 11:00"), resume("24 11:00"), now="24 12:00")

    assert (reading.idle, reading.due, reading.phase) == (hours(8), at("24 18:00"), Phase.RUNNING)


def test_once_missed_stays_missed_whatever_pauses_follow() -> None:
    reading = same_day(start("20 10:00"), pause("24 09:00"), resume("24 12:00"), stop("24 15:00"))

    assert (reading.phase, reading.due) == (Phase.MISS, at("20 18:00"))


def test_what_has_no_meaning_now_changes_nothing() -> None:
    plain = four_hours(start("20 09:00"), pause("20 10:00"), stop("20 11:30"))
    noisy = four_hours(
        stop("20 08:00"),
        reopen("20 08:00"),
        start("20 09:00"),
        start("20 09:10"),
        resume("20 09:20", "unknown"),
        pause("20 09:30", "stocktaking", "operator"),
        pause("20 10:00"),
        pause("20 10:30"),
        reopen("20 11:00"),
        stop("20 11:30"),
        stop("20 12:00"),
        start("20 13:00"),
    )

    assert noisy == plain


def test_late_news_are_put_in_their_place() -> None:
    events = start("20 10:00"), pause("20 11:00"), resume("20 14:00"), stop("20 15:00")

    assert four_hours(*reversed(events)) == four_hours(*events)


def test_a_reading_in_the_past_is_what_was_known_then() -> None:
    events = start("20 10:00"), pause("20 11:00"), resume("20 14:00"), stop("20 15:00")

    assert four_hours(*events, now="20 11:30") == four_hours(*events[:2], now="20 11:30")


acts = st.sampled_from(Act)
moments = st.integers(0, 6 * 24 * 12).map(lambda fives: at("19 00:00") + timedelta(minutes=5 * fives))
events = st.builds(
    ClockEvent, acts, moments, st.sampled_from(["a", "b"]), st.sampled_from(["client", "buyer", "operator"])
)
histories = st.lists(events, max_size=14).map(lambda rest: [start("19 10:00"), *rest])


@given(histories, st.sampled_from(GOALS))
def test_a_clock_told_step_by_step_reads_like_its_replay(history: list[ClockEvent], goal: Goal) -> None:
    history = sorted(history, key=lambda event: event.at)
    rule, clock = Rule(goal, OFFICE.track(instant(history[0].at), instant(at("30 00:00")))), Clock()

    for event, following in zip_longest(history, history[1:]):
        clock = clock.after(event, rule)
        if following is None or following.at > event.at:
            assert clock.read(event.at, rule) == replay(history, goal=goal, calendar=OFFICE, at=event.at)


@given(histories, st.sampled_from(GOALS))
def test_intervals_tile_the_life_of_the_clock_and_explain_its_sums(history: list[ClockEvent], goal: Goal) -> None:
    reading = replay(history, goal=goal, calendar=OFFICE, at=at("30 00:00"))
    running = [interval.working for interval in reading.intervals if interval.what == "running"]
    idle = [interval.working for interval in reading.intervals if interval.what != "running"]

    assert all(earlier.end == later.start for earlier, later in pairwise(reading.intervals))
    assert (sum(running, timedelta()), sum(idle, timedelta())) == (reading.elapsed, reading.idle)
    if reading.intervals:
        assert reading.intervals[0].start == reading.started


@given(histories, moments)
def test_a_duration_is_missed_once_its_working_time_has_run(history: list[ClockEvent], when: datetime) -> None:
    reading = replay(history, goal=FOUR_HOURS, calendar=OFFICE, at=when)

    if reading.elapsed > FOUR_HOURS.working:
        assert reading.phase is Phase.MISS
    if reading.phase is Phase.MISS:
        assert reading.elapsed >= FOUR_HOURS.working


@given(histories, st.sampled_from(GOALS), moments)
def test_whoever_compares_due_times_agrees_with_the_clock(
    history: list[ClockEvent], goal: Goal, when: datetime
) -> None:
    reading = replay(history, goal=goal, calendar=OFFICE, at=when)

    if reading.phase is Phase.RUNNING:
        assert reading.due is not None
        assert when <= reading.due
    if reading.phase is Phase.MISS:
        assert reading.due is not None
        assert reading.due < (reading.stopped or when)


@given(histories, st.sampled_from(GOALS), moments, moments)
def test_a_miss_is_never_forgotten(history: list[ClockEvent], goal: Goal, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))

    if replay(history, goal=goal, calendar=OFFICE, at=earlier).phase is Phase.MISS:
        assert replay(history, goal=goal, calendar=OFFICE, at=later).phase is Phase.MISS
