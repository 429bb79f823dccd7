"""What of the documents runs by itself."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.tasks import task
from documents import services
from documents.models import Document
from documents.stores.local import LocalStore

UNCHECKED_AFTER = timedelta(minutes=10)
CHECK_AT_ONCE = 20
DELETE_AT_ONCE = 500
STALE_AFTER = timedelta(days=1)


@task(queue="heavy")
def check(document_id: int) -> None:
    """Have an uploaded document looked through for viruses."""
    services.check(document_id, at=clock.now())


@task(queue="heavy")
def check_waiting() -> None:
    """Look at what still waits in quarantine, because the scanner was away for long."""
    now = clock.now()
    waiting = Document.objects.filter(state=Document.QUARANTINE, created_at__lt=now - UNCHECKED_AFTER)
    for document_id in waiting.order_by("created_at").values_list("pk", flat=True)[:CHECK_AT_ONCE]:
        services.check(document_id, at=now)


@task(queue="heavy")
def delete_expired() -> None:
    """Delete the documents of the client at hand whose time is over."""
    while services.delete_expired(at=clock.now(), most=DELETE_AT_ONCE) == DELETE_AT_ONCE:
        pass


@task()
def clear_parts() -> None:
    """Remove from the local disk what killed processes left half-written."""
    store = services.store()
    if isinstance(store, LocalStore):
        store.sweep(before=clock.now() - STALE_AFTER)
