"""What runs when: the whole list. Every entry enqueues or sweeps; none of them works itself."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from core import tasks


@shared_task(name="portal.sweep", ignore_result=True)
def sweep() -> None:
    """Nudge jobs that should have run."""
    tasks.sweep()


TIMETABLE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "portal.sweep", "schedule": 10.0},
}
