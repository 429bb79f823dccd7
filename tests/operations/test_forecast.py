"""Whether the day's work will be done in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from operations.forecast import forecast

TWO = datetime(2026, 10, 1, 5, 0, tzinfo=UTC)
"""14:00 in Tokyo."""
SIX = TWO + timedelta(hours=4)


def test_in_time() -> None:
    found = forecast(remaining=100, done=50, people=2, deadline=SIX, at=TWO)

    assert (found.ends_at, found.in_time, found.more_people) == (TWO + timedelta(hours=2), True, 0)


def test_too_late_says_by_how_much_and_how_many_people_would_help() -> None:
    found = forecast(remaining=320, done=50, people=2, deadline=SIX, at=TWO)

    assert found.ends_at == TWO + timedelta(hours=6.4)
    assert found.short == timedelta(hours=2.4)
    assert not found.in_time
    assert found.more_people == 2  # 25 an hour each: 3.2 people are needed


def test_nothing_left_is_done() -> None:
    assert forecast(remaining=0, done=0, people=0, deadline=TWO, at=SIX).in_time


def test_nobody_at_work_foretells_nothing() -> None:
    found = forecast(remaining=5, done=0, people=0, deadline=SIX, at=TWO)

    assert (found.ends_at, found.in_time, found.more_people) == (None, False, None)


def test_after_the_deadline_nobody_helps_any_more() -> None:
    found = forecast(remaining=50, done=50, people=1, deadline=TWO, at=SIX)

    assert (found.short, found.more_people) == (timedelta(hours=1), None)


@given(remaining=st.integers(1, 5000), done=st.integers(1, 500), people=st.integers(0, 20), hours=st.integers(1, 12))
def test_with_the_people_it_asks_for_it_is_in_time(remaining: int, done: int, people: int, hours: int) -> None:
    deadline = TWO + timedelta(hours=hours)
    found = forecast(remaining=remaining, done=done, people=people, deadline=deadline, at=TWO)
    assert found.more_people is not None

    there = max(people, 1)
    faster = done * (there + found.more_people) / there
    assert remaining / faster <= hours + 1e-6
    assert found.in_time == (found.more_people == 0)
