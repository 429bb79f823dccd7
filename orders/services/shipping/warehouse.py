"""In the warehouse: picking and packing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.models import Shipment
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.shipping import quantities
from orders.services.sifting import sift_shipments

SIZES = (60, 80, 100, 120, 140, 160, 170, 180, 200, 220, 240, 260)
"""Parcel sizes: length, width and height together, in centimetres, as the carriers price them."""


@transaction.atomic
def pick(shipment_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Everything in these shipments has been taken from its place."""
    ready, refused = sift_shipments("pick", shipment_ids)
    if not ready.is_empty():
        Shipment.objects.filter(pk__in=among(ready["id"])).update(state=Shipment.PICKING, picked_at=at)
        quantities.count("picked", ready["id"].to_list())
        refresh(ready["order_id"].unique().to_list())
        publish_frame("shipment.picked", "shipment", _told(ready), actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


@transaction.atomic
def pack(
    shipment_ids: Collection[int], *, size: int = SIZES[0], parcels: int = 1, actor: Actor, at: datetime
) -> Outcome:
    """Everything in these shipments is in its parcels. size: of SIZES; parcels: into how many each was packed."""
    if size not in SIZES:
        sizes = "、".join(map(str, SIZES))
        raise Refused(
            Sentence(_("サイズは %(sizes)s のいずれかにしてください。"), sizes=sizes), code="unknown_size", field="size"
        )
    if parcels < 1:
        raise Refused(Sentence(_("個口数は1以上にしてください。")), code="no_parcels", field="parcels")
    ready, refused = sift_shipments("pack", shipment_ids)
    if not ready.is_empty():
        Shipment.objects.filter(pk__in=among(ready["id"])).update(state=Shipment.PACKED, packed_at=at, size=size)
        quantities.count("packed", ready["id"].to_list())
        refresh(ready["order_id"].unique().to_list())
        told = _told(ready).with_columns(pl.lit(size).alias("size"), pl.lit(parcels).alias("parcels"))
        publish_frame("shipment.packed", "shipment", told, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


def _told(shipments: pl.DataFrame) -> pl.DataFrame:
    return quantities.with_contents(shipments.select("id", "order_id")).rename({"id": "subject_id"})
