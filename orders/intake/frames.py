"""The columns of every frame that intake hands over or passes along."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_TEXT, _YEN = pl.String(), pl.Int64()


def _party(side: str) -> dict[str, pl.DataType]:
    parts = ("name", "kana", "phone", "phone_text", "postcode", "prefecture", "address")
    return {f"{side}_{part}": _TEXT for part in parts}


ORDERS = pl.Schema(
    {
        "row": pl.UInt32(),
        "number": _TEXT,
        "ordered_at": pl.Datetime("us", "UTC"),
        **_party("buyer"),
        "buyer_email": _TEXT,
        **_party("ship"),
        "payment_method": _TEXT,
        "delivery_method": _TEXT,
        "cancelled": pl.Boolean(),
        "paid": pl.Boolean(),
        "prepaid": pl.Boolean(),
        **dict.fromkeys(("goods_total", "postage", "fee", "discount", "points", "tax", "total"), _YEN),
        **dict.fromkeys(("tax_10", "tax_8", "goods_10", "goods_8"), _YEN),
        "gift": pl.Boolean(),
        "noshi": _TEXT,
        "wrapping": _TEXT,
        "message": _TEXT,
        "wished_date": pl.Date(),
        "wished_slot": _TEXT,
        "wished_slot_text": _TEXT,
        "note": _TEXT,
        "staff_note": _TEXT,
        "line_count": pl.Int64(),
        "units": pl.Int64(),
        "skus": pl.List(pl.String()),
        "search": _TEXT,
    }
)
"""A row per order. row: its first in the file. Texts are never null.

Phones are as core.text.phone has them, "" where the text is no phone, and *_phone_text is the text; postcodes seven
digits that exist, or "" (the buyer's only). Addresses are whole, as written. prepaid: paid before the goods are sent;
paid: the channel says so, or the way of paying does. Money is whole yen: total = goods_total + postage + fee - discount
- points, and + tax where the channel adds it. tax_10, tax_8: the tax at each rate as the file states it, null where it
does not; goods_10, goods_8: the goods at each rate. wished_slot: of values.SLOTS, or "other", in the file's own words
in wished_slot_text. search: a search_key of numbers, names, kana, phones and e-mail, parted by "|".
"""

LINES = pl.Schema(
    {
        "row": pl.UInt32(),
        "number": _TEXT,
        "line_no": pl.Int64(),
        "sku": _TEXT,
        "name": _TEXT,
        "option": _TEXT,
        "quantity": pl.Int64(),
        "unit_price": pl.Decimal(14, 2),
        "tax_rate": pl.Int64(),
        "line_discount": pl.Decimal(14, 2),
    }
)
"""A row per line, of good orders only, those of an order together. line_no counts from 1 within the order."""

REFUSED = pl.Schema({"row": pl.UInt32(), "column": _TEXT, "value": _TEXT, "code": _TEXT, "number": _TEXT})
"""Every row of a refused order; a row with several problems several times.

row: as a spreadsheet counts, the header is 1. column: as the file names it, "" where it is the whole row. code: of
REASONS. number: null where the row tells none.
"""

REPAIRED = pl.Schema({"row": pl.UInt32(), "column": _TEXT, "before": _TEXT, "after": _TEXT, "number": _TEXT})
"""Phones and postcodes of good orders that were put right: a lost zero restored, full-width digits narrowed."""

PROBLEMS = pl.Schema({"row": pl.UInt32(), "field": _TEXT, "value": _TEXT, "code": _TEXT, "number": _TEXT})
"""REFUSED before the fields of the profile are named as the file names them."""

REPAIRS = pl.Schema({"row": pl.UInt32(), "field": _TEXT, "before": _TEXT, "after": _TEXT, "number": _TEXT})
"""REPAIRED before the fields of the profile are named as the file names them."""


def stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One below the other, in one piece: polars 2.1 panics in some text functions where one of the pieces is empty."""
    return pl.concat(frames, rechunk=True)


def conform(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """The columns of the schema in its order and types; a value that does not fit is a bug, and raises."""
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
