"""What a due time says, and how urgently. Pure: the clock and the language are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.look import figures

FAR = timedelta(days=7)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Deadline:
    """text: what to show. tone: waiting, attention (at risk), trouble (late) or done. ticking: it changes by itself."""

    text: str
    tone: str
    ticking: bool


def running(due: datetime, language: str | None, *, now: datetime, warn_at: datetime | None = None) -> Deadline:
    """A promise that is still open: the time left, the time late, or, more than a week ahead, its day."""
    words = figures.words(language)
    if now >= due:
        return Deadline(words.late.format(_begun(now - due, language)), "trouble", ticking=True)
    tone = "attention" if warn_at is not None and now >= warn_at else "waiting"
    if due - now >= FAR:
        on = figures.day(due.date(), language, this_year=now.astimezone(due.tzinfo).year)
        return Deadline(words.until.format(on), tone, ticking=False)
    return Deadline(words.left.format(_begun(due - now, language)), tone, ticking=True)


def late_by(due: datetime, done_at: datetime, language: str | None) -> Deadline:
    """A promise that was kept too late."""
    text = figures.words(language).finished_late.format(_begun(done_at - due, language))
    return Deadline(text, "trouble", ticking=False)


def _begun(length: timedelta, language: str | None) -> str:
    """In minutes begun: nobody is told "0 minutes left" while there is time, nor "0 minutes late" after it."""
    return figures.duration(max(MINUTE, -(-length // MINUTE) * MINUTE), language)
