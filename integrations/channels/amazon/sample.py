"""Sample files of the Amazon report of new orders: a shop for kitchen things.

python -m integrations.channels.amazon.sample --orders 2000 --seed 1 --month 2026-10 orders.txt
"""

from __future__ import annotations

import csv
from dataclasses import replace

from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of, slot_of

HEADER = (
    "order-id", "order-item-id", "purchase-date", "payments-date", "buyer-email", "buyer-name", "buyer-phone-number",
    "sku", "product-name", "quantity-purchased", "currency", "item-price", "item-tax", "shipping-price",
    "shipping-tax", "ship-service-level", "recipient-name", "ship-address-1", "ship-address-2", "ship-address-3",
    "ship-city", "ship-state", "ship-postal-code", "ship-country", "ship-phone-number", "delivery-start-date",
    "delivery-end-date", "delivery-time-zone", "delivery-Instructions", "sales-channel",
)  # fmt: skip

UNSHIPPED_HEADER = (
    "order-id", "order-item-id", "purchase-date", "payments-date", "reporting-date", "promise-date",
    "days-past-promise", "buyer-email", "buyer-name", "buyer-phone-number", "sku", "product-name",
    "quantity-purchased", "quantity-shipped", "quantity-to-ship", "ship-service-level", "recipient-name",
    "ship-address-1", "ship-address-2", "ship-address-3", "ship-city", "ship-state", "ship-postal-code",
    "ship-country", "payment-method", "cod-collectible-amount", "already-paid", "payment-method-fee",
    "scheduled-delivery-start-date", "scheduled-delivery-end-date", "points-granted", "is-prime",
)  # fmt: skip


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order as both reports have them; the postage stands on the first alone."""
    ship, wished = order.ship, order.wished_date.isoformat() if order.wished_date else ""
    common = {
        "order-id": f"250-{order.serial * 31 % 10**7:07}-{order.serial:07}",
        "purchase-date": f"{order.at.isoformat()}+09:00",
        "payments-date": f"{order.at.isoformat()}+09:00",
        "reporting-date": f"{order.at.isoformat()}+09:00",
        "buyer-email": order.buyer.email,
        "buyer-name": order.buyer.name,
        "buyer-phone-number": phone_of(order, order.buyer),
        "currency": "JPY",
        "ship-service-level": order.delivery,
        "recipient-name": ship.name,
        "ship-address-1": f"{ship.town.city}{ship.town.name}{ship.street}",
        "ship-address-2": ship.building,
        "ship-state": prefecture_of(order, ship),
        "ship-postal-code": postcode_of(order, ship),
        "ship-country": "JP",
        "ship-phone-number": phone_of(order, ship),
        **{f"{prefix}delivery-{end}-date": wished for prefix in ("", "scheduled-") for end in ("start", "end")},
        "delivery-time-zone": slot_of(order, "{}:00-{}:00"),
        "delivery-Instructions": order.note,
        "sales-channel": "Amazon.co.jp",
        "is-prime": "false",
    }
    lines = [{**common, **_line(order, nth, *line)} for nth, line in enumerate(order.lines)]
    return [{**line, "shipping-price": str(0 if nth else order.postage)} for nth, line in enumerate(lines)]


def _line(order: Order, nth: int, item: Item, quantity: int) -> dict[str, str]:
    return {
        "order-item-id": f"{order.serial:09}{nth:05}",
        "sku": item.sku,
        "product-name": item.name,
        "quantity-purchased": str(quantity),
        "quantity-shipped": "0",
        "quantity-to-ship": str(quantity),
        "item-price": str(item.price * quantity),
        "item-tax": "0",
        "shipping-tax": "0",
    }


SHOP = Shop(
    channel="amazon",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_MINIMAL,
    separator="\t",
    items=(
        Item("4J-K7Q2-01", "ステンレス 計量スプーン 3本", 980),
        Item("4J-K7Q2-02", "ステンレス 計量カップ 500ml", 1480),
        Item("8B-NABE-20", "雪平鍋 20cm", 3280),
        Item("8B-NABE-16", "雪平鍋 16cm", 2680),
        Item("8B-PAN-26", "フライパン 26cm IH対応", 4380),
        Item("C1-HASI-05", "竹箸 5膳", 1200),
        Item("C1-MANA-01", "まな板 ひのき", 3600),
        Item("C1-HOCH-17", "三徳包丁 17cm", 8800),
        Item("D9-HOZO-10", "保存容器 10個", 2280),
        Item("D9-RAP-06", "蜜蝋ラップ 6枚", 1980),
        Item("E2-FUKI-12", "布巾 12枚", 1540),
        Item("E2-TAWA-03", "亀の子だわし 3個", 1100),
    ),
    payments=(("Amazon", 1),),
    deliveries=("Standard", "Expedited"),
    write=write,
    number_column="order-id",
    date_columns=("purchase-date",),
    postcode_columns=("ship-postal-code",),
    quantity_column="quantity-purchased",
    sku_columns=("sku",),
    keep_columns=12,
    takes_cancelled=False,
    points=False,
    discounts=False,
)

UNSHIPPED = replace(SHOP, header=UNSHIPPED_HEADER, quantity_column="quantity-to-ship")
"""The same shop's report of orders that are still to be shipped."""

if __name__ == "__main__":
    main(SHOP)
