"""What of projects runs by itself."""

from __future__ import annotations

from core import clock
from core.tasks import task
from projects import services


@task()
def tell_late() -> None:
    """Say what has become late, of the client at hand."""
    while services.tell_late(at=clock.now()):
        pass
