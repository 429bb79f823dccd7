"""Bookmarks: kept for a minute, by what was looked for, and only so many."""

from __future__ import annotations

from operations.bookmarks import LASTS_SECONDS, MOST, START, Bookmark, Bookmarks

HERE = Bookmark(rank=10, item_id=3, seen=700)
THERE = Bookmark(rank=20, item_id=9, seen=800)


def test_what_was_noted_is_found_by_what_was_looked_for() -> None:
    marks = Bookmarks()
    marks.note("pick", HERE, now=1.0)

    assert marks.find("pick", now=2.0) == HERE
    assert marks.find("pack", now=2.0) == START


def test_the_latest_note_counts() -> None:
    marks = Bookmarks()
    marks.note("pick", HERE, now=1.0)
    marks.note("pick", THERE, now=2.0)

    assert marks.find("pick", now=3.0) == THERE


def test_a_series_of_notes_ends_after_a_minute_however_fresh_its_last() -> None:
    marks = Bookmarks()
    marks.note("pick", HERE, now=0.0)
    marks.note("pick", THERE, now=LASTS_SECONDS - 1)

    assert marks.find("pick", now=LASTS_SECONDS - 0.5) == THERE
    assert marks.find("pick", now=LASTS_SECONDS) == START


def test_after_that_a_new_series_begins() -> None:
    marks = Bookmarks()
    marks.note("pick", HERE, now=0.0)
    marks.note("pick", THERE, now=LASTS_SECONDS + 1)

    assert marks.find("pick", now=2 * LASTS_SECONDS) == THERE


def test_the_oldest_give_way() -> None:
    marks = Bookmarks()
    for nth in range(MOST + 1):
        marks.note(nth, HERE, now=1.0)

    assert marks.find(0, now=1.0) == START
    assert marks.find(1, now=1.0) == HERE
    assert marks.find(MOST, now=1.0) == HERE


def test_all_can_be_forgotten() -> None:
    marks = Bookmarks()
    marks.note("pick", HERE, now=1.0)
    marks.forget()

    assert marks.find("pick", now=1.0) == START
