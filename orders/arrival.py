"""What an order is looked at for when it arrives: the checks that every client has. Its own rules are orders.ruling.

Every finding names the check and the version of its settings, so that it can be traced to what was in force.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from core.text import search_keys
from orders.reasons import SECOND_LOOK
from orders.ruling.deriving import misplaced

FINDINGS = pl.Schema({"number": pl.String, "rule": pl.String, "version": pl.Int64, "reason": pl.String})
"""Why which order has to be looked at. reason: a key of orders.reasons.VERIFICATION_REASONS."""

_SAME_BUYER = ("buyer", "total", "day")


@dataclass(frozen=True)
class Checks:
    """The checks that come with the portal; each can be switched off. They find under the name of their reason.

    content: there is a note, or a wish that no carrier knows. address: the postcode does not lie in the prefecture.
    credit_from: yen from which an order is checked, None for never. duplicate: the same buyer has ordered for the
    same amount earlier on the same day. days_needed: a wished date fewer days after the order is too near, None for
    any date. second_look: every order has to be seen by another person than who entered it. version: of these settings.
    """

    content: bool = True
    address: bool = True
    credit_from: int | None = 100_000
    duplicate: bool = True
    days_needed: int | None = 1
    second_look: bool = False
    zone: str = "Asia/Tokyo"
    version: int = 1


def evaluate(
    orders: pl.DataFrame,
    *,
    checks: Checks | None = None,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """What is found in these orders (columns of `Intake.orders`), in the schema FINDINGS; cancelled orders have none.

    earlier: orders that came before, with the same columns, of which `duplicate` must know; any time span will do.
    """
    checks = checks or Checks()
    living = prepared(orders.filter(~pl.col("cancelled")), checks.zone)
    found = [pl.DataFrame(schema=FINDINGS)]
    found += [
        _findings(living.filter(which), reason, checks.version, reason)
        for reason, which in _checked(living, checks, earlier)
    ]
    return pl.concat(found, rechunk=True)


def prepared(orders: pl.DataFrame, zone: str = "Asia/Tokyo") -> pl.DataFrame:
    """The orders with what conditions may ask beside the facts: days_to_wish, counted from the order's own day."""
    day = pl.col("ordered_at").dt.convert_time_zone(zone).dt.date()
    return orders.with_columns((pl.col("wished_date") - day).dt.total_days().alias("days_to_wish"), day.alias("day"))


def _findings(orders: pl.DataFrame, rule: str, version: int, reason: str) -> pl.DataFrame:
    return orders.select(
        "number",
        pl.lit(rule).alias("rule"),
        pl.lit(version, pl.Int64).alias("version"),
        pl.lit(reason).alias("reason"),
    )


def _checked(orders: pl.DataFrame, checks: Checks, earlier: pl.DataFrame | None) -> list[tuple[str, pl.Series]]:
    """Reason and orders of each check that is switched on."""
    found: list[tuple[str, pl.Series]] = []
    if checks.content:
        found.append(("content", (orders["note"] != "") | (orders["wished_slot"] == "other")))
    if checks.address:
        found.append(("address", misplaced(orders)))
    if checks.credit_from is not None:
        found.append(("credit", orders["total"] >= checks.credit_from))
    if checks.duplicate:
        found.append(("duplicate", _repeated(orders, checks.zone, earlier)))
    if checks.days_needed is not None:
        found.append(("delivery", (orders["days_to_wish"] < checks.days_needed).fill_null(value=False)))
    if checks.second_look:
        found.append((SECOND_LOOK, pl.repeat(True, orders.height, eager=True)))
    return found


def _repeated(orders: pl.DataFrame, zone: str, earlier: pl.DataFrame | None) -> pl.Series:
    """All but the first of the orders that one buyer placed for one amount on one day."""
    own = _identified(orders).with_columns(mine=pl.lit(value=True))
    before = []
    if earlier is not None:
        others = prepared(earlier, zone).join(orders, on="number", how="anti")
        before = [_identified(others).with_columns(mine=pl.lit(value=False))]
    every = pl.concat([*before, own], rechunk=True).with_row_index()
    first = every.sort("ordered_at", "number").unique(_SAME_BUYER, keep="first", maintain_order=True)
    return every.filter("mine").select(~pl.col("index").is_in(first["index"].implode())).to_series()


def fingerprints(orders: pl.DataFrame, zone: str = "Asia/Tokyo") -> pl.Series:
    """For each order a number that stands for who ordered, for how much, on which day; good within one process."""
    return _identified(prepared(orders, zone)).select(pl.struct(_SAME_BUYER).hash(0).alias("fingerprint")).to_series()


def _identified(orders: pl.DataFrame) -> pl.DataFrame:
    """Who, how much, when: a buyer is known by phone, and without one by name and postcode."""
    named = search_keys(orders["buyer_name"]).alias("name") + orders["buyer_postcode"]
    buyer = pl.when(pl.col("buyer_phone") != "").then("buyer_phone").otherwise(named).alias("buyer")
    return orders.select(buyer, "total", "day", "ordered_at", "number")
