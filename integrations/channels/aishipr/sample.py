"""Sample files of aishipR 受注データCSV: a shop for gifts of food.

python -m integrations.channels.aishipr.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of, slot_of

HEADER = (
    "注文番号", "注文日時", "管理ステータス", "入金済ステータス", "入金済日時", "決済方法", "デバイス",
    "注文者氏名(姓)", "注文者氏名(名)", "注文者フリガナ(セイ)", "注文者フリガナ(メイ)", "注文者郵便番号",
    "注文者都道府県", "注文者市区町村", "注文者番地", "注文者建物名", "注文者電話番号", "注文者メールアドレス",
    "配送先番号", "配送先氏名(姓)", "配送先氏名(名)", "配送先フリガナ(セイ)", "配送先フリガナ(メイ)", "配送先郵便番号",
    "配送先都道府県", "配送先市区町村", "配送先番地", "配送先建物名", "配送先電話番号", "配送方法", "配送希望日",
    "配送希望時間帯", "備考", "送料", "決済手数料", "利用ポイント", "クーポン割引額", "合計金額", "商品管理番号",
    "商品名", "商品バリエーション選択肢", "商品オプション選択肢", "商品単価", "数量", "消費税率",
)  # fmt: skip


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order, every order-level cell on each."""
    at = order.at.strftime("%Y-%m-%d %H:%M:%S")
    paid = order.paid and not order.cancelled
    common = {
        "注文番号": f"{order.at:%Y%m%d}-{order.serial:06}",
        "注文日時": at,
        "管理ステータス": "キャンセル" if order.cancelled else "新規受付",
        "入金済ステータス": "入金済み" if paid else "未入金",
        "入金済日時": at if paid else "",
        "決済方法": order.payment,
        "デバイス": "スマートフォン",
        **_party(order, order.buyer, "注文者"),
        "注文者メールアドレス": order.buyer.email,
        "配送先番号": "1",
        **_party(order, order.ship, "配送先"),
        "配送方法": order.delivery,
        "配送希望日": order.wished_date.isoformat() if order.wished_date else "",
        "配送希望時間帯": slot_of(order),
        "備考": order.note,
        "送料": str(order.postage),
        "決済手数料": str(order.fee),
        "利用ポイント": str(order.points),
        "クーポン割引額": str(order.discount),
        "合計金額": str(order.total),
    }
    return [{**common, **_line(item, quantity)} for item, quantity in order.lines]


def _party(order: Order, person: Person, side: str) -> dict[str, str]:
    return {
        f"{side}氏名(姓)": person.family,
        f"{side}氏名(名)": person.given,
        f"{side}フリガナ(セイ)": person.family_kana,
        f"{side}フリガナ(メイ)": person.given_kana,
        f"{side}郵便番号": postcode_of(order, person),
        f"{side}都道府県": prefecture_of(order, person),
        f"{side}市区町村": f"{person.town.city}{person.town.name}",
        f"{side}番地": person.street,
        f"{side}建物名": person.building,
        f"{side}電話番号": phone_of(order, person),
    }


def _line(item: Item, quantity: int) -> dict[str, str]:
    return {
        "商品管理番号": item.sku,
        "商品名": item.name,
        "商品バリエーション選択肢": item.option,
        "商品単価": str(item.price),
        "数量": str(quantity),
        "消費税率": str(item.tax_rate),
    }


SHOP = Shop(
    channel="aishipr",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_ALL,
    items=(
        Item("ai-kani-15", "ずわい蟹 むき身 1.5kg", 12800, 8),
        Item("ai-ikura-5", "いくら醤油漬 500g", 7980, 8),
        Item("ai-hotate-1", "帆立貝柱 1kg", 5980, 8),
        Item("ai-sake-10", "秋鮭切身 10切", 3980, 8),
        Item("ai-mentai-5", "辛子明太子 500g", 3480, 8),
        Item("ai-gyu-500", "黒毛和牛 すき焼き用 500g", 7560, 8),
        Item("ai-ham-set", "ハム詰合せ", 5400, 8, "のし:御歳暮"),
        Item("ai-mikan-5", "有田みかん 5kg", 3240, 8, "サイズ:M"),
        Item("ai-ringo-5", "サンふじ 5kg", 4320, 8),
        Item("ai-udon-12", "讃岐うどん 12食", 2480, 8),
        Item("ai-hako", "風呂敷包み", 550, 10),
        Item("ai-nabe", "卓上鍋 26cm", 6600, 10),
    ),
    payments=(("クレジットカード", 76), ("後払い", 10), ("代金引換", 8), ("銀行振込", 6)),
    deliveries=("冷凍便", "冷蔵便", "常温便"),
    write=write,
    number_column="注文番号",
    date_columns=("注文日時",),
    postcode_columns=("配送先郵便番号",),
    quantity_column="数量",
    sku_columns=("商品管理番号",),
    keep_columns=38,
)

if __name__ == "__main__":
    main(SHOP)
