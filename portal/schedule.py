"""What runs when: the whole list. Every entry enqueues or sweeps; none of them works itself."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from core import scope, tasks
from core.tasks import Task
from sla.tasks import tell
from tenants import queries


@shared_task(name="portal.sweep", ignore_result=True)
def sweep() -> None:
    """Nudge jobs that should have run."""
    tasks.sweep()


@shared_task(name="portal.tell", ignore_result=True)
def tell_of_promises() -> None:
    """Have every client's promises looked at."""
    for_each_client(tell)


def for_each_client(task: Task[[]]) -> None:
    """Enqueue the task once for every active client."""
    with scope.operator():
        codes = [client.code for client in queries.all_clients() if client.is_active]
    for code in codes:
        with scope.client(code):
            task.enqueue()


TIMETABLE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "portal.sweep", "schedule": 10.0},
    "tell": {"task": "portal.tell", "schedule": 60.0},
}
