"""Sample files of BASE 注文CSV: a shop for ceramics and candles.

python -m integrations.channels.base.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of, slot_of

HEADER = (
    "注文ID", "注文日時", "氏(請求先)", "名(請求先)", "郵便番号(請求先)", "都道府県(請求先)", "住所(請求先)",
    "住所2(請求先)", "電話番号(請求先)", "メールアドレス(請求先)", "氏(配送先)", "名(配送先)", "郵便番号(配送先)",
    "都道府県(配送先)", "住所(配送先)", "住所2(配送先)", "電話番号(配送先)", "備考", "商品名", "バリエーション",
    "価格", "税率", "数量", "合計金額", "送料", "支払い方法", "代引き手数料", "発送状況", "商品ID", "種類ID",
    "購入元", "配送日", "配送時間帯", "注文メモ", "調整金額",
)  # fmt: skip


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order, every order-level cell on each."""
    common = {
        "注文ID": f"{order.serial * 7919:08X}{order.serial:08X}",
        "注文日時": order.at.strftime("%Y-%m-%d %H:%M:%S"),
        **_party(order, order.buyer, "請求先"),
        "メールアドレス(請求先)": order.buyer.email,
        **_party(order, order.ship, "配送先"),
        "備考": order.note,
        "合計金額": str(order.total),
        "送料": str(order.postage),
        "支払い方法": order.payment,
        "代引き手数料": str(order.fee),
        "発送状況": "キャンセル" if order.cancelled else "未対応",
        "購入元": "BASE",
        "配送日": order.wished_date.isoformat() if order.wished_date else "",
        "配送時間帯": slot_of(order),
        "調整金額": str(-order.discount),
    }
    return [{**common, **_line(item, quantity)} for item, quantity in order.lines]


def _party(order: Order, person: Person, side: str) -> dict[str, str]:
    return {
        f"氏({side})": person.family,
        f"名({side})": person.given,
        f"郵便番号({side})": postcode_of(order, person),
        f"都道府県({side})": prefecture_of(order, person),
        f"住所({side})": f"{person.town.city}{person.town.name}{person.street}",
        f"住所2({side})": person.building,
        f"電話番号({side})": phone_of(order, person),
    }


def _line(item: Item, quantity: int) -> dict[str, str]:
    goods, _, kind = item.sku.partition("-")
    return {
        "商品名": item.name,
        "バリエーション": item.option,
        "価格": str(item.price),
        "税率": str(item.tax_rate),
        "数量": str(quantity),
        "商品ID": goods,
        "種類ID": kind,
    }


SHOP = Shop(
    channel="base",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_ALL,
    items=(
        Item("41120871", "粉引 飯碗", 2640),
        Item("41120872", "粉引 マグカップ", 3080),
        Item("41120903-1201", "豆皿 五枚組", 3850, 10, "藍"),
        Item("41120903-1202", "豆皿 五枚組", 3850, 10, "白"),
        Item("41121044", "蕎麦猪口", 1980),
        Item("41121107-2201", "大豆キャンドル 180g", 2420, 10, "柚子"),
        Item("41121107-2202", "大豆キャンドル 180g", 2420, 10, "檜"),
        Item("41121390", "箸置き 五個", 1650),
        Item("41121555", "抹茶クッキー 12枚", 1296, 8),
        Item("41121556", "ほうじ茶クッキー 12枚", 1296, 8),
        Item("41121760", "一輪挿し", 4400),
        Item("41121761", "花器 大", 8800),
    ),
    payments=(
        ("クレジットカード決済", 62),
        ("BASEかんたん決済 後払い", 14),
        ("PayPay", 14),
        ("銀行振込", 4),
    ),
    deliveries=("通常配送",),
    write=write,
    number_column="注文ID",
    date_columns=("注文日時",),
    postcode_columns=("郵便番号(配送先)",),
    quantity_column="数量",
    sku_columns=("商品ID", "種類ID"),
    keep_columns=26,
    points=False,
)

if __name__ == "__main__":
    main(SHOP)
