"""The date promised to the buyer, moved by those who measure promises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection


def move_ship_due(due: Mapping[int, datetime]) -> None:
    """Write when each order has to ship at the latest; order id to instant. One statement, whatever the number."""
    if not due:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order o SET ship_due_at = t.due"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS t (id, due)"
            " WHERE o.id = t.id AND o.ship_due_at IS DISTINCT FROM t.due",
            [list(due), list(due.values())],
        )
