"""Sample files of makeshop 注文CSV: a shop for coffee and sweets.

python -m integrations.channels.makeshop.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of, slot_of

HEADER = (
    "日付", "注文時間", "注文番号", "処理状況", "注文者", "注文者(振り仮名)", "注文者電話番号", "注文者郵便番号",
    "注文者都道府県", "注文者住所", "メールアドレス", "お届け先", "お届け先(振り仮名)", "お届け先電話番号",
    "お届け先郵便番号", "お届け先都道府県", "お届け先住所", "お届け希望日", "お届け希望時間", "備考", "決済方法",
    "配送方法", "送料", "決済手数料", "代引手数料", "使用ポイント", "クーポン割引", "合計金額", "商品名",
    "独自商品コード", "システム商品コード", "オプション", "販売価格", "数量", "消費税率",
)  # fmt: skip


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order, every order-level cell on each; a spreadsheet took the zeros of the hour."""
    at = order.at
    common = {
        "日付": f"{at.year}/{at.month}/{at.day}",
        "注文時間": at.strftime("%H%M%S").lstrip("0") or "0",
        "注文番号": f"P{order.serial:018}",
        "処理状況": "注文キャンセル" if order.cancelled else "未処理",
        **_party(order, order.buyer, "注文者"),
        "メールアドレス": order.buyer.email,
        **_party(order, order.ship, "お届け先"),
        "お届け希望日": order.wished_date.strftime("%Y/%m/%d") if order.wished_date else "",
        "お届け希望時間": slot_of(order, "{}:00～{}:00"),
        "備考": order.note,
        "決済方法": order.payment,
        "配送方法": order.delivery,
        "送料": str(order.postage),
        "決済手数料": "0",
        "代引手数料": str(order.fee),
        "使用ポイント": str(order.points),
        "クーポン割引": str(order.discount),
        "合計金額": str(order.total),
    }
    return [{**common, **_line(item, quantity)} for item, quantity in order.lines]


def _party(order: Order, person: Person, side: str) -> dict[str, str]:
    return {
        side: person.name,
        f"{side}(振り仮名)": person.kana,
        f"{side}電話番号": phone_of(order, person),
        f"{side}郵便番号": postcode_of(order, person),
        f"{side}都道府県": prefecture_of(order, person),
        f"{side}住所": f"{person.town.city}{person.town.name}{person.street} {person.building}".strip(),
    }


def _line(item: Item, quantity: int) -> dict[str, str]:
    return {
        "商品名": item.name,
        "独自商品コード": item.sku,
        "システム商品コード": f"{sum(item.sku.encode()):012}",
        "オプション": item.option,
        "販売価格": str(item.price),
        "数量": str(quantity),
        "消費税率": str(item.tax_rate),
    }


SHOP = Shop(
    channel="makeshop",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_ALL,
    items=(
        Item("MS-BLEND-200", "本日の珈琲豆 200g", 1350, 8, "挽き方:豆のまま"),
        Item("MS-BLEND-500", "本日の珈琲豆 500g", 2980, 8, "挽き方:中挽き"),
        Item("MS-DECAF-200", "デカフェ 200g", 1580, 8),
        Item("MS-DRIP-10", "ドリップバッグ 10袋", 1680, 8),
        Item("MS-DRIP-30", "ドリップバッグ 30袋", 4480, 8),
        Item("MS-CAKE-1", "バスクチーズケーキ 4号", 3240, 8),
        Item("MS-FINAN-8", "フィナンシェ 8個", 2160, 8),
        Item("MS-KUKKI", "アイスボックスクッキー", 1080, 8),
        Item("MS-GIFT-A", "珈琲と焼菓子の詰合せ", 4320, 8),
        Item("MS-MUG-W", "マグカップ", 2200, 10, "色:白"),
        Item("MS-DRIPPER", "円錐ドリッパー", 1650, 10),
        Item("MS-SERVER", "耐熱サーバー 600ml", 2750, 10),
    ),
    payments=(("クレジットカード", 74), ("Amazon Pay", 12), ("代金引換", 8), ("銀行振込", 6)),
    deliveries=("宅配便", "クール便"),
    write=write,
    number_column="注文番号",
    date_columns=("日付", "注文時間"),
    postcode_columns=("お届け先郵便番号",),
    quantity_column="数量",
    sku_columns=("独自商品コード", "システム商品コード"),
    keep_columns=28,
    moment_format="%Y/%m/%d %H%M%S",
)

if __name__ == "__main__":
    main(SHOP)
