"""Claiming: the next item for somebody, without anybody waiting for anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from core import scope
from operations.bookmarks import Bookmark, Bookmarks
from operations.kinds import KINDS
from operations.models import WorkItem

_FIELDS = [field.attname for field in WorkItem._meta.concrete_fields]
_CLAIM = f"""
    SELECT place_rank, place_item, seen, {", ".join(f"(item).{name}" for name in _FIELDS)}
      FROM operations_claim(%s::text[], %s::text[], %s, %s, %s, %s, %s, %s, %s)
"""  # noqa: S608 (the model's own field names)
MOST_AT_ONCE = 500

_local = threading.local()


def claim_next(
    person_id: int, name: str, *, clients: Collection[str], at: datetime, kinds: Collection[str] | None = None
) -> WorkItem | None:
    """Give the person the item that comes first: by priority, then due time, then age. None where nothing is left.

    clients: whose work the person's teams do. kinds: what the person's role may do (default: everything). An item that
    somebody else is taking this very moment is passed over.
    """
    return next(iter(claim_many(person_id, name, clients=clients, kinds=kinds, count=1, at=at)), None)


def claim_many(
    person_id: int,
    name: str,
    *,
    clients: Collection[str],
    count: int,
    at: datetime,
    kinds: Collection[str] | None = None,
) -> list[WorkItem]:
    """The same for up to `count` items (500 at most), in the order of the queue."""
    wanted = (tuple(sorted(KINDS if kinds is None else kinds)), tuple(sorted(clients)))
    with scope.operator():
        bookmark = _bookmarks().find(wanted, now=time.monotonic())
        rows = _call(wanted, bookmark, (person_id, name, at, min(count, MOST_AT_ONCE)))
        # What this transaction has closed is open again if it fails: learn nothing before it is through.
        transaction.on_commit(partial(_note, wanted, Bookmark(*rows[0][:3])))
    found = [WorkItem.from_db("default", _FIELDS, row[3:]) for row in rows if row[3] is not None]
    return sorted(found, key=lambda item: (item.rank, item.pk))


def _call(wanted: tuple[tuple[str, ...], ...], bookmark: Bookmark, taking: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    kinds, clients = wanted
    place = (bookmark.rank, bookmark.item_id, bookmark.seen)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [list(kinds), list(clients), *place, *taking])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _bookmarks() -> Bookmarks:
    """Those of this thread and database."""
    name = str(connection.settings_dict["NAME"])
    if getattr(_local, "database", None) != name:
        _local.database, _local.bookmarks = name, Bookmarks()
    kept: Bookmarks = _local.bookmarks
    return kept


def _note(wanted: tuple[tuple[str, ...], ...], bookmark: Bookmark) -> None:
    _bookmarks().note(wanted, bookmark, now=time.monotonic())
