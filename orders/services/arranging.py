"""What is arranged about an order before it leaves: the day it is to go, its stock and its payment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import polars as pl
from django.db import transaction
from django.db.models import F

from core.batches import Outcome
from core.events import Actor, publish_frame
from orders.models import Line, Order
from orders.queries.facts import among
from orders.services.phases import refresh
from orders.services.sifting import sift_orders


@transaction.atomic
def set_ship_date(order_ids: Collection[int], *, ship_on: date | None, actor: Actor, at: datetime) -> Outcome:
    """Fix the day on which orders are to leave; None: as soon as they can."""
    ready, refused = sift_orders("schedule", order_ids)
    _change(ready["id"], "order.scheduled", {"ship_on": ship_on}, {"ship_on": ship_on}, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


@transaction.atomic
def mark_paid(order_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """The buyers' payments for these orders have come in full."""
    ready, refused = sift_orders("pay", order_ids)
    _change(ready["id"], "order.paid", {"payment": Order.PAID}, {}, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


@transaction.atomic
def allocate(order_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """What these orders waited for has come in: all that is backordered is theirs."""
    ready, refused = sift_orders("allocate", order_ids)
    if not ready.is_empty():
        Line.objects.filter(order__in=among(ready["id"]), backordered__gt=0).update(
            allocated=F("allocated") + F("backordered"), backordered=0
        )
        refresh(ready["id"].to_list())
        told = ready.select(
            pl.col("id").alias("subject_id"), pl.col("id").alias("order_id"), pl.col("backordered").alias("units")
        )
        publish_frame("order.allocated", "order", told, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


def _change(
    order_ids: pl.Series,
    event: str,
    columns: dict[str, object],
    data: dict[str, object],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the same columns to all of the orders, and say so."""
    if len(order_ids):
        Order.objects.filter(pk__in=among(order_ids)).update(**columns)
        refresh(order_ids.to_list())
        told = pl.DataFrame({"subject_id": order_ids, "order_id": order_ids}).with_columns(
            [pl.lit(value).alias(name) for name, value in data.items()]
        )
        publish_frame(event, "order", told, actor=actor, at=at)
