from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.test import override_settings

from core import clock

NOON_IN_TOKYO = datetime(2026, 10, 31, 12, tzinfo=timezone(timedelta(hours=9)))


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Path]:
    """A portal whose clock is in a file."""
    with override_settings(MOVED_CLOCK=tmp_path / "clock"):
        yield tmp_path / "clock"


def test_the_clock_shows_the_real_time_in_utc() -> None:
    before = datetime.now(UTC)
    shown = clock.now()
    assert before <= shown <= datetime.now(UTC)
    assert shown.tzinfo is UTC


def test_a_clock_that_is_not_in_a_file_cannot_be_moved() -> None:
    with pytest.raises(RuntimeError, match="PORTAL_MOVED_CLOCK"):
        clock.move(NOON_IN_TOKYO)


def test_a_moved_clock_stands_where_it_was_put_for_every_process(moved: Path) -> None:
    clock.move(NOON_IN_TOKYO)
    assert clock.now() == NOON_IN_TOKYO == clock.now()
    assert clock.now().utcoffset() == timedelta(0)
    assert moved.read_text() == "2026-10-31T03:00:00+00:00"
    clock.move(NOON_IN_TOKYO + timedelta(days=1))
    assert clock.now() == NOON_IN_TOKYO + timedelta(days=1)


def test_a_released_clock_shows_the_real_time_again(moved: Path) -> None:
    clock.move(NOON_IN_TOKYO)
    clock.release()
    clock.release()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert not moved.exists()


def test_before_the_first_move_the_time_is_real(moved: Path) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_moved_clock_can_run_on_from_where_it_stands(moved: Path) -> None:
    clock.move(NOON_IN_TOKYO)
    clock.run_on()
    first, second = clock.now(), clock.now()
    assert NOON_IN_TOKYO <= first < second < NOON_IN_TOKYO + timedelta(minutes=1)
