"""What the carriers say of parcels on their way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import transaction

from core.batches import Outcome
from core.events import Actor, publish_frame
from orders.models import Order, Shipment
from orders.queries import facts
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.shipping import quantities
from orders.services.sifting import sift_shipments


@transaction.atomic
def deliver(shipment_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These shipments have arrived. The carrier's word is taken even where nobody has said yet that they left."""
    ready, refused = sift_shipments("deliver", shipment_ids)
    if not ready.is_empty():
        Shipment.objects.filter(pk__in=among(ready["id"])).update(state=Shipment.DELIVERED, delivered_at=at)
        quantities.count("delivered", ready["id"].to_list())
        orders = ready["order_id"].unique().to_list()
        whole = facts.of_orders(orders).filter(pl.col("delivered") >= pl.col("open"))["id"]
        Order.objects.filter(pk__in=among(whole)).update(delivered_at=at)
        refresh(orders)
        told = quantities.with_contents(ready.select("id", "order_id")).rename({"id": "subject_id"})
        publish_frame("shipment.delivered", "shipment", told, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)
