"""Handing parcels to the carrier, with the numbers by which they are followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from django.db import connection, transaction

from core import copying
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders import tracking
from orders.models import Order
from orders.queries import facts
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.shipping import quantities
from orders.services.sifting import sift_shipments

REUSED_AFTER = timedelta(days=90)
"""Carriers give a number out again, but not within three months."""

Slips = Mapping[int, Sequence[tuple[str, str]]]
"""Shipment id to its parcels: carrier (of tracking.CARRIERS) and tracking number."""

_HAND_OVER = """
    UPDATE orders_shipment s
       SET handed_over_at = %s, carrier = t.carrier,
           state = CASE WHEN s.state = 'packed' THEN 'handed_over' ELSE s.state END
      FROM unnest(%s::bigint[], %s::text[]) AS t (id, carrier)
     WHERE s.id = t.id
"""
_PARTS = """
    UPDATE orders_order o SET shipped_at = %s WHERE o.id = ANY(%s) AND o.shipped_at IS NULL
    RETURNING o.id, o.id, (SELECT count(*) FROM orders_shipment s
                            WHERE s.order_id = o.id AND s.handed_over_at IS NOT NULL)
"""
_PARTS_SCHEMA = pl.Schema({"subject_id": pl.Int64, "order_id": pl.Int64, "parts": pl.Int64})
_SHIPPED_AS = """
    SELECT s.id, s.size, s.position, o.ship_prefecture
      FROM orders_shipment s JOIN orders_order o ON o.id = s.order_id
     WHERE s.id = ANY(%s)
"""
_SHIPPED_AS_SCHEMA = pl.Schema({"id": pl.Int64, "size": pl.Int64, "position": pl.Int64, "prefecture": pl.String})
_TAKEN = """
    SELECT p.carrier, p.tracking_number, p.shipment_id
      FROM orders_parcel p JOIN orders_shipment s ON s.id = p.shipment_id
     WHERE p.tracking_number = ANY(%s) AND p.label_cancelled_at IS NULL AND s.handed_over_at > %s
"""


@dataclass(frozen=True)
class Slip:
    """A parcel with its number, of a shipment."""

    shipment_id: int
    carrier: str
    number: str


@transaction.atomic
def ship(shipment_ids: Collection[int], *, parcels: Slips, actor: Actor, at: datetime) -> Outcome:
    """The carrier has these shipments. parcels: for each its carrier and tracking numbers.

    A shipment without a number, with one that cannot be right, or with one that another parcel has, is refused. The
    order of which everything is out is shipped. What the carrier reported as delivered before is taken as well.
    """
    ready, refused = sift_shipments("ship", shipment_ids)
    slips, bad = checked(ready["id"], parcels, at=at)
    refused |= bad
    going = ready.filter(~pl.col("id").is_in(list(bad)))
    if not going.is_empty():
        told = _hand_over(going, [slip for slip in slips if slip.shipment_id not in bad], at=at)
        orders = going["order_id"].unique().sort().to_list()
        refresh(orders)
        publish_frame("shipment.shipped", "shipment", told, actor=actor, at=at)
        note_whole(orders, actor=actor, at=at)
    return Outcome.of(going["id"], refused)


def checked(shipment_ids: pl.Series, parcels: Slips, *, at: datetime) -> tuple[list[Slip], dict[int, Refused]]:
    """The parcels of these shipments, and those that have none, a number that is wrong, or another parcel's."""
    slips: list[Slip] = []
    bad: dict[int, Refused] = {}
    for shipment_id in shipment_ids:
        given = parcels.get(shipment_id, ())
        if not given:
            missing = _("伝票番号を入れてください。")
            bad[shipment_id] = Refused(Sentence(missing), code="missing", field="tracking_number")
        try:
            slips += [Slip(shipment_id, carrier, tracking.checked(carrier, number)) for carrier, number in given]
        except Refused as refusal:
            bad[shipment_id] = refusal
    return slips, bad | _used_twice(slips, at=at)


def _used_twice(slips: Sequence[Slip], *, at: datetime) -> dict[int, Refused]:
    times = Counter((slip.carrier, slip.number) for slip in slips)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [[slip.number for slip in slips], at - REUSED_AFTER])
        taken = {(carrier, number): shipment_id for carrier, number, shipment_id in cursor.fetchall()}
    sentence = _("伝票番号「%(number)s」は別の荷物に使われています。")
    return {
        slip.shipment_id: Refused(
            Sentence(sentence, number=slip.number), code="tracking_number_used", field="tracking_number"
        )
        for slip in slips
        if times[slip.carrier, slip.number] > 1 or (slip.carrier, slip.number) in taken
    }


def _hand_over(going: pl.DataFrame, slips: Sequence[Slip], *, at: datetime) -> pl.DataFrame:
    """Write parcels, states and counters; returns what is told of the shipments."""
    labels = write_parcels(slips)
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, [at, labels["shipment_id"].to_list(), labels["carrier"].to_list()])
    ids = going["id"].to_list()
    quantities.count("shipped", ids)
    told = going.select("id", "order_id").join(labels, left_on="id", right_on="shipment_id", maintain_order="left")
    told = told.join(facts.fetch(_SHIPPED_AS, [ids], _SHIPPED_AS_SCHEMA), on="id", maintain_order="left")
    return quantities.with_contents(told).rename({"id": "subject_id"})


def write_parcels(slips: Sequence[Slip]) -> pl.DataFrame:
    """Write the parcels; returns shipment_id, carrier (of its first) and tracking_numbers."""
    rows = pl.DataFrame(
        [(slip.shipment_id, slip.carrier, slip.number) for slip in slips],
        schema={"shipment_id": pl.Int64, "carrier": pl.String, "tracking_number": pl.String},
        orient="row",
    )
    copying.copy("orders_parcel", rows)
    return rows.group_by("shipment_id", maintain_order=True).agg(
        pl.col("carrier").first(), pl.col("tracking_number").alias("tracking_numbers")
    )


def note_whole(order_ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Say of the orders that have nothing left to ship that they are shipped, and in how many parts; once of each."""
    known = facts.of_orders(order_ids).filter(pl.col("shipped") > 0)
    arrived = known.filter(pl.col("delivered") >= pl.col("open"))["id"]
    Order.objects.filter(pk__in=among(arrived), delivered_at=None).update(delivered_at=at)
    whole = known.filter(pl.col("shipped") >= pl.col("open"))["id"].to_list()
    parts = facts.fetch(_PARTS, [at, whole], _PARTS_SCHEMA).sort("subject_id")
    if not parts.is_empty():
        publish_frame("order.shipped", "order", parts, actor=actor, at=at)
