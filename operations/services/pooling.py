"""Announcing what enters the pool: the other half of operations.bookmarks."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from core import scope
from operations.models import Refill

KEPT = timedelta(hours=1)

REFILL = """
    INSERT INTO operations_refill (client, kind, rank, item_id)
    SELECT DISTINCT ON (client, kind) client, kind, rank, id FROM {entered} WHERE state = 'open'
     ORDER BY client, kind, rank, id
"""
"""One refill for each client and kind among the rows of `entered`, which has client, kind, rank, id and state.

Every statement that opens items, or moves open ones ahead, ends with this. It is part of the same transaction, so that
whoever sees the refill sees the items.
"""


def announced(change: str) -> str:
    """The statement `change` (an INSERT or UPDATE of work items with RETURNING client, kind, rank, id, state), with
    its refills; gives back how many rows it changed.
    """
    refill = REFILL.format(entered="changed")
    return f"WITH changed AS ({change}), refilled AS ({refill}) SELECT count(*) FROM changed"  # noqa: S608 (our words)


def forget_refills() -> int:
    """Drop the announcements older than every bookmark (by the database's own clock); returns how many."""
    with scope.operator():
        dropped, _by_model = Refill.objects.filter(created_at__lt=Now() - KEPT).delete()
    return dropped
