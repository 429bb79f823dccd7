"""The end of an order: delivered, and nobody has anything more to say."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import polars as pl
from django.db import transaction

from core.batches import Outcome
from core.events import Actor, publish_frame
from orders.lifecycle import AUTO_COMPLETE_DAYS
from orders.models import Order
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.sifting import sift_orders

BATCH = 10_000


@transaction.atomic
def complete(order_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These orders are done. What is not delivered as a whole, or held or returned, is refused."""
    ready, refused = sift_orders("complete", order_ids)
    if not ready.is_empty():
        Order.objects.filter(pk__in=among(ready["id"])).update(completed_at=at)
        refresh(ready["id"].to_list())
        told = ready.select(pl.col("id").alias("subject_id"), pl.col("id").alias("order_id"))
        publish_frame("order.completed", "order", told, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


def complete_due(*, actor: Actor, at: datetime) -> int:
    """Complete what was delivered AUTO_COMPLETE_DAYS ago; returns how many, BATCH at most."""
    due = Order.objects.filter(phase="delivered", delivered_at__lte=at - timedelta(days=AUTO_COMPLETE_DAYS))
    keys = list(due.order_by("id").values_list("pk", flat=True)[:BATCH])
    return len(complete(keys, actor=actor, at=at).done)
