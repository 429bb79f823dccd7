"""The facts of orders and shipments, gathered from their rows by one statement for any number of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import polars as pl
from django.db import connection

from orders.lifecycle import ORDER_FACTS, SHIPMENT_FACTS, STAGES

ORDER_FACTS_SQL = """
    SELECT o.id,
           coalesce(l.open, 0) AS open,
           coalesce(l.allocated, 0) AS allocated,
           coalesce(l.backordered, 0) AS backordered,
           coalesce(l.on_purchase, 0) AS on_purchase,
           coalesce(l.making, 0) AS making,
           coalesce(l.released, 0) AS released,
           coalesce(l.packed, 0) AS packed,
           coalesce(l.shipped, 0) AS shipped,
           coalesce(l.delivered, 0) AS delivered,
           coalesce(l.accepted, 0) AS accepted,
           coalesce(l.in_return, 0) AS in_return,
           coalesce(s.active_shipments, 0) AS active_shipments,
           coalesce(v.verifications, 0) AS verifications,
           coalesce(h.holds, 0) AS holds,
           coalesce(e.exceptions, 0) AS exceptions,
           coalesce(c.cancel_requests, 0) AS cancel_requests,
           o.prepaid::int AS prepaid,
           (o.payment = 'paid')::int AS paid,
           (o.ship_on IS NOT NULL)::int AS dated,
           (o.completed_at IS NOT NULL)::int AS closed
      FROM orders_order o
      LEFT JOIN (
           SELECT order_id,
                  sum(ordered - cancelled - written_off) AS open,
                  sum(allocated) AS allocated,
                  sum(backordered) AS backordered,
                  sum(on_purchase) AS on_purchase,
                  sum(produced) FILTER (WHERE branch = 'made_to_order' AND produced < ordered - cancelled) AS making,
                  sum(released) AS released,
                  sum(packed) AS packed,
                  sum(shipped) AS shipped,
                  sum(delivered) AS delivered,
                  sum(accepted) AS accepted,
                  sum(greatest(return_requested - return_received - return_rejected, 0)) AS in_return
             FROM orders_line WHERE order_id = ANY(%(ids)s) GROUP BY order_id
           ) l ON l.order_id = o.id
      LEFT JOIN (
           SELECT order_id, count(*) AS active_shipments FROM orders_shipment
            WHERE order_id = ANY(%(ids)s) AND state IN ('released', 'picking', 'packed') GROUP BY order_id
           ) s ON s.order_id = o.id
      LEFT JOIN (
           SELECT order_id, count(*) AS verifications FROM orders_verification
            WHERE order_id = ANY(%(ids)s) AND answered_at IS NULL GROUP BY order_id
           ) v ON v.order_id = o.id
      LEFT JOIN (
           SELECT order_id, count(*) AS holds FROM orders_hold
            WHERE order_id = ANY(%(ids)s) AND released_at IS NULL GROUP BY order_id
           ) h ON h.order_id = o.id
      LEFT JOIN (
           SELECT order_id, count(*) AS exceptions FROM orders_orderexception
            WHERE order_id = ANY(%(ids)s) AND closed_at IS NULL GROUP BY order_id
           ) e ON e.order_id = o.id
      LEFT JOIN (
           SELECT order_id, count(*) AS cancel_requests FROM orders_cancelrequest
            WHERE order_id = ANY(%(ids)s) AND answered_at IS NULL GROUP BY order_id
           ) c ON c.order_id = o.id
     WHERE o.id = ANY(%(ids)s)
"""
"""id and a column for each of ORDER_FACTS, for the orders of the parameter `ids`."""

_SHIPMENT_FACTS_SQL = """
    SELECT s.id, s.order_id, s.state, (s.handed_over_at IS NOT NULL)::int AS handed_over,
           (SELECT count(*) FROM orders_hold h WHERE h.order_id = s.order_id AND h.released_at IS NULL) AS holds,
           (SELECT count(*) FROM orders_orderexception e WHERE e.order_id = s.order_id AND e.closed_at IS NULL)
               AS exceptions,
           (SELECT count(*) FROM orders_cancelrequest c WHERE c.order_id = s.order_id AND c.answered_at IS NULL)
               AS cancel_requests
      FROM orders_shipment s
     WHERE s.id = ANY(%s)
     ORDER BY s.id
"""


def fetch(statement: str, parameters: Any, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a statement as a frame; the schema names its columns in order."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


_ORDERS = pl.Schema({"id": pl.Int64, **dict.fromkeys(ORDER_FACTS, pl.Int64)})
_SHIPMENTS = pl.Schema(
    {
        "id": pl.Int64,
        "order_id": pl.Int64,
        "state": pl.String,
        **dict.fromkeys([name for name in SHIPMENT_FACTS if name != "stage"], pl.Int64),
    }
)


def of_orders(order_ids: Collection[int]) -> pl.DataFrame:
    """id and ORDER_FACTS, a row per order that exists, ordered by id."""
    return fetch(f"{ORDER_FACTS_SQL} ORDER BY o.id", {"ids": list(order_ids)}, _ORDERS)


def of_order(order_id: int) -> dict[str, int]:
    """ORDER_FACTS of one order, which must exist."""
    row = of_orders([order_id]).row(0, named=True)
    del row["id"]
    return row


def of_shipments(shipment_ids: Sequence[int]) -> pl.DataFrame:
    """id, order_id, state and SHIPMENT_FACTS, a row per shipment that exists, ordered by id."""
    found = fetch(_SHIPMENT_FACTS_SQL, [list(shipment_ids)], _SHIPMENTS)
    return found.with_columns(pl.col("state").replace_strict(STAGES, return_dtype=pl.Int64).alias("stage"))
