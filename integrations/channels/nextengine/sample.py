"""Sample files of ネクストエンジン汎用受注CSV: a shop for rice, tea and what goes with them.

python -m integrations.channels.nextengine.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of

HEADER = (
    "店舗伝票番号", "受注日", "受注郵便番号", "受注住所１", "受注住所２", "受注名", "受注名カナ", "受注電話番号",
    "受注メールアドレス", "発送郵便番号", "発送先住所１", "発送先住所２", "発送先名", "発送先カナ", "発送電話番号",
    "支払方法", "発送方法", "商品計", "税金", "発送料", "手数料", "ポイント", "その他費用", "合計金額",
    "ギフトフラグ", "時間帯指定", "日付指定", "作業者欄", "備考", "商品名", "商品コード", "商品価格", "受注数量",
    "商品オプション", "出荷済フラグ", "顧客区分", "顧客コード", "消費税率（%）", "のし", "ラッピング",
    "メッセージ",
)  # fmt: skip

_SLOTS = {"none": "", "am": "時間帯指定[午前中]"}


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order, every order-level cell on each."""
    common = {
        "店舗伝票番号": f"A{order.serial:08}",
        "受注日": order.at.strftime("%Y/%m/%d %H:%M:%S"),
        **_party(order, order.buyer, "受注", "受注住所", "受注名", "受注名カナ"),
        **_party(order, order.ship, "発送", "発送先住所", "発送先名", "発送先カナ"),
        "受注メールアドレス": order.buyer.email,
        "支払方法": order.payment,
        "発送方法": order.delivery,
        "商品計": str(order.goods),
        "税金": "0",
        "発送料": str(order.postage),
        "手数料": str(order.fee),
        "ポイント": str(order.points),
        "その他費用": str(-order.discount),
        "合計金額": str(order.total),
        "ギフトフラグ": str(int(order.gift)),
        "時間帯指定": _SLOTS.get(order.wished_slot) or _slot(order.wished_slot),
        "日付指定": order.wished_date.strftime("%Y/%m/%d") if order.wished_date else "",
        "備考": order.note,
        "出荷済フラグ": "0",
        "顧客区分": "0",
        "のし": "御歳暮" if order.gift else "",
        "ラッピング": "包装紙（紺）" if order.gift else "",
        "メッセージ": "いつもありがとうございます。" if order.gift else "",
    }
    return [{**common, **_line(item, quantity)} for item, quantity in order.lines]


def _slot(slot: str) -> str:
    first, _, last = slot.partition("-")
    return f"時間帯指定[{first}時-{last}時]" if last else ""


def _party(order: Order, person: Person, side: str, address: str, name: str, kana: str) -> dict[str, str]:
    town = person.town
    return {
        f"{side}郵便番号": postcode_of(order, person),
        f"{address}１": f"{prefecture_of(order, person)}{town.city}{town.name}",
        f"{address}２": f"{person.street} {person.building}".strip(),
        name: person.name,
        kana: person.kana,
        f"{side}電話番号": phone_of(order, person),
    }


def _line(item: Item, quantity: int) -> dict[str, str]:
    return {
        "商品名": item.name,
        "商品コード": item.sku,
        "商品価格": str(item.price),
        "受注数量": str(quantity),
        "商品オプション": item.option,
        "消費税率（%）": str(item.tax_rate),
    }


SHOP = Shop(
    channel="nextengine",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_MINIMAL,
    items=(
        Item("KOME-UO-05", "魚沼産コシヒカリ 白米 5kg", 4280, 8),
        Item("KOME-UO-10", "魚沼産コシヒカリ 白米 10kg", 8180, 8),
        Item("KOME-GE-05", "特別栽培 玄米 5kg", 3980, 8),
        Item("MOCHI-1K", "杵つき切り餅 1kg", 1480, 8),
        Item("CHA-SEN-100", "深蒸し煎茶 100g", 1080, 8),
        Item("CHA-HOJ-200", "棒ほうじ茶 200g", 980, 8),
        Item("CHA-GIFT-3", "銘茶詰合せ①", 3240, 8, "のし：御歳暮"),
        Item("NORI-50", "焼海苔 全形50枚", 1620, 8),
        Item("UME-800", "紀州南高梅 つぶれ梅 800g", 2160, 8),
        Item("DONABE-3", "炊飯土鍋 三合炊き", 7700, 10),
        Item("KYUSU-TK", "常滑焼 急須 360ml", 4950, 10, "色：朱泥"),
        Item("SHAMOJI", "檜のしゃもじ", 660, 10),
    ),
    payments=(("クレジットカード", 70), ("Amazon Pay", 10), ("NP後払い", 9), ("代金引換", 8), ("銀行振込", 3)),
    deliveries=("ヤマト運輸 宅急便", "佐川急便 飛脚宅配便"),
    write=write,
    number_column="店舗伝票番号",
    date_columns=("受注日",),
    postcode_columns=("発送郵便番号",),
    quantity_column="受注数量",
    sku_columns=("商品コード",),
    keep_columns=33,
    takes_cancelled=False,
)

if __name__ == "__main__":
    main(SHOP)
