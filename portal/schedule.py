"""What runs when: the whole list. Every entry enqueues or sweeps; none of them works itself."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.schedules import crontab

from core import scope, tasks
from core.jobs.models import Job
from tenants import queries


@shared_task(name="portal.sweep", ignore_result=True)
def sweep() -> None:
    """Nudge jobs that should have run."""
    tasks.sweep()


@shared_task(name="portal.enqueue", ignore_result=True)
def enqueue(name: str) -> None:
    """Ask for the task `name` as the operator, unless it still waits from the last time."""
    with scope.operator():
        _ask(name, "")


@shared_task(name="portal.enqueue_for_clients", ignore_result=True)
def enqueue_for_clients(name: str) -> None:
    """Ask for the task `name` as every active client, unless it still waits there from the last time."""
    with scope.operator():
        clients = [client.code for client in queries.all_clients() if client.is_active]
    for code in clients:
        with scope.client(code):
            _ask(name, code)


def _ask(name: str, client: str) -> None:
    if not Job.objects.filter(task=name, client=client, state=Job.WAITING).exists():
        tasks.declared()[name].enqueue()


def _operators(name: str, schedule: Any) -> dict[str, Any]:
    return {"task": "portal.enqueue", "schedule": schedule, "args": (name,)}


def _every_clients(name: str, schedule: Any) -> dict[str, Any]:
    return {"task": "portal.enqueue_for_clients", "schedule": schedule, "args": (name,)}


TIMETABLE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "portal.sweep", "schedule": 10.0},
    "spare schemas": _operators("tenants.tasks.keep_spares", 60.0),
    "what has expired": _operators("tenants.tasks.clear_expired", crontab(hour="3", minute="17")),
    "work of people who left": _operators("operations.tasks.return_abandoned", 60.0),
    "the floor's figures": _operators("operations.tasks.tidy", crontab(minute="27")),
    "promises": _every_clients("sla.tasks.tell", 60.0),
    "orders whose day has come": _every_clients("orders.tasks.keep_dates", crontab(minute="*/10")),
    "buyers of orders": _every_clients("orders.tasks.recognise_buyers", crontab(minute="11")),
    "services that are late": _every_clients("projects.tasks.tell_late", crontab(minute="7")),
    "decisions that are overdue": _every_clients("orders.tasks.follow_up", crontab(minute="*/5")),
    "drafts that were left": _every_clients("orders.tasks.forget_drafts", crontab(hour="3", minute="29")),
    "documents to check": _every_clients("documents.tasks.check_waiting", crontab(minute="*/15")),
    "documents whose time is over": _every_clients("documents.tasks.delete_expired", crontab(hour="2", minute="43")),
    "notices that are due": _every_clients("integrations.tasks.send_due", crontab(minute="*/5")),
    "messages of shops": _every_clients("integrations.tasks.tidy_hooks", crontab(minute="*/10")),
    "answers given to programs": _every_clients("tenants.tasks.forget_answers", crontab(minute="13")),
    "half-written files": _operators("documents.tasks.clear_parts", crontab(hour="3", minute="51")),
}
