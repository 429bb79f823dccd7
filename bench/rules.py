"""Thirty rules at arrival over very many orders.

Limit: the same conditions and changes by bare polars expressions over columns that are ready, all rules in one pass,
with nothing watched, nothing logged, and no rule seeing what another did.
"""

from __future__ import annotations

import statistics
from typing import Any

import polars as pl

from bench.figures import REPEATS, Figure, Size, timed
from core.text import search_keys
from integrations.channels.nextengine.profile import PROFILE
from integrations.channels.nextengine.sample import SHOP
from integrations.channels.samples import make
from orders.intake import read
from orders.ruling.actions import read_actions
from orders.ruling.conditions import read_condition
from orders.ruling.running import Rule, apply
from orders.ruling.subjects import STATE, Subjects

RULES = 30
AREAS = ("北海道", "沖縄県", "東京都", "大阪府", "福岡県", "愛知県")


def measure(size: Size) -> list[Figure]:
    """Time of the rules against bare polars."""
    orders, lines = _arriving(size.ruled_orders)
    rules = [_rule(nth) for nth in range(RULES)]
    runs = [
        (timed(lambda: apply(rules, Subjects(orders, lines))), timed(lambda: _bare(orders))) for _nth in range(REPEATS)
    ]
    ours, bare = (statistics.median(column) for column in zip(*runs, strict=True))
    found = apply(rules, Subjects(orders, lines)).effects.height
    detail = f"{orders.height} orders, {found} effects: {ours:.2f} s, {bare:.2f} s"
    return [Figure("30 rules at arrival / bare polars", ours / bare, "×", 2.0, detail=detail)]


def _arriving(count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Orders of a file and their lines, as they are handed to the rules."""
    intake = read(make(SHOP, orders=count, seed=9, month="2026-10").data, PROFILE)
    blank: dict[str, Any] = {"carrier": "", "temperature": "", "priority": 0, "channel": "shop"}
    blank |= {name: [] for name in ("tags", "muted_mails", "held_for", "open_reasons")}
    orders = intake.orders.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("key"))
    orders = orders.with_columns(
        pl.lit(blank.get(name), dtype=dtype).alias(name) for name, dtype in STATE.items() if name != "key"
    )
    lines = intake.lines.join(orders.select("number", "key"), on="number", maintain_order="left")
    return orders, lines.with_columns(pl.lit("stock").alias("branch"))


def _rule(nth: int) -> Rule:
    """A rule as people make them: two conditions and two actions, over different fields."""
    asked = (
        {"field": "ship_prefecture", "op": "in", "value": [AREAS[nth % 6], AREAS[(nth + 1) % 6]]},
        {"field": "note", "op": "contains", "value": "玄関"},
        {"field": "payment_method", "op": "contains", "value": "代"},
    )[nth % 3]
    condition = {"all": [asked, {"field": "total", "op": "gte", "value": 1000 * nth}]}
    actions = [{"do": "tag", "tag": f"規則{nth}"}, {"do": "set_priority", "priority": str(nth % 2 + 1)}]
    return Rule(nth + 1, f"規則{nth}", 1, read_condition(condition), read_actions(actions))


def _bare(orders: pl.DataFrame) -> pl.DataFrame:
    names = ("ship_prefecture", "note", "payment_method")
    keyed = orders.with_columns(search_keys(orders[name]).alias(f"{name} key") for name in names)
    asked = keyed.with_columns(_bare_condition(nth).alias(f"rule {nth}") for nth in range(RULES))
    tags = [pl.when(f"rule {nth}").then(pl.lit(f"規則{nth}")) for nth in range(RULES)]
    urgent = [pl.when(f"rule {nth}").then(nth % 2 + 1) for nth in range(RULES)]
    return asked.with_columns(
        pl.concat_list(tags).list.drop_nulls().alias("tags"), pl.coalesce(*urgent[::-1], 0).alias("priority")
    )


def _bare_condition(nth: int) -> pl.Expr:
    asked = (
        pl.col("ship_prefecture key").is_in([AREAS[nth % 6], AREAS[(nth + 1) % 6]]),
        pl.col("note key").str.contains("玄関", literal=True),
        pl.col("payment_method key").str.contains("代", literal=True),
    )[nth % 3]
    return asked & (pl.col("total") >= 1000 * nth)
