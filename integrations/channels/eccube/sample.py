"""Sample files of EC-CUBE 4 受注CSV: a shop for outdoor things and what one eats there.

python -m integrations.channels.eccube.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from core.text import PREFECTURES
from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of, slot_of

HEADER = (
    "注文ID", "注文番号", "会員ID", "お名前(姓)", "お名前(名)", "お名前(セイ)", "お名前(メイ)", "会社名", "郵便番号",
    "都道府県(ID)", "都道府県(名称)", "住所1", "住所2", "メールアドレス", "TEL", "性別(ID)", "性別(名称)", "職業(ID)",
    "職業(名称)", "誕生日", "ショップ用メモ欄", "小計", "値引き", "送料", "税金", "合計", "支払合計", "対応状況(ID)",
    "対応状況(名称)", "支払方法(ID)", "支払方法(名称)", "受注日", "入金日", "注文詳細ID", "商品ID", "商品規格ID",
    "商品名", "商品コード", "規格名1", "規格名2", "規格分類名1", "規格分類名2", "価格", "個数", "税率",
    "税率ルール(ID)", "明細区分(ID)", "明細区分(名称)", "出荷ID", "配送先_お名前(姓)", "配送先_お名前(名)",
    "配送先_お名前(セイ)", "配送先_お名前(メイ)", "配送先_会社名", "配送先_郵便番号", "配送先_都道府県(ID)",
    "配送先_都道府県(名称)", "配送先_住所1", "配送先_住所2", "配送先_TEL", "配送業者(ID)", "配送業者(名称)",
    "お届け時間ID", "お届け時間(名称)", "お届け希望日", "送料", "発送日", "出荷伝票番号", "配達用メモ",
    "出荷メール送信日",
)  # fmt: skip


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order: its goods, then what it is charged and spared."""
    goods = [{**_order(order), **_ship_to(order), **_goods(*line)} for line in order.lines]
    postage = {**_order(order), **_ship_to(order), **_charge("2", "送料", order.postage)}
    others = (("3", "手数料", order.fee), ("4", "割引", -order.discount), ("6", "ポイント", -order.points))
    return [*goods, postage, *({**_order(order), **_charge(*other)} for other in others if other[2])]


def _order(order: Order) -> dict[str, str]:
    state = ("3", "注文取消し") if order.cancelled else ("1", "新規受付")
    return {
        "注文ID": str(order.serial),
        "注文番号": str(order.serial),
        **_party(order, order.buyer, ""),
        "メールアドレス": order.buyer.email,
        "小計": str(order.goods),
        "値引き": str(order.discount),
        "送料": str(order.postage),
        "税金": str(order.tax_of(10) + order.tax_of(8)),
        "合計": str(order.total),
        "支払合計": str(order.total),
        "対応状況(ID)": state[0],
        "対応状況(名称)": state[1],
        "支払方法(名称)": order.payment,
        "受注日": order.at.strftime("%Y/%m/%d %H:%M:%S"),
        "入金日": order.at.strftime("%Y/%m/%d %H:%M:%S") if order.paid and not order.cancelled else "",
    }


def _party(order: Order, person: Person, prefix: str) -> dict[str, str]:
    prefecture = prefecture_of(order, person)
    return {
        f"{prefix}お名前(姓)": person.family,
        f"{prefix}お名前(名)": person.given,
        f"{prefix}お名前(セイ)": person.family_kana,
        f"{prefix}お名前(メイ)": person.given_kana,
        f"{prefix}郵便番号": postcode_of(order, person),
        f"{prefix}都道府県(ID)": str(PREFECTURES.index(prefecture) + 1),
        f"{prefix}都道府県(名称)": prefecture,
        f"{prefix}住所1": f"{person.town.city}{person.town.name}",
        f"{prefix}住所2": f"{person.street} {person.building}".strip(),
        f"{prefix}TEL": phone_of(order, person),
    }


def _ship_to(order: Order) -> dict[str, str]:
    return {
        "出荷ID": str(order.serial),
        **_party(order, order.ship, "配送先_"),
        "配送業者(名称)": order.delivery,
        "お届け時間(名称)": slot_of(order),
        "お届け希望日": order.wished_date.strftime("%Y/%m/%d") if order.wished_date else "",
        "配達用メモ": order.note,
    }


def _goods(item: Item, quantity: int) -> dict[str, str]:
    return {
        "商品ID": str(sum(item.sku.encode())),
        "商品名": item.name,
        "商品コード": item.sku,
        "規格名1": "仕様" if item.option else "",
        "規格分類名1": item.option,
        "価格": str(item.price * 100 // (100 + item.tax_rate)),
        "個数": str(quantity),
        "税率": str(item.tax_rate),
        "明細区分(ID)": "1",
        "明細区分(名称)": "商品",
    }


def _charge(kind: str, name: str, amount: int) -> dict[str, str]:
    return {
        "商品名": name,
        "価格": str(amount),
        "個数": "1",
        "税率": "10",
        "明細区分(ID)": kind,
        "明細区分(名称)": name,
    }


SHOP = Shop(
    channel="eccube",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_MINIMAL,
    items=(
        Item("TENT-2P", "ツーリングテント 2人用", 28600),
        Item("TARP-M", "タープ M", 15400, 10, "カーキ"),
        Item("MAT-01", "インフレーターマット", 7700),
        Item("LAMP-LED", "LEDランタン①", 4950),
        Item("KNIFE-S", "ステンレスナイフ", 3300),
        Item("CUP-TI", "チタンマグ 450ml", 3960),
        Item("PAN-18", "鉄フライパン 18cm", 5500),
        Item("WOOD-5", "広葉樹の薪 5kg", 1650),
        Item("COFFEE-200", "焚火ブレンド 200g", 1296, 8),
        Item("CURRY-2", "山のカレー 2食", 918, 8),
        Item("NUTS-300", "行動食ナッツ 300g", 1620, 8),
        Item("BAG-30", "デイパック 30L", 13200, 10, "黒"),
    ),
    payments=(("クレジットカード", 78), ("代金引換", 12), ("銀行振込", 10)),
    deliveries=("ヤマト運輸", "佐川急便"),
    write=write,
    number_column="注文番号",
    date_columns=("受注日",),
    postcode_columns=("配送先_郵便番号",),
    quantity_column="個数",
    sku_columns=("商品コード", "商品ID"),
    keep_columns=44,
)

if __name__ == "__main__":
    main(SHOP)
