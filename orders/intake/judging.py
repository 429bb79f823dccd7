"""From cells to orders: every check, then the good orders apart from the rows to mend.

One bad row refuses its whole order, so that the file to mend holds the whole order.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from orders.intake.charges import charged, parted
from orders.intake.frames import LINES, ORDERS, PROBLEMS, conform, stacked
from orders.intake.layouts import Layout
from orders.intake.line_facts import line_facts, with_sums
from orders.intake.order_facts import order_facts
from orders.intake.profiles import Profile
from orders.intake.reasons import SAME_ORDER


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
    goods, charges = parted(cells, profile)
    numbered, heads = _grouped(goods)
    orders, order_problems, repairs = order_facts(heads, profile)
    lines, line_problems = line_facts(numbered, profile)
    amounts, charge_problems = charged(charges, heads)
    conflicts = _conflicts(numbered, heads, profile)
    problems = stacked([unreadable, _without_number(cells), order_problems, line_problems, charge_problems, conflicts])
    orders, sum_problems = with_sums(orders, lines, amounts, profile)
    problems = stacked([problems, _only_new(sum_problems, problems)])
    if not problems.is_empty():
        refused = pl.col("number").is_in(problems["number"].drop_nulls().unique().implode())
        rows_of = [rows.select("row", "number").filter(refused) for rows in (numbered, charges)]
        problems = stacked([problems, _companions(stacked(rows_of).unique("row", maintain_order=True), problems)])
        orders, lines, repairs = orders.filter(~refused), lines.filter(~refused), repairs.filter(~refused)
    rows = cells["row"].n_unique() + unreadable["row"].n_unique()
    return Intake(
        orders=conform(orders, ORDERS),
        lines=conform(lines, LINES),
        refused=_labelled(problems.sort("row", maintain_order=True), layout),
        repairs=_labelled(repairs, layout),
        counts=_counts(rows, orders, problems, repairs),
        layout=layout,
    )


def _counts(rows: int, orders: pl.DataFrame, problems: pl.DataFrame, repairs: pl.DataFrame) -> Counts:
    return Counts(
        rows=rows,
        orders=orders.height,
        refused_rows=problems["row"].n_unique(),
        refused_orders=problems["number"].drop_nulls().n_unique(),
        repairs=repairs.height,
    )


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
