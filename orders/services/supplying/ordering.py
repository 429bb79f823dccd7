"""Ordering what lines still need: one order to each supplier, for as many orders as there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core import copying
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.periods import local_day
from core.wording import Sentence, _
from orders.models import Supply
from orders.queries import facts, supplying
from orders.services import phases, standing
from orders.services.sifting import sift_orders
from orders.services.supplying.dates import move_promises
from orders.services.verification import check_words
from orders.supplying import DIRECT, DRAFT, KIND_OF, PRODUCTION, PURCHASE, working_days_after

_PUT_ON_ORDER = """
    UPDATE orders_line l
       SET backordered = l.backordered - t.backordered,
           on_purchase = l.on_purchase + CASE WHEN t.kind = 'production' THEN 0 ELSE t.pieces END,
           making = l.making + CASE WHEN t.kind = 'production' THEN t.pieces ELSE 0 END
      FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[]) AS t (id, kind, pieces, backordered)
     WHERE l.id = t.id
"""
# What was to come to the warehouse is waited for again; the rest is to be ordered anew.
_TAKE_OFF_ORDER = """
    WITH gone AS (
        UPDATE orders_supplyline s SET cancelled = s.quantity - s.arrived
          FROM (SELECT id, quantity - arrived - cancelled AS n FROM orders_supplyline
                 WHERE supply_id = ANY(%(ids)s) AND quantity > arrived + cancelled) t
         WHERE s.id = t.id
        RETURNING s.line_id, s.supply_id, t.n),
         lines AS (
             UPDATE orders_line l
                SET on_purchase = l.on_purchase - t.bought, making = l.making - t.made,
                    backordered = l.backordered + t.stock
               FROM (SELECT g.line_id, sum(g.n) FILTER (WHERE u.kind <> 'production') AS bought,
                            sum(g.n) FILTER (WHERE u.kind = 'production') AS made,
                            sum(g.n) FILTER (WHERE u.kind = 'purchase') AS stock
                       FROM gone g JOIN orders_supply u ON u.id = g.supply_id GROUP BY g.line_id) s,
                    LATERAL (SELECT coalesce(s.bought, 0) AS bought, coalesce(s.made, 0) AS made,
                                    coalesce(s.stock, 0) AS stock) t
              WHERE l.id = s.line_id
             RETURNING l.id, l.order_id)
    SELECT l.order_id, sum(g.n)::bigint FROM gone g JOIN lines l ON l.id = g.line_id GROUP BY 1 ORDER BY 1
"""
_UNITS = pl.Schema({"order_id": pl.Int64, "units": pl.Int64})


@dataclass(frozen=True)
class Placed(Outcome):
    """What came of it. supplies: the ids of the orders to suppliers that were made."""

    supplies: frozenset[int] = frozenset()


@transaction.atomic
def place(order_ids: Collection[int], *, actor: Actor, at: datetime) -> Placed:
    """Order everything that is missing of these orders, as drafts to look at before they are sent.

    What comes to the warehouse or is made is put together by supplier; what goes straight to a buyer is ordered for
    each of them. Orders that must not go on, or of whose goods nobody supplies any, are refused one by one.
    """
    ready, refused = sift_orders("source", order_ids)
    going = _suppliable(supplying.wanted(ready["id"].to_list()))
    nobody = set(ready["id"]) - set(going["order_id"])
    refused |= dict.fromkeys(nobody, _nobody_supplies())
    if going.is_empty():
        return Placed(frozenset(), refused)
    lines = _write(going, actor=actor, at=at)
    done = lines["order_id"].unique().sort().to_list()
    phases.refresh(done)
    told = lines.group_by("order_id").agg(pl.col("pieces").sum().alias("units")).sort("order_id")
    told = told.with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.supply_placed", "order", told, actor=actor, at=at)
    move_promises(done, actor=actor, at=at)
    return Placed(frozenset(done), refused, frozenset(lines["supply_id"]))


def _suppliable(wanted: pl.DataFrame) -> pl.DataFrame:
    """Those that somebody supplies, or that the client makes itself, with kind and pieces."""
    kind = pl.col("branch").replace_strict(dict(KIND_OF), default=PURCHASE)
    pieces = pl.col("unsourced") + pl.col("backordered")
    found = wanted.with_columns(kind.alias("kind"), pieces.alias("pieces"))
    return found.filter(pl.col("supplier_id").is_not_null() | (pl.col("kind") == PRODUCTION))


def _nobody_supplies() -> Refused:
    sentence = _("仕入先の決まっていない商品です。「商品の手配」で商品コードと仕入先を登録してください。")
    return Refused(Sentence(sentence), code="no_supplier")


def _write(going: pl.DataFrame, *, actor: Actor, at: datetime) -> pl.DataFrame:
    """Write the orders to suppliers and put the pieces of the lines on order; returns the lines with supply_id."""
    buyer = pl.when(pl.col("kind") == DIRECT).then("order_id").alias("for_order")
    lines = going.with_columns(buyer)
    key = ["kind", "supplier_id", "for_order"]
    made = lines.group_by(key, maintain_order=True).agg(pl.col("lead_days").max().fill_null(0))
    made = made.with_columns(copying.take_ids("orders_supply", made.height).alias("supply_id"))
    asked = [working_days_after(local_day(at), lead) for lead in made["lead_days"]]
    rows = made.select(
        pl.col("supply_id").alias("id"),
        "kind",
        "supplier_id",
        pl.col("for_order").alias("order_id"),
        pl.lit(DRAFT).alias("state"),
        pl.Series("asked_on", asked, dtype=pl.Date),
        pl.lit(at).alias("placed_at"),
        pl.lit(actor.name).alias("placed_by"),
    )
    copying.copy("orders_supply", rows)
    lines = lines.join(made.drop("lead_days"), on=key, how="left", nulls_equal=True, maintain_order="left")
    lots = lines.select("supply_id", "line_id", pl.col("pieces").alias("quantity"), pl.col("cost").fill_null(0))
    copying.copy("orders_supplyline", lots)
    with connection.cursor() as cursor:
        cursor.execute(_PUT_ON_ORDER, [lines[name].to_list() for name in ("line_id", "kind", "pieces", "backordered")])
    return lines


@transaction.atomic
def cancel(supply_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """Take back what has not come of these; the orders need it from elsewhere. reason: why, in a few words."""
    check_words(reason, field="reason")
    ready, refused = standing.sift("cancel", supply_ids)
    ids = ready["id"].to_list()
    gone = facts.fetch(_TAKE_OFF_ORDER, {"ids": ids}, _UNITS)
    if ids:
        Supply.objects.filter(pk__in=ids).update(note=reason)
        standing.refresh(ids, actor=actor, at=at)
        phases.refresh(gone["order_id"].to_list())
        told = gone.with_columns(pl.col("order_id").alias("subject_id"), pl.lit(reason).alias("text"))
        publish_frame("order.supply_cancelled", "order", told, actor=actor, at=at)
    return Outcome.of(ids, refused)


_SUPPLIED = """
    SELECT DISTINCT l.order_id, u.id, coalesce(p.name, ''), u.expected_on
      FROM orders_supply u JOIN orders_supplyline s ON s.supply_id = u.id JOIN orders_line l ON l.id = s.line_id
      LEFT JOIN orders_supplier p ON p.id = u.supplier_id
     WHERE u.id = ANY(%s) AND s.quantity > s.cancelled ORDER BY 1, 2
"""
_SUPPLIED_SCHEMA = pl.Schema(
    {"order_id": pl.Int64, "supply_id": pl.Int64, "supplier": pl.String, "expected_on": pl.Date}
)


def tell(event: str, supply_ids: Collection[int], *, actor: Actor, at: datetime) -> list[int]:
    """Say of every order that these are for what happened to them; returns the orders."""
    told = facts.fetch(_SUPPLIED, [list(supply_ids)], _SUPPLIED_SCHEMA)
    if not told.is_empty():
        publish_frame(event, "order", told.with_columns(pl.col("order_id").alias("subject_id")), actor=actor, at=at)
    return told["order_id"].unique().sort().to_list()
