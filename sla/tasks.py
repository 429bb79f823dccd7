"""What of the promises runs by itself."""

from __future__ import annotations

from core import clock
from core.tasks import task
from sla import services


@task()
def tell() -> None:
    """Say what nears its due time and what has missed it, of the client at hand."""
    while services.tell(at=clock.now()) == services.TELL_AT_ONCE:
        pass
