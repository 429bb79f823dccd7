"""The facts of orders and shipments, gathered from their rows by one statement for any number of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import polars as pl
from django.db import connection
from django.db.models.expressions import RawSQL

from orders.lifecycle import ORDER_FACTS, SHIPMENT_FACTS, STAGES

# Lateral and with FILTER, so that every count goes by the index on the order alone, for one order and for many: on a
# table that grew since it was last analysed, an index over states reads all orders' rows for each order.
ORDER_FACTS_SQL = """
    SELECT o.id, l.*, s.active_shipments, v.verifications, h.holds, e.exceptions, c.cancel_requests, r.change_requests,
           o.prepaid::int AS prepaid,
           (o.payment = 'paid')::int AS paid,
           (o.ship_on IS NOT NULL)::int AS dated,
           (o.completed_at IS NOT NULL)::int AS closed
      FROM orders_order o
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(ordered - cancelled - written_off), 0) AS open,
                  coalesce(sum(allocated), 0) AS allocated,
                  coalesce(sum(backordered), 0) AS backordered,
                  coalesce(sum(on_purchase), 0) AS on_purchase,
                  coalesce(sum(making), 0) AS making,
                  coalesce(sum(greatest(ordered - cancelled - written_off - allocated - backordered - on_purchase
                                        - making, 0)), 0) AS unsourced,
                  coalesce(sum(released), 0) AS released,
                  coalesce(sum(packed), 0) AS packed,
                  coalesce(sum(shipped), 0) AS shipped,
                  coalesce(sum(delivered), 0) AS delivered,
                  coalesce(sum(accepted), 0) AS accepted,
                  coalesce(sum(written_off), 0) AS written_off,
                  coalesce(sum(return_requested - return_accepted - return_rejected), 0) AS in_return
             FROM orders_line WHERE order_id = o.id
           ) l
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE state IN ('released', 'picking', 'packed')) AS active_shipments
             FROM orders_shipment WHERE order_id = o.id
           ) s
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE answered_at IS NULL) AS verifications
             FROM orders_verification WHERE order_id = o.id
           ) v
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE released_at IS NULL) AS holds FROM orders_hold WHERE order_id = o.id
           ) h
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE closed_at IS NULL) AS exceptions
             FROM orders_orderexception WHERE order_id = o.id
           ) e
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE answered_at IS NULL) AS cancel_requests
             FROM orders_cancelrequest WHERE order_id = o.id
           ) c
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE state = 'asked') AS change_requests
             FROM orders_changerequest WHERE order_id = o.id
           ) r
     WHERE o.id = ANY(%(ids)s)
"""
"""id and a column for each of ORDER_FACTS, for the orders of the parameter `ids`."""

_SHIPMENT_FACTS_SQL = """
    SELECT s.id, s.order_id, s.state, (s.handed_over_at IS NOT NULL)::int AS handed_over,
           (SELECT count(*) FILTER (WHERE h.released_at IS NULL) FROM orders_hold h
             WHERE h.order_id = s.order_id) AS holds,
           (SELECT count(*) FILTER (WHERE e.closed_at IS NULL) FROM orders_orderexception e
             WHERE e.order_id = s.order_id) AS exceptions,
           (SELECT count(*) FILTER (WHERE c.answered_at IS NULL) FROM orders_cancelrequest c
             WHERE c.order_id = s.order_id) AS cancel_requests,
           (SELECT count(*) FILTER (WHERE r.state = 'asked') FROM orders_changerequest r
             WHERE r.order_id = s.order_id) AS change_requests
      FROM orders_shipment s
     WHERE s.id = ANY(%s)
     ORDER BY s.id
"""


def fetch(statement: str, parameters: Any, schema: pl.Schema) -> pl.DataFrame:
    """The rows of a statement as a frame; the schema names its columns in order."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def among(ids: Iterable[int]) -> RawSQL:
    """For `…__in=among(ids)`: very many ids as one parameter."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


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
