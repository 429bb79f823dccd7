"""The one writer of Order.phase."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from orders.lifecycle import phase_sql
from orders.queries.facts import ORDER_FACTS_SQL

_REFRESH = f"""
    UPDATE orders_order o
       SET phase = derived.phase, version = o.version + 1
      FROM (SELECT f.id, {phase_sql("f")} AS phase FROM ({ORDER_FACTS_SQL}) f) derived
     WHERE o.id = derived.id
"""  # noqa: S608 (made of the lifecycle's own words)


def refresh(order_ids: Collection[int]) -> None:
    """Derive the phases of these orders anew and count up their versions. Called by every command that wrote facts."""
    if order_ids:
        with connection.cursor() as cursor:
            cursor.execute(_REFRESH, {"ids": list(order_ids)})
