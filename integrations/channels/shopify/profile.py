"""Shopify orders export: a row per line, order-level cells on the first row of an order only, 79 columns in UTF-8.

Japanese shops: phones as +81…, the prefecture as a code (JP-13), the wished day and time as "key: value" lines in
Note Attributes. Subtotal is what the goods cost after discounts. Source: help.shopify.com, "Exporting orders".
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from core.text import PREFECTURE_CODES
from orders.intake import Profile, Source, Sum, col, either, found

_TAXES = tuple((f"Tax {number} {part}",) for number in range(1, 6) for part in ("Name", "Value"))
_DAY = r"(?m)^(?:配送希望日|お届け希望日|配達希望日|希望日|Delivery Date|delivery_date)\s*[:：]\s*(.+)$"
_TIME = (
    r"(?m)^(?:配送希望時間帯?|お届け希望時間帯?|配達希望時間帯?|時間指定|Delivery Time|delivery_time)\s*[:：]\s*(.+)$"
)


def _tax_of(rate: int) -> Source:
    """The value of the tax whose name has this rate in it ("消費税 8%")."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        pairs = zip(cells[::2], cells[1::2], strict=True)
        named = [pl.when(name.str.contains(rf"(?:^|[^0-9]){rate}(?:\.0)?%")).then(value) for name, value in pairs]
        return pl.coalesce([*named, pl.lit("")])

    return Source(_TAXES, build)


def _address(side: str) -> Source:
    """Prefecture, city, street, building and company as one Japanese address."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        province, city, street, building, company = cells
        behind = [pl.when(cell != "").then(" " + cell).otherwise(pl.lit("")) for cell in (building, company)]
        return pl.concat_str(province.replace(dict(PREFECTURE_CODES)), city, street, *behind)

    names = ("Province", "City", "Address1", "Address2", "Company")
    return Source(tuple((f"{side} {name}",) for name in names), build)


def _party(side: str) -> dict[str, Source]:
    return {
        "name": col(f"{side} Name"),
        "postcode": col(f"{side} Zip"),
        "prefecture": either(col(f"{side} Province"), col(f"{side} Province Name")),
        "address": _address(side),
        "country": col(f"{side} Country"),
    }


PROFILE = Profile(
    code="shopify",
    name="Shopify 注文エクスポート",
    order={
        "number": col("Name"),
        "ordered_at": col("Created at"),
        "status": col("Financial Status"),
        "shipped": found(col("Fulfillment Status"), "^(fulfilled|partial)$"),
        "cancelled": col("Cancelled at"),
        **{f"buyer_{part}": source for part, source in _party("Billing").items()},
        "buyer_email": col("Email"),
        "buyer_phone": either(col("Billing Phone"), col("Phone")),
        **{f"ship_{part}": source for part, source in _party("Shipping").items()},
        "ship_phone": either(col("Shipping Phone"), col("Phone"), col("Billing Phone")),
        "payment_method": col("Payment Method"),
        "delivery_method": col("Shipping Method"),
        "subtotal": col("Subtotal"),
        "discount": col("Discount Amount"),
        "postage": col("Shipping"),
        "tax": col("Taxes"),
        "tax_10": _tax_of(10),
        "tax_8": _tax_of(8),
        "total": col("Total"),
        "wished_date": found(col("Note Attributes"), _DAY),
        "wished_slot": found(col("Note Attributes"), _TIME),
        "note": col("Notes"),
        "staff_note": col("Tags"),
    },
    line={
        "sku": col("Lineitem sku"),
        "name": col("Lineitem name"),
        "quantity": col("Lineitem quantity"),
        "unit_price": col("Lineitem price"),
        "line_discount": col("Lineitem discount"),
    },
    required=("number", "ordered_at", "total", "ship_name", "ship_postcode", "sku", "quantity", "unit_price"),
    encoding="utf-8",
    carry_forward=True,
    statuses={
        "paid": "paid",
        "authorized": "paid",
        "partially_refunded": "paid",
        "pending": "open",
        "partially_paid": "open",
        "refunded": "cancelled",
        "voided": "cancelled",
        "expired": "cancelled",
    },
    derived={"goods_total": pl.col("lines_total"), "discount": pl.col("lines_total") - pl.col("subtotal")},
    sums=(
        Sum(
            "lines_total",
            "subtotal",
            (
                ("lines_total", "-line_discounts", "-discount"),
                ("lines_total", "-line_discounts"),
                ("lines_total", "-discount"),
            ),
        ),
        Sum(
            "order_total",
            "total",
            (("subtotal", "postage"), ("subtotal", "postage", "tax"), ("subtotal", "postage", "-discount")),
        ),
    ),
)
