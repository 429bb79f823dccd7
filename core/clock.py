"""The one place that reads the clock. Services never call it: they are given `at`.

With PORTAL_MOVED_CLOCK set (the demo and the browser tests) the time is what was last written to that file, so that a
month is played in a minute through the same pages, tasks and services. Production refuses the setting.
"""

from __future__ import annotations

from datetime import UTC, datetime
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
    scratch = path.with_suffix(".new")
    scratch.write_text(at.astimezone(UTC).isoformat())
    scratch.replace(path)


def release() -> None:
    """Let the clock show the real time again."""
    path: Path | None = settings.MOVED_CLOCK
    if path is not None:
        path.unlink(missing_ok=True)


def _read(path: Path) -> datetime | None:
    try:
        return datetime.fromisoformat(path.read_text())
    except FileNotFoundError:
        return None
