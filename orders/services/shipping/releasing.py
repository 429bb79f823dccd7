"""Handing orders to the warehouse: one shipment for what goes out together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import polars as pl
from django.db import transaction

from core import copying
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.models import Shipment
from orders.queries import facts
from orders.services.phases import refresh
from orders.services.shipping import quantities as contents
from orders.services.sifting import sift_orders

_FREE = """
    SELECT id, order_id, allocated - released FROM orders_line
     WHERE order_id = ANY(%s) ORDER BY order_id, position
"""
_LINES = pl.Schema({"line_id": pl.Int64, "order_id": pl.Int64, "free": pl.Int64})
_ORDERS = """
    SELECT o.id, o.ship_on, o.carrier,
           (SELECT coalesce(max(s.position), 0) + 1 FROM orders_shipment s WHERE s.order_id = o.id)
      FROM orders_order o WHERE o.id = ANY(%s) ORDER BY o.id
"""
_PLANNED = pl.Schema({"order_id": pl.Int64, "ship_date": pl.Date, "carrier": pl.String, "position": pl.Int64})


@transaction.atomic
def release(
    order_ids: Collection[int], *, quantities: Mapping[int, int] | None = None, actor: Actor, at: datetime
) -> Outcome:
    """Hand orders to the warehouse: one shipment each, for all that is allocated and not yet released.

    quantities: line id to pieces, for a part (分納); lines that it does not name stay. Orders that are held, waiting
    for an answer or a payment, or of which nothing is allocated, are refused one by one; the others go.
    """
    ready, refused = sift_orders("release", order_ids)
    wanted = _wanted(ready["id"], quantities)
    refused |= _misfits(wanted)
    going = wanted.filter(~pl.col("order_id").is_in(list(refused)), pl.col("quantity") > 0)
    done = going["order_id"].unique().sort()
    if len(done):
        shipments = plan(done, going, at=at)
        refresh(done.to_list())
        publish_frame("shipment.released", "shipment", shipments, actor=actor, at=at)
    return Outcome.of(done, refused)


def _wanted(order_ids: pl.Series, quantities: Mapping[int, int] | None) -> pl.DataFrame:
    """Every line of the orders with the pieces that are to go."""
    lines = facts.fetch(_FREE, [order_ids.to_list()], _LINES)
    if quantities is None:
        return lines.with_columns(pl.col("free").alias("quantity"))
    asked = pl.DataFrame(
        {"line_id": list(quantities), "quantity": list(quantities.values())},
        schema={"line_id": pl.Int64, "quantity": pl.Int64},
    )
    return lines.join(asked, on="line_id", how="left", maintain_order="left").with_columns(
        pl.col("quantity").fill_null(0)
    )


def _misfits(wanted: pl.DataFrame) -> dict[int, Refused]:
    """Orders of which more is asked than there is, or nothing at all."""
    by_order = wanted.group_by("order_id").agg(
        ((pl.col("quantity") > pl.col("free")) | (pl.col("quantity") < 0)).any().alias("beyond"),
        pl.col("quantity").sum().alias("pieces"),
    )
    beyond = by_order.filter("beyond")["order_id"]
    nothing = by_order.filter(~pl.col("beyond") & (pl.col("pieces") == 0))["order_id"]
    too_many = _("引当済みの数を超えています。出荷できる数以下にしてください。")
    return {
        **{key: Refused(Sentence(too_many), code="too_many", field="quantities") for key in beyond},
        **{key: Refused(Sentence(_("出荷する数を入れてください。")), code="no_quantity") for key in nothing},
    }


def plan(
    order_ids: pl.Series, going: pl.DataFrame, *, faults: pl.DataFrame | None = None, at: datetime
) -> pl.DataFrame:
    """Write shipments, their lines and the released counters; returns what is told of them.

    faults: order_id, party and billable of the orders that are sent again, None for ordinary shipments.
    """
    planned = facts.fetch(_ORDERS, [order_ids.to_list()], _PLANNED)
    planned = planned.with_columns(copying.take_ids("orders_shipment", planned.height).alias("subject_id"))
    if faults is None:
        planned = planned.with_columns(pl.lit("").alias("party"), pl.lit(True).alias("billable"))
    else:
        planned = planned.join(faults, on="order_id", how="left", maintain_order="left")
    _copy_shipments(planned, at=at)
    lines = going.join(planned.select("order_id", "subject_id"), on="order_id", maintain_order="left")
    copying.copy("orders_shipmentline", lines.select(pl.col("subject_id").alias("shipment_id"), "line_id", "quantity"))
    contents.count("released", planned["subject_id"].to_list())
    totals = lines.group_by("subject_id").agg(pl.col("quantity").sum().alias("units"), pl.len().alias("lines"))
    return planned.join(totals, on="subject_id", maintain_order="left").drop("ship_date", "carrier")


def _copy_shipments(planned: pl.DataFrame, *, at: datetime) -> None:
    rows = planned.select(
        pl.col("subject_id").alias("id"),
        "order_id",
        "position",
        "party",
        "billable",
        "ship_date",
        pl.lit(Shipment.RELEASED).alias("state"),
        "carrier",
        pl.lit(Shipment.SMALLEST).alias("size"),
        pl.lit(at).alias("released_at"),
    )
    copying.copy("orders_shipment", rows)
