"""From cells to orders: every check, then the good orders apart from the rows to mend.

One bad row refuses its whole order, so that the file to mend holds the whole order.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from orders.intake import values
from orders.intake.findings import Findings
from orders.intake.frames import LINES, ORDERS, PROBLEMS, conform
from orders.intake.layouts import Layout
from orders.intake.order_facts import order_facts
from orders.intake.profiles import Profile, Sum
from orders.intake.reasons import SAME_ORDER

LINE_TEXTS = {"sku": 100, "name": 255, "option": 255}


@dataclass(frozen=True)
class Counts:
    """rows: with anything in them, the header not counted. refused_orders counts those whose number could be read."""

    rows: int
    orders: int
    refused_rows: int
    refused_orders: int
    repairs: int

    def __add__(self, other: Counts) -> Counts:
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Counts(*(one + another for one, another in pairs))


@dataclass(frozen=True)
class Intake:
    """What a file, or a part of one, came to.

    The frames have the columns of orders.intake.frames: ORDERS, LINES, REFUSED and REPAIRED; orders and refused rows
    stand in the order of the file. layout: how the file was read, with its encoding and header.
    """

    orders: pl.DataFrame
    lines: pl.DataFrame
    refused: pl.DataFrame
    repairs: pl.DataFrame
    counts: Counts
    layout: Layout


def judge(cells: pl.DataFrame, unreadable: pl.DataFrame, layout: Layout) -> Intake:
    """Check whole orders. cells, unreadable: as in a Piece, every row of an order in the same call."""
    profile = layout.profile
    numbered, heads = _grouped(cells)
    orders, order_problems, repairs = order_facts(heads, profile)
    lines, line_problems = _line_facts(numbered, profile)
    conflicts = _conflicts(numbered, heads, profile)
    problems = pl.concat([unreadable, _without_number(cells), order_problems, line_problems, conflicts])
    orders, sum_problems = _sums(orders, lines, profile)
    problems = pl.concat([problems, _only_new(sum_problems, problems)])
    if not problems.is_empty():
        refused = pl.col("number").is_in(problems["number"].drop_nulls().unique().implode())
        problems = pl.concat([problems, _companions(numbered.filter(refused), problems)])
        orders, lines, repairs = orders.filter(~refused), lines.filter(~refused), repairs.filter(~refused)
    counts = Counts(
        rows=cells.height + unreadable["row"].n_unique(),
        orders=orders.height,
        refused_rows=problems["row"].n_unique(),
        refused_orders=problems["number"].drop_nulls().n_unique(),
        repairs=repairs.height,
    )
    refused_rows = _labelled(problems.sort("row", maintain_order=True), layout)
    orders, lines = conform(orders, ORDERS), conform(lines, LINES)
    return Intake(orders, lines, refused_rows, _labelled(repairs, layout), counts, layout)


def _grouped(cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with a number, those of an order together, with `order`, its place; and the first row of each."""
    numbered = cells if not (cells["number"] == "").any() else cells.filter(pl.col("number") != "")
    first = numbered["number"].is_first_distinct()
    heads = numbered.filter(first)
    if (first | (numbered["number"] == numbered["number"].shift(1))).all():
        return numbered.with_columns((first.cast(pl.UInt32).cum_sum() - 1).alias("order")), heads
    places = heads.select("number").with_row_index("order")
    return numbered.join(places, on="number", how="left").sort("order", "row"), heads


def _only_new(problems: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Those of orders that nothing is known about yet: sums come out wrong where a line is missing or unread."""
    return problems.join(known, on="number", how="anti", maintain_order="left")


def _labelled(found: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """With the file's own column names in place of the fields."""
    names = {name: layout.label(name) for name in found["field"].unique()}
    return found.with_columns(pl.col("field").replace_strict(names, default="", return_dtype=pl.String)).rename(
        {"field": "column"}
    )


def _without_number(cells: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(None, pl.String).alias("number")
    return cells.filter(pl.col("number") == "").select(
        "row", pl.lit("number").alias("field"), pl.lit("").alias("value"), pl.lit("missing").alias("code"), none
    )


def _companions(rows: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    return rows.join(problems, on="row", how="anti", maintain_order="left").select(
        "row",
        pl.lit("number").alias("field"),
        pl.col("number").alias("value"),
        pl.lit(SAME_ORDER).alias("code"),
        "number",
    )


def _line_facts(rows: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    findings = Findings(rows)
    findings.require("sku", "quantity", "unit_price")
    findings.limit(LINE_TEXTS)
    quantity = findings.read("quantity", "broken_number", values.count)
    findings.note("quantity", "quantity_not_positive", (quantity <= 0).fill_null(value=False))
    columns = [
        *(rows[name] for name in ("row", "number", "order", *LINE_TEXTS)),
        quantity,
        findings.read("unit_price", "broken_number", values.price),
        findings.read("tax_rate", "broken_tax_rate", values.tax_rate).fill_null(profile.tax_rate),
        findings.read("line_discount", "broken_number", values.price).fill_null(0),
    ]
    named = pl.when(pl.col("name") == "").then("sku").otherwise("name").alias("name")
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    of_first = place.filter(pl.col("order") != pl.col("order").shift(1, fill_value=2**32 - 1)).gather(pl.col("order"))
    line_no = (place - of_first + 1).alias("line_no")
    return pl.DataFrame(columns).with_columns(named, line_no), findings.frame()


def _sums(orders: pl.DataFrame, lines: pl.DataFrame, profile: Profile) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The orders with all amounts worked out, and those whose amounts do not come out."""
    amount = (pl.col("unit_price") * 100).cast(pl.Int64) * pl.col("quantity")
    of_lines = lines.group_by("order").agg(
        amount.sum().alias("lines_total"),
        (pl.col("line_discount") * 100).cast(pl.Int64).sum().alias("line_discounts"),
        *[amount.filter(pl.col("tax_rate") == rate).sum().alias(f"goods_{rate}") for rate in (10, 8)],
        pl.len().cast(pl.Int64).alias("line_count"),
        pl.col("quantity").sum().alias("units"),
        pl.col("sku").alias("skus"),
    )
    joined = orders.with_row_index("order").join(of_lines, on="order", how="left", maintain_order="left").drop("order")
    problems = [_wrong_sums(joined, wanted) for wanted in profile.sums]
    hundredths = ("lines_total", "line_discounts", "goods_10", "goods_8")
    in_yen = joined.with_columns([(pl.col(name) + 50) // 100 for name in hundredths]).with_columns(**profile.derived)
    return _filled(in_yen), pl.concat([pl.DataFrame(schema=PROBLEMS), *problems])


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


def _conflicts(rows: pl.DataFrame, heads: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Rows whose order-level cells differ from those of the first row of their order.

    Where facts are carried forward from the first row, only rows that state any again can differ.
    """
    facts = [name for name in profile.order if name != "number"]
    stating = rows.filter(pl.col("ordered_at") != "") if profile.carry_forward else rows
    differs = pl.any_horizontal([pl.col(name) != pl.col(name).shift(1) for name in facts])
    changing = stating.filter((pl.col("order") == pl.col("order").shift(1)) & differs)
    if changing.is_empty():
        return pl.DataFrame(schema=PROBLEMS)
    suspects = stating.filter(pl.col("order").is_in(changing["order"].unique().implode()))
    beside = suspects.join(heads, on="number", suffix="_first", maintain_order="left")
    differing = {name: pl.col(name) != pl.col(f"{name}_first") for name in ["destination", *facts]}
    field = pl.coalesce([pl.when(differs).then(pl.lit(name)) for name, differs in differing.items()])
    value = pl.coalesce([pl.when(differs).then(pl.col(name)) for name, differs in differing.items()])
    code = pl.when(differing["destination"]).then(pl.lit("several_destinations")).otherwise(pl.lit("conflicting_order"))
    conflicts = beside.select("row", field.alias("field"), value.alias("value"), code.alias("code"), "number")
    return conflicts.filter(pl.col("field").is_not_null())
