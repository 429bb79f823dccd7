"""Rows of an order that are no goods: postage, fees, discounts and points that a channel writes below the items."""

from __future__ import annotations

import polars as pl

from orders.intake import values
from orders.intake.findings import Findings
from orders.intake.frames import PROBLEMS
from orders.intake.profiles import KINDS, Profile

CHARGES = tuple(sorted(KINDS - {"goods"}))
_NONE = pl.DataFrame(schema={"number": pl.String, **{f"charged_{name}": pl.Int64 for name in CHARGES}})
_SUBTRACTED = ("discount", "points")


def parted(cells: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of goods, and the rows of charges with `charge`, one of CHARGES. A row of no known kind is goods."""
    if not profile.kinds:
        return cells, cells.clear()
    kind = pl.col("kind").replace_strict(dict(profile.kinds), default="goods", return_dtype=pl.String)
    known = cells.with_columns(kind.alias("charge"))
    goods = (known["charge"] == "goods") | (known["number"] == "")
    return known.filter(goods).drop("charge"), known.filter(~goods)


def charged(charges: pl.DataFrame, orders: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the charges of each order come to (number and charged_* in yen), and their problems.

    What takes away from the total counts up: a discount of -300 is 300. orders: number of those that have goods.
    """
    if charges.is_empty():
        return _NONE.clear(), pl.DataFrame(schema=PROBLEMS)
    findings = Findings(charges)
    findings.require("unit_price")
    findings.note("number", "no_goods", ~charges["number"].is_in(orders["number"].implode()))
    amounts = pl.DataFrame(
        [
            charges["number"],
            charges["charge"],
            findings.read("unit_price", "broken_number", values.price),
            findings.read("quantity", "broken_number", values.count).fill_null(1),
        ]
    )
    yen = ((pl.col("unit_price") * 100).cast(pl.Int64) * pl.col("quantity") + 50) // 100
    sums = [
        (yen.filter(pl.col("charge") == name).sum() * (-1 if name in _SUBTRACTED else 1)).alias(f"charged_{name}")
        for name in CHARGES
    ]
    return amounts.group_by("number").agg(sums), findings.frame()
