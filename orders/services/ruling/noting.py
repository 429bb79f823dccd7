"""The log of what rules did: a row for each effect, and one event for each order and rule."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from core import copying
from core.events import Actor, publish_frame
from orders.ruling.running import EFFECTS


def log(effects: pl.DataFrame, *, names: dict[int, str], again: bool = False, actor: Actor, at: datetime) -> None:
    """Write the effects (EFFECTS, `key` is the order's id) and tell of them. names: those of the rules, by id."""
    if effects.is_empty():
        return
    rows = effects.select(
        pl.col("key").alias("order_id"),
        "rule_id",
        "version",
        "action",
        "before",
        "after",
        pl.lit(value=again).alias("again"),
        pl.lit(at).alias("at"),
    )
    copying.copy("orders_ruleeffect", rows)
    told = effects.group_by("key", "rule_id", "version", maintain_order=True).agg(pl.col("action").alias("actions"))
    told = told.select(
        pl.col("key").alias("subject_id"),
        pl.col("key").alias("order_id"),
        "rule_id",
        pl.col("rule_id").replace_strict(names, return_dtype=pl.String).alias("rule"),
        "version",
        "actions",
    )
    publish_frame("order.ruled_again" if again else "order.ruled", "order", told, actor=actor, at=at)


def with_ids(effects: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """EFFECTS by the ids of the orders. orders: key and id."""
    joined = effects.join(orders.select("key", "id"), on="key", maintain_order="left")
    return joined.with_columns(pl.col("id").alias("key")).select(EFFECTS.names())
