"""Amazon order reports: a row per item of an order, tab-separated, cp932 in Japan, moments with their offset.

Two reports, told apart by their columns: new orders, with amounts, and unshipped orders of Japan, without any; orders
of the latter come in at 0 yen. item-price and shipping-price are read as the price of the whole row with its tax, which
is not established. Which columns there are depends on the settings of the account. Source: column lists kept by users.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from orders.intake import Profile, Source, col, either, joined

_ON_DELIVERY = ["COD", "CashOnDelivery"]


def _unit_price() -> Source:
    """The price of the row by its quantity; nothing where the report has no prices at all."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        price, quantity, to_ship = cells
        each = price.cast(pl.Decimal(14, 2), strict=False) / quantity.cast(pl.Int64, strict=False)
        whole = pl.when(quantity.cast(pl.Int64, strict=False) > 0).then(each.round(2).cast(pl.String))
        without = pl.when((price == "") & (to_ship != "")).then(pl.lit("0"))
        return pl.coalesce(without, whole, price)

    return Source((("item-price",), ("quantity-purchased",), ("quantity-to-ship",)), build)


def _payment_method() -> Source:
    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        return pl.when(cells[0].is_in(_ON_DELIVERY)).then(pl.lit("代金引換")).otherwise(cells[0])

    return Source((("payment-method",),), build)


def _paid() -> Source:
    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        paid_at, method = cells
        return pl.when(~method.is_in(_ON_DELIVERY)).then(paid_at).otherwise(pl.lit(""))

    return Source((("payments-date",), ("payment-method",)), build)


PROFILE = Profile(
    code="amazon",
    name="Amazon 注文レポート",
    order={
        "number": col("order-id"),
        "ordered_at": col("purchase-date"),
        "paid": _paid(),
        "buyer_name": col("buyer-name"),
        "buyer_email": col("buyer-email"),
        "buyer_phone": col("buyer-phone-number"),
        "ship_name": col("recipient-name"),
        "ship_postcode": col("ship-postal-code"),
        "ship_prefecture": col("ship-state"),
        "ship_address": joined(
            col("ship-state"), col("ship-city"), col("ship-address-1"), col("ship-address-2"), col("ship-address-3")
        ),
        "ship_country": col("ship-country"),
        "ship_phone": either(col("ship-phone-number"), col("buyer-phone-number")),
        "payment_method": _payment_method(),
        "fee": col("payment-method-fee"),
        "delivery_method": col("ship-service-level"),
        "wished_date": col("delivery-start-date", "scheduled-delivery-start-date"),
        "wished_slot": col("delivery-time-zone"),
        "note": col("delivery-Instructions"),
        "staff_note": col("sales-channel"),
    },
    line={
        "sku": col("sku"),
        "name": col("product-name"),
        "quantity": either(col("quantity-to-ship"), col("quantity-purchased")),
        "unit_price": _unit_price(),
        "line_postage": col("shipping-price"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity"),
    number_pattern=r"^[0-9]{3}-[0-9]{7}-[0-9]{7}$",
    separators=("\t", ","),
    derived={"postage": pl.col("lines_postage")},
)
