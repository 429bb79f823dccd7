"""Slow and scheduled work on notices and on what shops tell, and the subscriber that writes notices."""

from __future__ import annotations

from core import clock
from core.events import Told
from core.tasks import task
from integrations.services import hooks, noticing, sending


def note(told: Told) -> None:
    """Write the notices of what happened, and have sent what is due at once."""
    if noticing.note(told):
        send_due.enqueue()


def drop_undone(told: Told) -> None:
    """Orders were taken back: nobody is told of them any more."""
    sending.drop_of(told.frame["order_id"].to_list())


@task()
def send_due() -> None:
    """Have sent what is due: each mail by a job of its own, so that one that fails is tried again alone."""
    now = clock.now()
    sending.give_up()
    while notices := sending.take_due(at=now):
        jobs = deliver.enqueue_many([{"notice_id": pk} for pk in notices])
        sending.note_jobs(notices, jobs)


@task(queue="outside")
def deliver(*, notice_id: int) -> None:
    """Send one notice."""
    sending.deliver(notice_id, at=clock.now())


@task()
def read_hook(*, delivery_id: int) -> None:
    """Read a message of a shop."""
    hooks.read(delivery_id, at=clock.now())


@task()
def tidy_hooks() -> None:
    """Close messages whose reading failed for good, and forget those that are old."""
    hooks.tidy(at=clock.now())
