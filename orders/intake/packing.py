"""All items of an order in one row ("L1=bara60&L2=bara80"), spread out to a row per item."""

from __future__ import annotations

import polars as pl

_PART = r"^L[0-9]+="
_NEXT = r"&(L[0-9]+=)"
_BREAK = "\x1f"


def spread(cells: pl.DataFrame, fields: tuple[str, ...]) -> pl.DataFrame:
    """A row per item, under the row's own number. fields: the packed ones; the first says how many items there are.

    A cell that is not packed holds for all items of its row, but a single quantity for several items holds for none.
    """
    lead = fields[0]
    packed = pl.col(lead).str.contains(_PART)
    if not cells.select(packed.any()).item():
        return cells
    parts = [
        pl.col(name).str.replace_all(_NEXT, f"{_BREAK}$1").str.split(_BREAK).alias(f"{name}_parts") for name in fields
    ]
    counted = cells.with_columns(*parts).with_columns(
        pl.int_ranges(0, pl.col(f"{lead}_parts").list.len()).alias("nth"),
        pl.col(f"{lead}_parts").list.len().alias("items"),
    )
    return counted.explode("nth", empty_as_null=True).with_columns(_part(name) for name in fields).select(cells.columns)


def _part(name: str) -> pl.Expr:
    own = pl.col(f"{name}_parts").list.get(pl.col("nth"), null_on_oob=True).fill_null("").str.replace(_PART, "")
    shared = pl.lit("") if name == "quantity" else pl.col(name)
    picked = pl.when((pl.col("items") > 1) & ~pl.col(name).str.contains(_PART)).then(shared).otherwise(own)
    # A quantity may name its item once more: "bara60:2".
    return (picked.str.replace("^.*:", "") if name == "quantity" else picked).str.strip_chars().alias(name)
