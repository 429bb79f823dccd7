"""What is arranged about an order before it leaves: the day it is to go, and its payment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import polars as pl
from django.db import transaction

from core.batches import Outcome
from core.events import Actor, publish_frame
from orders.models import Order
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
