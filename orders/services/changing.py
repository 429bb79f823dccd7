"""Facts of an order that may change until it is released: where it goes, when it is wished for, what is noted."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core import copying
from core.batches import Outcome
from core.events import Actor, publish_frame
from orders.intake.differing import TAKEN
from orders.services.phases import refresh
from orders.services.sifting import sift_orders

_CHANGE = """
    UPDATE orders_order o SET {assigned}
      FROM unnest({arrays}) AS t (id, {names}) WHERE o.id = t.id
"""


@transaction.atomic
def change(group: str, facts: pl.DataFrame, *, actor: Actor, at: datetime) -> Outcome:
    """Write these facts. group: of TAKEN. facts: id and the columns of the group, a row per order.

    Refused is what the warehouse has been given already, and what is cancelled.
    """
    ready, refused = sift_orders("take_over", facts["id"].to_list())
    going = facts.filter(pl.col("id").is_in(ready["id"].implode())).sort("id")
    if not going.is_empty():
        _write(going, TAKEN[group].columns)
        refresh(going["id"].to_list())
        told = going.select(
            pl.col("id").alias("subject_id"), pl.col("id").alias("order_id"), pl.lit(group).alias("what")
        )
        publish_frame("order.changed", "order", told, actor=actor, at=at)
    return Outcome.of(going["id"], refused)


def _write(facts: pl.DataFrame, columns: tuple[str, ...]) -> None:
    types = ["date" if facts.schema[name] == pl.Date else "text" for name in columns]
    statement = _CHANGE.format(
        assigned=", ".join(f"{name} = t.{name}" for name in columns),
        arrays=", ".join(f"%s::{kind}[]" for kind in ["bigint", *types]),
        names=", ".join(columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [copying.array(facts[name]) for name in ("id", *columns)])
