"""What the floor does by itself, by the clock."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.tasks import task
from operations import services
from operations.queries.counting import day_of


@task()
def return_abandoned() -> None:
    """Put back what people hold who have left."""
    services.return_abandoned(at=clock.now())


@task()
def tidy() -> None:
    """Fold the figures of past days, and drop announcements that no bookmark can need any more."""
    today, _end = day_of(clock.now())
    services.fold_tallies(before=today - timedelta(days=1))
    services.forget_refills()
