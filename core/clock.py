"""The one place that reads the clock. Services never call it: they are given `at`.

With PORTAL_MOVED_CLOCK set (the demo and the browser tests) the time is what was last written to that file, so that a
month is played in a minute through the same pages, tasks and services; or it runs on from there. Production refuses
the setting.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


def now() -> datetime:
    """The present, aware, in UTC."""
    path: Path | None = settings.MOVED_CLOCK
    if path is not None:
        moved = _read(path)
        if moved is not None:
            return moved
    return datetime.now(UTC)


def move(at: datetime) -> None:
    """Set the moved clock, for every process that shares its file."""
    path: Path | None = settings.MOVED_CLOCK
    if path is None:
        raise RuntimeError("The clock can only be moved where PORTAL_MOVED_CLOCK names its file.")
    _write(path, at.astimezone(UTC).isoformat())


def release() -> None:
    """Let the clock show the real time again."""
    path: Path | None = settings.MOVED_CLOCK
    if path is not None:
        path.unlink(missing_ok=True)


def run_on() -> None:
    """Let the moved clock run from where it stands; without one there is nothing to do."""
    path: Path | None = settings.MOVED_CLOCK
    moved = _read(path) if path is not None else None
    if path is not None and moved is not None:
        _write(path, f"{(moved - datetime.now(UTC)).total_seconds()}")


def _write(path: Path, text: str) -> None:
    scratch = path.with_suffix(".new")
    scratch.write_text(text)
    scratch.replace(path)


def _read(path: Path) -> datetime | None:
    """The instant that the file names, or the present moved by the seconds in it; None where there is no file."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return None
    return datetime.fromisoformat(text) if ":" in text else datetime.now(UTC) + timedelta(seconds=float(text))
