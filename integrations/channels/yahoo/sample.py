"""Sample files of Yahoo!ショッピング 注文CSV: a shop for lamps and small furniture.

python -m integrations.channels.yahoo.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of, slot_of

ORDERS_HEADER = (
    "OrderId", "OrderTime", "OrderStatus", "PayStatus", "SettleStatus", "PayMethod", "PayMethodName", "PayDate",
    "BillLastName", "BillFirstName", "BillLastNameKana", "BillFirstNameKana", "BillZipCode", "BillPrefecture",
    "BillCity", "BillAddress1", "BillAddress2", "BillPhoneNumber", "BillMailAddress", "ShipLastName",
    "ShipFirstName", "ShipLastNameKana", "ShipFirstNameKana", "ShipZipCode", "ShipPrefecture", "ShipCity",
    "ShipAddress1", "ShipAddress2", "ShipPhoneNumber", "ShipMethod", "ShipMethodName", "ShipRequestDate",
    "ShipRequestTime", "ShipNotes", "NeedGiftWrap", "ShipCharge", "PayCharge", "GiftWrapCharge", "UsePoint",
    "Discount", "TotalMallCouponDiscount", "TotalPrice",
)  # fmt: skip
ITEMS_HEADER = (
    "OrderId", "LineId", "ItemId", "Title", "SubCode", "SubCodeOption", "ItemOption", "UnitPrice", "Quantity",
)  # fmt: skip
HEADER = (*ORDERS_HEADER, *ITEMS_HEADER[1:])
PACKED_HEADER = (
    "OrderId", "OrderTime", "OrderStatus", "PayStatus", "PayMethodName", "BillLastName", "BillFirstName",
    "BillPhoneNumber", "ItemId", "Title", "UnitPrice", "QuantityDetail", "ShipName", "ShipZipCode",
    "ShipPrefecture", "ShipCity", "ShipAddress1", "ShipAddress2", "ShipAddressFull", "ShipPhoneNumber",
    "ShipRequestDate", "ShipRequestTime", "ShipNotes", "ShipCharge", "PayCharge", "UsePoint", "Discount",
    "TotalPrice",
)  # fmt: skip


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order, a row per item with every order-level cell on each."""
    return [{**_order(order), **_line(nth, *line)} for nth, line in enumerate(order.lines, 1)]


def write_packed(order: Order) -> list[dict[str, str]]:
    """The single row of an order with its items packed into their cells; a sole item stands as it is."""
    ship = order.ship
    full = f"{prefecture_of(order, ship)}{ship.town.city}{ship.town.name}{ship.street} {ship.building}".strip()
    items = [item for item, _ in order.lines]
    quantities = [f"{item.sku}:{quantity}" if len(items) > 1 else str(quantity) for item, quantity in order.lines]
    packed = {
        "ItemId": _packed([item.sku for item in items]),
        "Title": _packed([item.name for item in items]),
        "UnitPrice": _packed([str(item.price) for item in items]),
        "QuantityDetail": _packed(quantities),
    }
    return [{**_order(order), **packed, "ShipName": ship.name, "ShipAddressFull": full}]


def _packed(values: Sequence[str]) -> str:
    return "&".join(f"L{nth}={value}" for nth, value in enumerate(values, 1)) if len(values) > 1 else values[0]


def _order(order: Order) -> dict[str, str]:
    return {
        "OrderId": f"lamp-kagu-{10_000_000 + order.serial}",
        "OrderTime": order.at.strftime("%Y%m%d%H%M%S"),
        "OrderStatus": "4" if order.cancelled else "2",
        "PayStatus": str(int(order.paid and not order.cancelled)),
        "PayMethodName": order.payment,
        "PayDate": order.at.strftime("%Y%m%d") if order.paid else "",
        **_party(order, order.buyer, "Bill"),
        "BillMailAddress": order.buyer.email,
        **_party(order, order.ship, "Ship"),
        "ShipMethodName": order.delivery,
        "ShipRequestDate": order.wished_date.strftime("%Y%m%d") if order.wished_date else "",
        "ShipRequestTime": slot_of(order, "{}:00～{}:00"),
        "ShipNotes": order.note,
        "NeedGiftWrap": "0",
        "ShipCharge": str(order.postage),
        "PayCharge": str(order.fee),
        "GiftWrapCharge": "0",
        "UsePoint": str(order.points),
        "Discount": str(order.discount),
        "TotalMallCouponDiscount": "0",
        "TotalPrice": str(order.total),
    }


def _party(order: Order, person: Person, side: str) -> dict[str, str]:
    return {
        f"{side}LastName": person.family,
        f"{side}FirstName": person.given,
        f"{side}LastNameKana": person.family_kana,
        f"{side}FirstNameKana": person.given_kana,
        f"{side}ZipCode": postcode_of(order, person),
        f"{side}Prefecture": prefecture_of(order, person),
        f"{side}City": person.town.city,
        f"{side}Address1": f"{person.town.name}{person.street}",
        f"{side}Address2": person.building,
        f"{side}PhoneNumber": phone_of(order, person),
    }


def _line(nth: int, item: Item, quantity: int) -> dict[str, str]:
    return {
        "LineId": str(nth),
        "ItemId": item.sku,
        "Title": item.name,
        "ItemOption": item.option,
        "UnitPrice": str(item.price),
        "Quantity": str(quantity),
    }


def as_pair(data: bytes) -> tuple[bytes, bytes]:
    """A file of SHOP as its two: Orders, a row for each time an order is stated, and Items."""
    rows = list(csv.DictReader(io.StringIO(data.decode(SHOP.encoding), newline="")))
    stated = {tuple(row[name] for name in ORDERS_HEADER): None for row in rows}
    items = [tuple(row[name] for name in ITEMS_HEADER) for row in rows]
    return _file(ORDERS_HEADER, list(stated)), _file(ITEMS_HEADER, items)


def _file(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(SHOP.encoding)


SHOP = Shop(
    channel="yahoo",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_ALL,
    items=(
        Item("lamp-desk-wh", "デスクランプ LED 白", 6980),
        Item("lamp-desk-bk", "デスクランプ LED 黒", 6980),
        Item("lamp-floor", "フロアランプ", 12800),
        Item("lamp-paper", "和紙の行灯", 8800),
        Item("bulb-e26-2", "LED電球 E26 2個", 1680),
        Item("bulb-e17-4", "LED電球 E17 4個", 2480),
        Item("stool-oak", "スツール オーク", 9900, 10, "色:ナチュラル"),
        Item("stool-wal", "スツール ウォルナット", 11000, 10, "色:ブラウン"),
        Item("shelf-3", "三段ラック", 7480),
        Item("hook-5", "ウォールフック 5個", 1980),
        Item("mirror-m", "壁掛けミラー M", 5500),
        Item("rug-130", "ラグ 130×190", 8980, 10, "柄:ストライプ"),
    ),
    payments=(("クレジットカード決済", 70), ("PayPay残高払い", 20), ("商品代引", 5), ("銀行振込", 5)),
    deliveries=("ヤマト運輸", "佐川急便"),
    write=write,
    number_column="OrderId",
    date_columns=("OrderTime",),
    postcode_columns=("ShipZipCode",),
    quantity_column="Quantity",
    sku_columns=("ItemId",),
    keep_columns=46,
    moment_format="%Y%m%d%H%M%S",
)

PACKED = replace(
    SHOP, header=PACKED_HEADER, write=write_packed, quantity_column="QuantityDetail", sku_columns=("ItemId",)
)
"""The same shop with a template of one row per order."""

if __name__ == "__main__":
    main(SHOP)
