"""What a file says of orders that are here already: which they are, and what of them differs."""

from __future__ import annotations

import polars as pl

from core import copying
from orders.intake import Intake as Part
from orders.intake.differing import COMPARED, SAME_SIGNS
from orders.models import Intake, Order

KNOWN = pl.Schema({"number": pl.String, "id": pl.Int64, **dict.fromkeys(COMPARED, pl.String)})
"""An order that is here: what a file may say differently of it, as text, as COMPARED names it."""

_AS_TEXT = {
    "wished_date": "coalesce(to_char(o.wished_date, 'YYYY-MM-DD'), '')",
    "total": "o.total::bigint::text",
    "cancelled": "CASE WHEN o.phase = 'cancelled' THEN 'true' ELSE '' END",
    "paid": f"CASE WHEN o.payment = '{Order.PAID}' THEN 'true' ELSE '' END",
    "lines": "(SELECT string_agg(l.sku || ' × ' || l.ordered, E'\\n' ORDER BY l.position)"
    " FROM orders_line l WHERE l.order_id = o.id)",
}
_KNOWN = f"""
    SELECT o.number, o.id, {", ".join(_AS_TEXT.get(name, f"o.{name}") for name in COMPARED)}
      FROM orders_order o WHERE o.channel_id = %s AND o.number = ANY(string_to_array(%s, E'\\n'))
"""  # noqa: S608 (our own words)


def known(intake: Intake, part: Part) -> pl.DataFrame:
    """The orders of this part that are here already, as KNOWN."""
    if part.orders.is_empty():
        return pl.DataFrame(schema=KNOWN)
    return copying.read(_KNOWN, [intake.channel_id, part.orders["number"].str.join("\n").item()], KNOWN)


def kept_phone(party: str) -> pl.Expr:
    """The number, or what was written where it is none: somebody may still read it."""
    number = pl.col(f"{party}_phone")
    return (
        pl.when(number != "")
        .then(number)
        .otherwise(pl.col(f"{party}_phone_text").str.slice(0, 30))
        .alias(number.meta.output_name())
    )


def differences(part: Part, known: pl.DataFrame) -> pl.DataFrame:
    """order_id, number, field, before and after: a row for each field in which a known order differs.

    A cancellation or payment that the file does not speak of is no difference; it only ever adds one.
    """
    said = _said(part, known)
    pairs = known.join(said, on="number", suffix="_said")
    rows = [
        pairs.filter(_same(name) != _same(f"{name}_said")).select(
            pl.col("id").alias("order_id"),
            "number",
            pl.lit(name).alias("field"),
            pl.col(name).alias("before"),
            pl.col(f"{name}_said").alias("after"),
        )
        for name in COMPARED
    ]
    added = pl.col("field").is_in(["cancelled", "paid"]) & (pl.col("after") == "")
    return pl.concat(rows).filter(~added).sort("order_id", maintain_order=True)


def _same(column: str) -> pl.Expr:
    """The text as it is in every encoding."""
    return pl.col(column).str.replace_many(dict(SAME_SIGNS))


def _said(part: Part, known: pl.DataFrame) -> pl.DataFrame:
    """What the file says of the known orders, as text, in the columns of KNOWN but the id."""
    numbers = known["number"].implode()
    orders = part.orders.filter(pl.col("number").is_in(numbers)).with_columns(kept_phone("ship"))
    lines = (
        part.lines.filter(pl.col("number").is_in(numbers))
        .group_by("number", maintain_order=True)
        .agg(pl.format("{} × {}", "sku", "quantity").str.join("\n").alias("lines"))
    )
    flags = [pl.when(name).then(pl.lit("true")).otherwise(pl.lit("")).alias(name) for name in ("cancelled", "paid")]
    texts = [
        pl.col("wished_date").dt.to_string("%Y-%m-%d").fill_null(""),
        pl.col("total").cast(pl.String),
        *flags,
    ]
    joined = orders.join(lines, on="number", how="left", maintain_order="left").with_columns(texts)
    return joined.select("number", *(pl.col(name).cast(pl.String).fill_null("") for name in COMPARED))
