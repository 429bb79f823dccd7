"""Yahoo!ショッピング 注文CSV: two files, Orders and Items, joined on OrderId; or one file.

In the one file an order has a row per item, or a single row with its items packed into the cells of ItemId and
QuantityDetail ("L1=bara60&L2=bara80"). A packed file without UnitPrice has no prices of items: they come in at 0 yen.
Which columns a file has is chosen by the shop's template; they are named as the fields of the orderInfo API. cp932 is
what the files are read to be written in, which is not established. Moments are YYYYMMDDhhmmss, or with signs.
Source: developer.yahoo.co.jp, orderList and orderInfo; the single files from public code.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from orders.intake import Pair, Profile, Source, Sum, added, col, either, joined

_OWED = ("lines_total", "postage", "fee", "other", "-points", "-discount")


def _address(side: str) -> Source:
    """The parts where the file has any, else all of it as one cell."""
    names = ("Prefecture", "City", "Address1", "Address2", "AddressFull")

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        prefecture, city, street, building, full = cells
        behind = pl.when(building != "").then(" " + building).otherwise(pl.lit(""))
        parts = pl.concat_str(prefecture, city, street, behind)
        return pl.when((city == "") & (street == "") & (full != "")).then(full).otherwise(parts)

    return Source(tuple((f"{side}{name}",) for name in names), build)


def _party(side: str) -> dict[str, Source]:
    return {
        "name": either(col(f"{side}Name"), joined(col(f"{side}LastName"), col(f"{side}FirstName"), glue=" ")),
        "kana": joined(col(f"{side}LastNameKana"), col(f"{side}FirstNameKana"), glue=" "),
        "phone": col(f"{side}PhoneNumber"),
        "postcode": col(f"{side}ZipCode"),
        "prefecture": col(f"{side}Prefecture"),
        "address": _address(side),
    }


def _unit_price() -> Source:
    """The price; nothing where the file is packed and has no prices at all."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        price, packed = cells
        return pl.when((price == "") & (packed != "")).then(pl.lit("0")).otherwise(price)

    return Source((("UnitPrice",), ("QuantityDetail",)), build)


PROFILE = Profile(
    code="yahoo",
    name="Yahoo!ショッピング 注文CSV",
    order={
        "number": col("OrderId"),
        "ordered_at": col("OrderTime"),
        "status": col("OrderStatus"),
        "paid": col("PayStatus"),
        **{f"buyer_{part}": source for part, source in _party("Bill").items()},
        "buyer_email": col("BillMailAddress"),
        **{f"ship_{part}": source for part, source in _party("Ship").items()},
        "payment_method": col("PayMethodName", "PayMethod"),
        "delivery_method": col("ShipMethodName", "ShipMethod"),
        "postage": col("ShipCharge"),
        "fee": col("PayCharge"),
        "other": col("GiftWrapCharge"),
        "points": col("UsePoint"),
        "discount": added(col("Discount"), col("TotalMallCouponDiscount")),
        "total": col("TotalPrice"),
        "gift": col("NeedGiftWrap"),
        "wished_date": col("ShipRequestDate"),
        "wished_slot": col("ShipRequestTime"),
        "note": either(col("BuyerComments"), col("ShipNotes")),
    },
    line={
        "sku": either(col("SubCode"), col("ItemId")),
        "name": col("Title"),
        "option": either(col("SubCodeOption"), col("ItemOption")),
        "quantity": either(col("QuantityDetail"), col("Quantity")),
        "unit_price": _unit_price(),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity"),
    number_pattern=r"^[0-9A-Za-z_-]{1,40}$",
    statuses={
        **dict.fromkeys(("1", "2", "3", "予約中", "処理中", "保留"), "open"),
        **dict.fromkeys(("4", "キャンセル"), "cancelled"),
        **dict.fromkeys(("5", "完了"), "shipped"),
    },
    packed=("sku", "name", "option", "quantity", "unit_price"),
    pair=Pair("OrderId", orders=("OrderTime", "ShipZipCode"), items=("ItemId", "Quantity")),
    sums=(Sum("order_total", "total", (_OWED,)),),
)
