"""The suppliers' days reach the orders: what is promised to buyers moves, and whoever is let down is asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import polars as pl

from core.events import Actor, publish_frame
from orders.queries import facts, supplying
from orders.services import exceptions

_MOVE = """
    WITH before AS (SELECT id, coalesce(promised_date, wished_date) AS was FROM orders_order WHERE id = ANY(%s)),
         moved AS (
             UPDATE orders_order o SET promised_date = t.there
               FROM unnest(%s::bigint[], %s::date[]) AS t (id, there)
              WHERE o.id = t.id AND (o.promised_date IS NULL OR o.promised_date < t.there)
             RETURNING o.id, o.promised_date)
    SELECT m.id, m.promised_date, b.was FROM moved m JOIN before b ON b.id = m.id ORDER BY m.id
"""
_MOVED = pl.Schema({"order_id": pl.Int64, "promised_date": pl.Date, "was": pl.Date})


def move_promises(order_ids: Collection[int], *, actor: Actor, at: datetime) -> None:
    """Promise the buyers of these orders the day on which the last piece reaches them, where that is later.

    An order whose buyer had been promised an earlier day, or had wished for one, is opened for 納期再調整.
    """
    days = supplying.arrivals(order_ids)
    moved = facts.fetch(_MOVE, [list(days), list(days), list(days.values())], _MOVED)
    if moved.is_empty():
        return
    told = moved.with_columns(pl.col("order_id").alias("subject_id"), late=_late().fill_null(value=False))
    publish_frame("order.promise_moved", "order", told, actor=actor, at=at)
    _ask(moved.filter(_late()), actor=actor, at=at)


def _late() -> pl.Expr:
    return pl.col("was") < pl.col("promised_date")


def _ask(late: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Ask the buyers. An order that is open for it already, or stands where it is too late, stays as it is."""
    by_day: dict[date, list[int]] = {}
    for order, day in late.select("order_id", "promised_date").rows():
        by_day.setdefault(day, []).append(order)
    for day, orders in by_day.items():
        exceptions.open_for(orders, kind="reschedule", party="supplier", expected_date=day, actor=actor, at=at)
