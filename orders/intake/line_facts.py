"""The facts of the lines, and what they come to: the sums of an order are held against its lines."""

from __future__ import annotations

import polars as pl

from orders.intake import values
from orders.intake.charges import CHARGES
from orders.intake.findings import Findings
from orders.intake.frames import PROBLEMS, stacked
from orders.intake.profiles import Profile, Sum

_TEXTS = {"sku": 100, "name": 255, "option": 255}


def line_facts(rows: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines and their problems. rows: as files have them, with `order`, those of an order together."""
    findings = Findings(rows)
    findings.require("sku", "quantity", "unit_price")
    findings.limit(_TEXTS)
    quantity = findings.read("quantity", "broken_number", values.count)
    findings.note("quantity", "quantity_not_positive", (quantity <= 0).fill_null(value=False))
    columns = [
        *(rows[name] for name in ("row", "number", "order", *_TEXTS)),
        quantity,
        findings.read("unit_price", "broken_number", values.price),
        findings.read("tax_rate", "broken_tax_rate", values.tax_rate).fill_null(profile.tax_rate),
        findings.read("line_discount", "broken_number", values.price).fill_null(0),
        *([findings.read("line_postage", "broken_number", values.yen)] if "line_postage" in profile.line else []),
    ]
    named = pl.when(pl.col("name") == "").then("sku").otherwise("name").alias("name")
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    of_first = place.filter(pl.col("order") != pl.col("order").shift(1, fill_value=2**32 - 1)).gather(pl.col("order"))
    line_no = (place - of_first + 1).alias("line_no")
    return pl.DataFrame(columns).with_columns(named, line_no), findings.frame()


def with_sums(
    orders: pl.DataFrame, lines: pl.DataFrame, charges: pl.DataFrame, profile: Profile
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The orders with all amounts worked out, and those whose amounts do not come out. charges: of charges.charged."""
    amount = (pl.col("unit_price") * 100).cast(pl.Int64) * pl.col("quantity")
    of_lines = lines.group_by("order").agg(
        amount.sum().alias("lines_total"),
        (pl.col("line_discount") * 100).cast(pl.Int64).sum().alias("line_discounts"),
        *([pl.col("line_postage").sum().alias("lines_postage")] if "line_postage" in profile.line else []),
        *[amount.filter(pl.col("tax_rate") == rate).sum().alias(f"goods_{rate}") for rate in (10, 8)],
        pl.len().cast(pl.Int64).alias("line_count"),
        pl.col("quantity").sum().alias("units"),
        pl.col("sku").alias("skus"),
    )
    joined = orders.with_row_index("order").join(of_lines, on="order", how="left", maintain_order="left").drop("order")
    if profile.kinds:
        joined = joined.join(charges, on="number", how="left", maintain_order="left").with_columns(
            pl.col(f"charged_{name}").fill_null(0) for name in CHARGES
        )
    problems = [_wrong_sums(joined, wanted) for wanted in profile.sums]
    hundredths = ("lines_total", "line_discounts", "goods_10", "goods_8")
    in_yen = joined.with_columns([(pl.col(name) + 50) // 100 for name in hundredths]).with_columns(**profile.derived)
    return _filled(in_yen), stacked([pl.DataFrame(schema=PROBLEMS), *problems])


def _wrong_sums(orders: pl.DataFrame, wanted: Sum) -> pl.DataFrame:
    """Orders whose stated amount differs by a yen or more from every way to work it out."""
    stated = pl.col(wanted.of) * 100
    off = [(stated - pl.sum_horizontal([_term(term) for term in way])).abs() >= 100 for way in wanted.ways]
    return orders.filter(pl.all_horizontal(off)).select(
        "row",
        pl.lit(wanted.of).alias("field"),
        pl.col(wanted.of).cast(pl.String).alias("value"),
        pl.lit(wanted.code).alias("code"),
        "number",
    )


def _term(term: str) -> pl.Expr:
    name = term.removeprefix("-")
    amount = pl.col(name) if name.startswith("line") else pl.col(name).fill_null(0) * 100
    return -amount if term.startswith("-") else amount


def _filled(orders: pl.DataFrame) -> pl.DataFrame:
    """Amounts that the file left out: nothing, or what the others come to. `other` is a fee, below zero a discount."""
    other = pl.col("other").fill_null(0)
    zero = [pl.col(name).fill_null(0) for name in ("postage", "points", "tax")]
    split = orders.with_columns(
        *zero,
        pl.col("goods_total").fill_null(pl.col("lines_total")),
        pl.col("fee").fill_null(0) + pl.max_horizontal(other, 0),
        pl.col("discount").fill_null(0) + pl.max_horizontal(-other, 0),
    )
    owed = pl.col("goods_total") + pl.col("postage") + pl.col("fee") - pl.col("discount") - pl.col("points")
    return split.with_columns(pl.col("total").fill_null(owed)).drop(
        "other", "subtotal", "lines_total", "line_discounts"
    )
