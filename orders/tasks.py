"""Slow and scheduled work on orders."""

from __future__ import annotations

from core import clock
from core.events import SYSTEM, Told
from core.tasks import task
from orders.services import buyers, changes, completing, entering, exceptions, holds, intake, papers, quoting, supplying


@task(queue="heavy")
def run_intake(*, intake_id: int) -> None:
    """Read an order file that arrived."""
    intake.run(intake_id, at=clock.now())


@task()
def recognise_buyers() -> None:
    """Note whose orders those are that came lately."""
    while buyers.recognise(at=clock.now()):
        pass


def follow_intake(told: Told) -> None:
    """Orders came in: have their buyers noted, without keeping the intake waiting."""
    if told.frame["orders_new"].sum():
        recognise_buyers.enqueue()


@task(queue="heavy")
def print_papers(*, run_id: int) -> None:
    """Make many papers and one file of them."""
    papers.fulfil(run_id, at=clock.now())


@task(queue="heavy")
def check_intake(*, intake_id: int) -> None:
    """Read an order file that arrived, to be shown before it is taken."""
    intake.check(intake_id, at=clock.now())


@task(queue="heavy")
def send_purchase_orders(*, supply_ids: list[int], sender: str, again: bool = False) -> None:
    """Issue the papers of orders to suppliers, with which they are mailed."""
    supplying.deliver(supply_ids, sender=sender, again=again, at=clock.now())


@task()
def keep_dates() -> None:
    """What becomes due by itself: holds, quotes and contracts that end, complete orders, readings nobody waits for."""
    now = clock.now()
    intake.give_up(at=now)
    intake.drop_undecided(at=now)
    holds.end_due(actor=SYSTEM, at=now)
    while completing.complete_due(actor=SYSTEM, at=now):
        pass
    while quoting.expire_due(at=now):
        pass
    while quoting.tell_ending(at=now):
        pass


@task()
def follow_up() -> None:
    """Follow up decisions that are overdue, and close requests that nobody answered in time."""
    now = clock.now()
    while exceptions.follow_up(actor=SYSTEM, at=now):
        pass
    while changes.expire_due(at=now):
        pass
    while supplying.follow_up(actor=SYSTEM, at=now):
        pass


@task()
def forget_drafts() -> None:
    """Drop the drafts of typed orders that nobody has touched for long."""
    entering.forget(at=clock.now())
