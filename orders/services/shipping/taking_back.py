"""Pieces that do not go the way they were sent: taken out of shipments before they are packed, or lost on the way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import connection

from core.events import Actor, publish_frame
from orders.models import Order
from orders.queries import facts
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.shipping import quantities, releasing
from orders.services.shipping.handing_over import note_whole

# The newest shipments give first: what was released last was meant to go last.
_WITHDRAW = """
    WITH wanted AS (SELECT * FROM unnest(%s::bigint[], %s::int[]) AS t (line_id, pieces)),
         lots AS (
             SELECT sl.id, sl.line_id, sl.quantity, (s.state = 'picking')::int AS picked, w.pieces,
                    sum(sl.quantity) OVER (PARTITION BY sl.line_id ORDER BY s.id DESC) - sl.quantity AS before
               FROM orders_shipmentline sl
               JOIN orders_shipment s ON s.id = sl.shipment_id
               JOIN wanted w ON w.line_id = sl.line_id
              WHERE s.state IN ('planned', 'released', 'picking')),
         taken AS (SELECT id, line_id, picked, least(quantity, pieces - before) AS n FROM lots WHERE before < pieces),
         counted AS (
             UPDATE orders_line l SET released = l.released - t.n, picked = l.picked - t.picked
               FROM (SELECT line_id, sum(n) AS n, sum(n * picked) AS picked FROM taken GROUP BY line_id) t
              WHERE l.id = t.line_id),
         reduced AS (
             UPDATE orders_shipmentline sl SET quantity = sl.quantity - t.n FROM taken t WHERE sl.id = t.id
             RETURNING sl.shipment_id)
    SELECT DISTINCT shipment_id FROM reduced
"""
_EMPTY = """
    WITH bare AS (DELETE FROM orders_shipmentline WHERE shipment_id = ANY(%(ids)s) AND quantity = 0)
    UPDATE orders_shipment s SET state = 'cancelled'
     WHERE s.id = ANY(%(ids)s)
       AND NOT EXISTS (SELECT FROM orders_shipmentline l WHERE l.shipment_id = s.id AND l.quantity > 0)
    RETURNING s.id
"""
# What is under way is lost rather than what has arrived; of either the newest.
_VOID = """
    WITH wanted AS (SELECT * FROM unnest(%s::bigint[], %s::int[]) AS t (line_id, pieces)),
         lots AS (
             SELECT sl.id, sl.line_id, sl.quantity - sl.voided AS held, (s.state = 'delivered')::int AS arrived,
                    w.pieces,
                    sum(sl.quantity - sl.voided)
                        OVER (PARTITION BY sl.line_id ORDER BY s.state = 'delivered', s.id DESC)
                        - (sl.quantity - sl.voided) AS before
               FROM orders_shipmentline sl
               JOIN orders_shipment s ON s.id = sl.shipment_id
               JOIN wanted w ON w.line_id = sl.line_id
              WHERE s.handed_over_at IS NOT NULL AND s.state <> 'cancelled'),
         taken AS (SELECT id, line_id, arrived, least(held, pieces - before) AS n FROM lots
                    WHERE before < pieces AND held > 0),
         counted AS (
             UPDATE orders_line l
                SET released = l.released - t.n, picked = l.picked - t.n, packed = l.packed - t.n,
                    shipped = l.shipped - t.n, delivered = l.delivered - t.arrived,
                    accepted = least(l.accepted, l.delivered - t.arrived)
               FROM (SELECT line_id, sum(n) AS n, sum(n * arrived) AS arrived FROM taken GROUP BY line_id) t
              WHERE l.id = t.line_id),
         voided AS (
             UPDATE orders_shipmentline sl SET voided = sl.voided + t.n FROM taken t WHERE sl.id = t.id
             RETURNING sl.shipment_id)
    SELECT DISTINCT shipment_id FROM voided
"""
_LOSE = """
    UPDATE orders_shipment s SET state = 'lost'
     WHERE s.id = ANY(%s) AND s.state IN ('handed_over', 'in_transit', 'attempt_failed')
       AND NOT EXISTS (SELECT FROM orders_shipmentline l WHERE l.shipment_id = s.id AND l.quantity > l.voided)
    RETURNING s.id, s.order_id, s.position
"""
_LOST = pl.Schema({"subject_id": pl.Int64, "order_id": pl.Int64, "position": pl.Int64})
_TURN_BACK = """
    UPDATE orders_shipment SET state = 'returned'
     WHERE order_id = ANY(%s) AND state IN ('handed_over', 'in_transit', 'attempt_failed')
    RETURNING id, order_id, position
"""
_WRITE_OFF = """
    UPDATE orders_line l SET allocated = l.allocated - t.pieces, written_off = l.written_off + t.pieces
      FROM unnest(%s::bigint[], %s::int[]) AS t (id, pieces) WHERE l.id = t.id
"""
_POSITIONS = "SELECT id, order_id, position FROM orders_shipment WHERE id = ANY(%s) ORDER BY id"


def withdraw(pieces: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Take pieces (order_id, line_id, pieces) out of the shipments that are not packed; one left empty is cancelled.

    The caller sees to it that they hold so many, and derives the phases afterwards.
    """
    if pieces.is_empty():
        return
    touched = _run(_WITHDRAW, [pieces["line_id"].to_list(), pieces["pieces"].to_list()])
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"ids": touched})
        empty = [key for (key,) in cursor.fetchall()]
    shipments = quantities.with_contents(
        facts.fetch(_POSITIONS, [touched], pl.Schema({"id": pl.Int64, "order_id": pl.Int64, "position": pl.Int64}))
    ).rename({"id": "subject_id"})
    gone = pl.col("subject_id").is_in(empty)
    refresh(shipments["order_id"].unique().to_list())
    for event, told in (
        ("shipment.cancelled", shipments.filter(gone).select("subject_id", "order_id", "position")),
        ("shipment.reduced", shipments.filter(~gone)),
    ):
        if not told.is_empty():
            publish_frame(event, "shipment", told, actor=actor, at=at)


def turn_back(order_ids: Collection[int], *, actor: Actor, at: datetime) -> None:
    """The carrier brings back what of these orders is on its way and was not delivered."""
    back = facts.fetch(_TURN_BACK, [list(order_ids)], _LOST).sort("subject_id")
    if not back.is_empty():
        publish_frame("shipment.returned", "shipment", back, actor=actor, at=at)


def withdraw_all(order_ids: Collection[int], *, actor: Actor, at: datetime) -> None:
    """Take back everything of these orders that is released and not packed."""
    unpacked = facts.fetch(
        "SELECT order_id, id, released - packed FROM orders_line WHERE order_id = ANY(%s) AND released > packed",
        [list(order_ids)],
        pl.Schema({"order_id": pl.Int64, "line_id": pl.Int64, "pieces": pl.Int64}),
    )
    withdraw(unpacked, actor=actor, at=at)


def reship(pieces: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Send pieces (order_id, line_id, pieces, party, billable) again that were shipped in vain, in new shipments.

    What was counted as shipped is taken back, and the clocks go on.
    """
    _void(pieces, actor=actor, at=at)
    orders = pieces["order_id"].unique().sort()
    Order.objects.filter(pk__in=among(orders)).update(shipped_at=None, delivered_at=None, completed_at=None)
    going = pieces.rename({"pieces": "quantity"})
    faults = pieces.unique("order_id").select("order_id", "party", "billable")
    shipments = releasing.plan(orders, going.select("order_id", "line_id", "quantity"), faults=faults, at=at)
    refresh(orders.to_list())
    reopened = faults.sort("order_id").with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.shipping_reopened", "order", reopened, actor=actor, at=at)
    publish_frame("shipment.released", "shipment", shipments, actor=actor, at=at)


def write_off(pieces: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Give pieces (order_id, line_id, pieces, party, billable) up that were shipped in vain; nothing is sent again."""
    _void(pieces, actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_OFF, [pieces["line_id"].to_list(), pieces["pieces"].to_list()])
    orders = pieces["order_id"].unique().sort().to_list()
    refresh(orders)
    told = pieces.group_by("order_id", "party", "billable").agg(pl.col("pieces").sum().alias("units"))
    told = told.sort("order_id").with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.written_off", "order", told, actor=actor, at=at)
    note_whole(orders, actor=actor, at=at)


def _void(pieces: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    touched = _run(_VOID, [pieces["line_id"].to_list(), pieces["pieces"].to_list()])
    lost = facts.fetch(_LOSE, [touched], _LOST).sort("subject_id")
    if not lost.is_empty():
        publish_frame("shipment.lost", "shipment", lost, actor=actor, at=at)


def _run(statement: str, parameters: list[list[int]]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [key for (key,) in cursor.fetchall()]
