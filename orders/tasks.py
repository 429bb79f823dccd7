"""Slow and scheduled work on orders."""

from __future__ import annotations

from core import clock
from core.events import SYSTEM
from core.tasks import task
from orders.services import changes, completing, exceptions, holds, intake, papers


@task(queue="heavy")
def run_intake(*, intake_id: int) -> None:
    """Read an order file that arrived."""
    intake.run(intake_id, at=clock.now())


@task(queue="heavy")
def print_papers(*, run_id: int) -> None:
    """Make many papers and one file of them."""
    papers.fulfil(run_id, at=clock.now())


@task()
def keep_dates() -> None:
    """End the holds whose day has come, complete what was delivered long enough ago, close readings that failed."""
    now = clock.now()
    intake.give_up(at=now)
    holds.end_due(actor=SYSTEM, at=now)
    while completing.complete_due(actor=SYSTEM, at=now):
        pass


@task()
def follow_up() -> None:
    """Follow up decisions that are overdue, and close requests that nobody answered in time."""
    now = clock.now()
    while exceptions.follow_up(actor=SYSTEM, at=now):
        pass
    while changes.expire_due(at=now):
        pass
