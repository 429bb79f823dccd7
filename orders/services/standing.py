"""Where orders to suppliers stand: their locks, their state, and what of them is no longer needed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import connection

from core.errors import Refused
from core.events import Actor, publish_frame
from core.periods import local_day
from orders.lifecycle import not_found
from orders.queries import facts
from orders.services.sifting import lock
from orders.supplying import CANCELLED, DONE, OVERDUE_SQL, STATE_SQL, STEPS

_REFRESH = f"""
    WITH d AS (SELECT s.*, {STATE_SQL} AS now
                 FROM orders_supply s
                 JOIN (SELECT supply_id, sum(quantity) AS quantity, sum(arrived) AS arrived, sum(cancelled) AS cancelled
                         FROM orders_supplyline WHERE supply_id = ANY(%(ids)s) GROUP BY supply_id) t
                   ON t.supply_id = s.id),
         w AS (SELECT d.id, d.now, {OVERDUE_SQL.format(s="d", state="d.now", today="%(today)s")} AS overdue,
                      d.state AS was, d.overdue AS was_overdue FROM d)
    UPDATE orders_supply u SET state = w.now, overdue = w.overdue,
           finished_at = CASE WHEN w.now IN ('{DONE}', '{CANCELLED}') THEN coalesce(u.finished_at, %(at)s) END
      FROM w WHERE u.id = w.id AND (w.now, w.overdue) IS DISTINCT FROM (w.was, w.was_overdue)
    RETURNING u.id, u.state, w.was, u.overdue
"""  # noqa: S608 (made of the states' own words)
_MOVED = pl.Schema({"subject_id": pl.Int64(), **dict.fromkeys(("state", "was", "overdue"), pl.String())})
_ORDERS = """
    SELECT DISTINCT l.order_id FROM orders_supplyline s JOIN orders_line l ON l.id = s.line_id
     WHERE s.supply_id = ANY(%s)
"""
_LOCK = "SELECT id, kind, state FROM orders_supply WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_LOCKED = pl.Schema({"id": pl.Int64, "kind": pl.String, "state": pl.String})

# What was ordered last is given up first.
_GIVE_BACK = """
    WITH lots AS (
        SELECT s.id, s.supply_id, l.order_id, s.quantity - s.arrived - s.cancelled AS still,
               sum(s.quantity - s.arrived - s.cancelled) OVER (PARTITION BY l.id ORDER BY s.id DESC)
                   - (s.quantity - s.arrived - s.cancelled) AS before,
               sum(s.quantity - s.arrived - s.cancelled) OVER (PARTITION BY l.id) - l.on_purchase - l.making AS excess
          FROM orders_line l JOIN orders_supplyline s ON s.line_id = l.id
         WHERE l.order_id = ANY(%s)),
         given AS (
             UPDATE orders_supplyline s SET cancelled = s.cancelled + least(t.still, t.excess - t.before)
               FROM lots t WHERE s.id = t.id AND t.still > 0 AND t.before < t.excess
             RETURNING t.supply_id, t.order_id, least(t.still, t.excess - t.before) AS n)
    SELECT g.supply_id, g.order_id, sum(g.n)::bigint, u.sent_at IS NOT NULL
      FROM given g JOIN orders_supply u ON u.id = g.supply_id
     GROUP BY g.supply_id, g.order_id, u.sent_at ORDER BY g.order_id, g.supply_id
"""
_GIVEN = pl.Schema({"supply_id": pl.Int64, "order_id": pl.Int64, "units": pl.Int64, "was_sent": pl.Boolean})


def sift(step: str, supply_ids: Collection[int]) -> tuple[pl.DataFrame, dict[int, Refused]]:
    """id and kind of those that may make the step (of STEPS), and the refusals of the rest.

    Their orders and they themselves are locked, in this order as everywhere.
    """
    keys = sorted(set(supply_ids))
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [keys])
        orders = [key for (key,) in cursor.fetchall()]
    lock(orders)
    found = facts.fetch(_LOCK, [keys], _LOCKED)
    refused = {key: why for key, _kind, state in found.rows() if (why := STEPS[step].refusal(state))}
    ready = found.filter(~pl.col("id").is_in(list(refused))).select("id", "kind")
    return ready, refused | not_found(set(keys) - set(found["id"]), "supply")


def refresh(supply_ids: Collection[int], *, actor: Actor, at: datetime) -> int:
    """Derive the states of these anew, and say which moved; how many. Called by whoever wrote facts of them."""
    moved = facts.fetch(_REFRESH, {"ids": list(supply_ids), "today": local_day(at), "at": at}, _MOVED)
    if not moved.is_empty():
        told = moved.sort("subject_id").with_columns(pl.lit(None, dtype=pl.Int64).alias("order_id"))
        publish_frame("supply.moved", "supply", told, actor=actor, at=at)
    return moved.height


def give_back(order_ids: Collection[int], *, actor: Actor, at: datetime) -> None:
    """Cancel with the suppliers what the lines of these orders do not need any more, and say so.

    The lines' own counters are written by whoever took the pieces off; suppliers that know of them have to be told.
    """
    given = facts.fetch(_GIVE_BACK, [list(order_ids)], _GIVEN)
    if not given.is_empty():
        refresh(given["supply_id"].unique().to_list(), actor=actor, at=at)
        told = given.with_columns(pl.col("order_id").alias("subject_id"))
        publish_frame("order.supply_reduced", "order", told, actor=actor, at=at)
