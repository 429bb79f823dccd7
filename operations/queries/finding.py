"""Work that is looked for by what it is about."""

from __future__ import annotations

from collections.abc import Collection

from operations.models import WorkItem


def unfinished(words: Collection[str], clients: Collection[str], *, limit: int) -> list[WorkItem]:
    """Unfinished work of these clients whose title (order number and goods) has all the words, newest first."""
    found = WorkItem.objects.filter(client__in=list(clients), state__in=WorkItem.ACTIVE)
    for word in words:
        found = found.filter(title__icontains=word)
    return list(found.order_by("-id")[:limit])
