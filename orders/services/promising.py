"""The date promised to the buyer, moved by those who measure promises."""

from __future__ import annotations

import polars as pl
from django.db import connection

from core import copying


def move_ship_due(due: pl.DataFrame) -> None:
    """Write when each order has to ship at the latest: order_id, due_at. One statement, whatever the number."""
    if due.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order o SET ship_due_at = t.due"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS t (id, due)"
            " WHERE o.id = t.id AND o.ship_due_at IS DISTINCT FROM t.due",
            [copying.array(due["order_id"]), copying.array(due["due_at"])],
        )
