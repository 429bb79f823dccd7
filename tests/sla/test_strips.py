from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.strips import MOST_DAYS, Bar, draw

At = Callable[[str], datetime]
TOKYO = ZoneInfo("Asia/Tokyo")


def test_a_night_is_there_but_not_worked(at: At) -> None:
    opened = [(at("2026-10-01 09:00"), at("2026-10-01 18:00")), (at("2026-10-02 09:00"), at("2026-10-02 18:00"))]
    held = [(at("2026-10-01 17:00"), at("2026-10-02 10:30"), "running")]
    marks = {"start": at("2026-10-01 17:00"), "due": at("2026-10-02 12:00"), "stop": at("2026-10-02 10:30")}

    first, second = draw(opened, held, marks, TOKYO)

    assert (first.day, second.day) == (date(2026, 10, 1), date(2026, 10, 2))
    assert first.bars == (Bar(540, 540, "open"), Bar(1020, 420, "rest"), Bar(1020, 60, "running"))
    assert second.bars == (Bar(540, 540, "open"), Bar(0, 630, "rest"), Bar(540, 90, "running"))
    assert (first.marks, second.marks) == (((1020, "start"),), ((720, "due"), (630, "stop")))


def test_days_off_are_left_out_unless_something_is_marked_there(at: At) -> None:
    opened = [(at("2026-10-02 09:00"), at("2026-10-02 18:00")), (at("2026-10-05 09:00"), at("2026-10-05 18:00"))]
    held = [(at("2026-10-02 09:00"), at("2026-10-05 10:00"), "paused")]

    days = draw(opened, held, {"start": at("2026-10-02 09:00"), "due": at("2026-10-03 10:00")}, TOKYO)

    assert [day.day.day for day in days] == [2, 3, 5]


def test_a_long_story_shows_its_end(at: At) -> None:
    start = at("2026-01-01 09:00")
    opened = [(start + timedelta(days=nth), start + timedelta(days=nth, hours=9)) for nth in range(90)]
    held = [(start, start + timedelta(days=80), "running")]

    days = draw(opened, held, {"start": start, "due": start + timedelta(days=1)}, TOKYO)

    assert len(days) == MOST_DAYS
    assert days[-1].day == date(2026, 3, 22)
