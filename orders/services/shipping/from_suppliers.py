"""Shipments that a supplier hands over: goods that never were in our warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from core import copying
from core.errors import Refused
from core.events import Actor, publish_frame
from orders.models import Shipment
from orders.queries import facts
from orders.services.phases import refresh
from orders.services.shipping import handing_over, quantities
from orders.services.shipping.handing_over import Slip, Slips

_NEXT = """
    SELECT o.id, o.ship_prefecture,
           (SELECT coalesce(max(s.position), 0) FROM orders_shipment s WHERE s.order_id = o.id)
      FROM orders_order o WHERE o.id = ANY(%s)
"""
_NEXT_SCHEMA = pl.Schema({"order_id": pl.Int64, "prefecture": pl.String, "last": pl.Int64})


def checked_direct(supply_ids: pl.Series, parcels: Slips, *, at: datetime) -> tuple[Sequence[Slip], dict[int, Refused]]:
    """The parcels of these orders to suppliers, and those whose numbers are missing, wrong or another parcel's."""
    return handing_over.checked(supply_ids, parcels, at=at)


def hand_over_direct(sent: pl.DataFrame, slips: Sequence[Slip], *, actor: Actor, at: datetime) -> None:
    """The carrier has these from the supplier: a shipment for each order to a supplier, handed over.

    sent: supply_id, order_id, line_id and pieces, all allocated and not released. slips: of checked_direct.
    """
    shipments = _new_shipments(sent, slips, at=at)
    by_supply: Mapping[int, int] = dict(shipments.select("supply_id", "id").rows())
    lots = sent.with_columns(pl.col("supply_id").replace_strict(by_supply, return_dtype=pl.Int64).alias("shipment_id"))
    copying.copy("orders_shipmentline", lots.select("shipment_id", "line_id", pl.col("pieces").alias("quantity")))
    labels = handing_over.write_parcels(
        [
            Slip(by_supply[slip.shipment_id], slip.carrier, slip.number)
            for slip in slips
            if slip.shipment_id in by_supply
        ]
    )
    ids = shipments["id"].to_list()
    for counter in ("released", "picked", "packed", "shipped"):
        quantities.count(counter, ids)
    orders = shipments["order_id"].unique().sort().to_list()
    refresh(orders)
    told = shipments.select("id", "order_id", "position", "prefecture", source=pl.lit(Shipment.SUPPLIER))
    told = told.with_columns(pl.lit(Shipment.SMALLEST).alias("size"))
    told = told.join(labels, left_on="id", right_on="shipment_id", maintain_order="left")
    told = quantities.with_contents(told).rename({"id": "subject_id"})
    publish_frame("shipment.shipped", "shipment", told, actor=actor, at=at)
    handing_over.note_whole(orders, actor=actor, at=at)


def _new_shipments(sent: pl.DataFrame, slips: Sequence[Slip], *, at: datetime) -> pl.DataFrame:
    """Write the rows; returns id, supply_id, order_id, position, prefecture and carrier of each."""
    made = sent.select("supply_id", "order_id").unique().sort("order_id", "supply_id")
    made = made.with_columns(copying.take_ids("orders_shipment", made.height).alias("id"))
    found = facts.fetch(_NEXT, [made["order_id"].to_list()], _NEXT_SCHEMA)
    first = {slip.shipment_id: slip.carrier for slip in reversed(slips)}
    made = made.join(found, on="order_id", maintain_order="left").with_columns(
        (pl.col("last") + pl.int_range(pl.len()).over("order_id") + 1).alias("position"),
        pl.col("supply_id").replace_strict(first, return_dtype=pl.String).alias("carrier"),
    )
    rows = made.select(
        "id",
        "order_id",
        "position",
        "carrier",
        pl.lit(Shipment.HANDED_OVER).alias("state"),
        pl.lit(Shipment.SMALLEST).alias("size"),
        pl.lit(Shipment.SUPPLIER).alias("source"),
        *(pl.lit(at).alias(name) for name in ("released_at", "handed_over_at")),
    )
    copying.copy("orders_shipment", rows)
    return made
