"""What lines still need, who supplies it, and when it will be there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import polars as pl
from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce

from orders.models import SupplyItem, SupplyLine
from orders.queries import facts
from orders.supplying import DIRECT, OUT, PURCHASE, STOCK, WAREHOUSE_DAYS, matched, working_days_after

ITEM = pl.Schema(
    {
        **dict.fromkeys(("sku", "item_branch"), pl.String()),
        **dict.fromkeys(("supplier_id", "lead_days"), pl.Int64()),
        "cost": pl.Decimal(14, 2),
    }
)
"""How the goods of a SKU are got."""

WANTED = pl.Schema(
    {
        **dict.fromkeys(("order_id", "line_id"), pl.Int64()),
        **dict.fromkeys(("sku", "branch"), pl.String()),
        **dict.fromkeys(("unsourced", "backordered"), pl.Int64()),
        "ordered_at": pl.Datetime("us", "UTC"),
    }
)
"""Lines that wait for somebody to get them."""

_WANTED = """
    SELECT * FROM (
        SELECT l.order_id, l.id, l.sku, l.branch,
               l.ordered - l.cancelled - l.written_off - l.allocated - l.backordered - l.on_purchase - l.making AS open,
               l.backordered, o.ordered_at
          FROM orders_line l JOIN orders_order o ON o.id = l.order_id
         WHERE l.order_id = ANY(%s)) t
     WHERE t.open > 0 OR t.backordered > 0
     ORDER BY t.order_id, t.id
"""
_COMING = """
    SELECT l.order_id, u.kind, coalesce(u.expected_on, u.asked_on), coalesce(p.transit_days, 0)
      FROM orders_supply u
      JOIN orders_supplyline s ON s.supply_id = u.id
      JOIN orders_line l ON l.id = s.line_id
      LEFT JOIN orders_supplier p ON p.id = u.supplier_id
     WHERE l.order_id = ANY(%s) AND s.quantity > s.arrived + s.cancelled
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 3
"""
_COMING_SCHEMA = pl.Schema({"order_id": pl.Int64, "kind": pl.String, "on": pl.Date, "transit": pl.Int64})


def next_inbound(skus: Collection[str]) -> date | None:
    """The earliest day on which any of these goods come to the warehouse from a supplier, None where none are known."""
    day = Coalesce("supply__expected_on", "supply__asked_on")
    still = Q(quantity__gt=F("arrived") + F("cancelled"))
    found = SupplyLine.objects.filter(still, supply__kind=PURCHASE, supply__state__in=OUT, line__sku__in=list(skus))
    first: date | None = found.aggregate(first=Min(day))["first"]
    return first


def items_of(skus: Iterable[str]) -> pl.DataFrame:
    """ITEM of those of the SKUs that are kept. Two queries at most, whatever the number."""
    beginnings = dict(SupplyItem.objects.values_list("sku", "pk"))
    fits = matched(skus, beginnings.keys()) if beginnings else {}
    rows = SupplyItem.objects.filter(sku__in=set(fits.values())) if fits else SupplyItem.objects.none()
    kept = {row.sku: row for row in rows}
    found = [
        (sku, kept[fit].branch, kept[fit].supplier_id, kept[fit].lead_days, kept[fit].cost) for sku, fit in fits.items()
    ]
    return pl.DataFrame(found, schema=ITEM, orient="row")


def with_branches(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines (with sku) and for each its branch: that of its item, else stock."""
    items = items_of(lines["sku"].unique()).select("sku", pl.col("item_branch").alias("branch"))
    joined = lines.join(items, on="sku", how="left", maintain_order="left")
    return joined.with_columns(pl.col("branch").fill_null(STOCK))


def wanted(order_ids: Collection[int]) -> pl.DataFrame:
    """WANTED and ITEM of every line of the orders that something is missing of; the ITEM's columns null without one."""
    lines = facts.fetch(_WANTED, [list(order_ids)], WANTED)
    return lines.join(items_of(lines["sku"].unique()), on="sku", how="left", maintain_order="left")


def arrivals(order_ids: Collection[int]) -> dict[int, date]:
    """The day on which the last of what was ordered for an order reaches its buyer; orders without such left out."""
    coming = facts.fetch(_COMING, [list(order_ids)], _COMING_SCHEMA)
    found: dict[int, date] = {}
    for order, kind, on, transit in coming.rows():
        there = working_days_after(on, transit if kind == DIRECT else WAREHOUSE_DAYS)
        found[order] = max(there, found.get(order, there))
    return found
