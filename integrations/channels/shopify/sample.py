"""Sample files of the Shopify orders export: a shop for clothes and bags.

python -m integrations.channels.shopify.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from core.text import PREFECTURES
from integrations.channels.people import Person, full_width
from integrations.channels.samples import Item, Order, Shop, main, postcode_of, prefecture_of

HEADER = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing",
    "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method",
    "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price",
    "Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name",
    "Billing Street", "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip",
    "Billing Province", "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1",
    "Shipping Address2", "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province",
    "Shipping Country", "Shipping Phone", "Notes", "Note Attributes", "Cancelled at", "Payment Method",
    "Payment Reference", "Refunded Amount", "Vendor", "Outstanding Balance", "Employee", "Location", "Device ID",
    "Id", "Tags", "Risk Level", "Source", "Lineitem discount", "Tax 1 Name", "Tax 1 Value", "Tax 2 Name",
    "Tax 2 Value", "Tax 3 Name", "Tax 3 Value", "Tax 4 Name", "Tax 4 Value", "Tax 5 Name", "Tax 5 Value", "Phone",
    "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name", "Payment ID",
    "Payment Terms Name", "Next Payment Due At", "Payment References",
)  # fmt: skip

_SLOTS = {"none": "", "am": "午前中"}


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order: the order's own cells on the first only."""
    rows = [{"Name": f"#{1000 + order.serial}", "Email": order.buyer.email, **_line(*line)} for line in order.lines]
    rows[0] |= {
        "Financial Status": _financial_status(order),
        "Paid at": _moment(order) if order.paid else "",
        "Fulfillment Status": "unfulfilled",
        "Accepts Marketing": "no",
        "Currency": "JPY",
        "Subtotal": str(order.goods - order.discount),
        "Shipping": str(order.postage + order.fee),
        "Taxes": str(order.tax_of(10)),
        "Total": str(order.total),
        "Discount Code": "WELCOME" if order.discount else "",
        "Discount Amount": str(order.discount),
        "Shipping Method": order.delivery,
        "Created at": _moment(order),
        **_party(order, order.buyer, "Billing"),
        **_party(order, order.ship, "Shipping"),
        "Notes": order.note,
        "Note Attributes": _attributes(order),
        "Cancelled at": _moment(order) if order.cancelled else "",
        "Payment Method": order.payment,
        "Outstanding Balance": "0" if order.paid else str(order.total),
        "Id": str(5_000_000_000_000 + order.serial),
        "Risk Level": "Low",
        "Source": "web",
        "Tax 1 Name": "消費税 10%",
        "Tax 1 Value": str(order.tax_of(10)),
    }
    return rows


def _moment(order: Order) -> str:
    return f"{order.at:%Y-%m-%d %H:%M:%S} +0900"


def _financial_status(order: Order) -> str:
    if order.cancelled:
        return "voided"
    return "paid" if order.paid else "pending"


def _party(order: Order, person: Person, side: str) -> dict[str, str]:
    prefecture = prefecture_of(order, person)
    return {
        f"{side} Name": person.name,
        f"{side} Street": f"{person.town.name}{person.street}, {person.building}".strip(", "),
        f"{side} Address1": f"{person.town.name}{person.street}",
        f"{side} Address2": person.building,
        f"{side} City": person.town.city,
        f"{side} Zip": postcode_of(order, person),
        f"{side} Province": f"JP-{PREFECTURES.index(prefecture) + 1:02}",
        f"{side} Province Name": prefecture,
        f"{side} Country": "JP",
        f"{side} Phone": _phone(order, person),
    }


def _phone(order: Order, person: Person) -> str:
    """With its country's number; a spreadsheet takes the + away, a careless hand types it in full width."""
    international = f"81{person.phone[1:]}"
    if order.flaw == "full_width":
        return f"＋{full_width(international)}"
    return international if order.flaw == "lost_zero_phone" else f"+{international}"


def _attributes(order: Order) -> str:
    if order.wished_date is None:
        return ""
    slot = _SLOTS.get(order.wished_slot) or order.wished_slot.replace("-", "時-") + "時"
    return f"配送希望日: {order.wished_date.isoformat()}\n配送希望時間帯: {slot}"


def _line(item: Item, quantity: int) -> dict[str, str]:
    return {
        "Lineitem quantity": str(quantity),
        "Lineitem name": f"{item.name} - {item.option}" if item.option else item.name,
        "Lineitem price": str(item.price),
        "Lineitem sku": item.sku,
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "pending",
        "Lineitem discount": "0",
        "Vendor": "ミナト商会",
    }


SHOP = Shop(
    channel="shopify",
    header=HEADER,
    encoding="utf-8",
    quoting=csv.QUOTE_MINIMAL,
    items=(
        Item("TEE-WH-M", "オーガニックコットンTシャツ", 3960, 10, "白 / M"),
        Item("TEE-WH-L", "オーガニックコットンTシャツ", 3960, 10, "白 / L"),
        Item("TEE-BK-M", "オーガニックコットンTシャツ", 3960, 10, "黒 / M"),
        Item("SHIRT-LN", "リネンシャツ", 9900, 10, "生成り / M"),
        Item("DENIM-30", "岡山デニム ストレート", 14300, 10, "30インチ"),
        Item("BAG-CV-S", "帆布トート S", 4400),
        Item("BAG-CV-L", '帆布トート L 15" PC対応', 7700),
        Item("CAP-WOOL", "ウールキャップ", 5280, 10, "グレー"),
        Item("SOCK-3", "リブソックス 3足組", 1980),
        Item("STOLE", "遠州織りストール", 6600, 10, "藍"),
        Item("APRON", "ワークエプロン", 5940),
        Item("POUCH", "帆布ポーチ", 1760),
    ),
    payments=(("Shopify Payments", 80), ("PayPay", 12), ("コンビニ決済", 4), ("銀行振込", 4)),
    deliveries=("通常配送", "ヤマト運輸"),
    write=write,
    number_column="Name",
    date_columns=("Created at",),
    postcode_columns=("Shipping Zip",),
    quantity_column="Lineitem quantity",
    sku_columns=("Lineitem sku",),
    keep_columns=12,
    facts_on_every_row=False,
    points=False,
)

if __name__ == "__main__":
    main(SHOP)
