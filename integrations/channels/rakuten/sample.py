"""Sample files of 楽天RMS 通常購入データ: a shop for soap, towels and skin care.

python -m integrations.channels.rakuten.sample --orders 2000 --seed 1 --month 2026-10 orders.csv
"""

from __future__ import annotations

import csv

from integrations.channels.people import Person
from integrations.channels.samples import Item, Order, Shop, main, phone_of, postcode_of, prefecture_of

HEADER = (
    "注文番号", "ステータス", "サブステータスID", "サブステータス", "注文日時", "注文日", "注文時間",
    "キャンセル期限日", "注文確認日時", "注文確定日時", "発送指示日時", "発送完了報告日時", "支払方法名",
    "クレジットカード支払い方法", "クレジットカード支払い回数", "配送方法", "配送区分", "注文種別",
    "複数送付先フラグ", "送付先一致フラグ", "離島フラグ", "楽天確認中フラグ", "警告表示タイプ", "楽天会員フラグ",
    "購入履歴修正有無フラグ", "商品合計金額", "消費税合計", "送料合計", "代引料合計", "請求金額", "合計金額",
    "ポイント利用額", "クーポン利用総額", "店舗発行クーポン利用額", "楽天発行クーポン利用額", "注文者郵便番号1",
    "注文者郵便番号2", "注文者住所都道府県", "注文者住所郡市区", "注文者住所それ以降の住所", "注文者姓",
    "注文者名", "注文者姓カナ", "注文者名カナ", "注文者電話番号1", "注文者電話番号2", "注文者電話番号3",
    "注文者メールアドレス", "注文者性別", "申込番号", "申込お届け回数", "送付先ID", "送付先送料", "送付先代引料",
    "送付先消費税合計", "送付先商品合計金額", "送付先合計金額", "のし", "送付先郵便番号1", "送付先郵便番号2",
    "送付先住所都道府県", "送付先住所郡市区", "送付先住所それ以降の住所", "送付先姓", "送付先名", "送付先姓カナ",
    "送付先名カナ", "送付先電話番号1", "送付先電話番号2", "送付先電話番号3", "商品明細ID", "商品ID", "商品名",
    "商品番号", "商品管理番号", "単価", "個数", "送料込別", "税込別", "代引手数料込別", "項目・選択肢",
    "ポイント倍率", "納期情報", "在庫タイプ", "ラッピングタイトル1", "ラッピング名1", "ラッピング料金1",
    "ラッピング税込別1", "ラッピング種類1", "ラッピングタイトル2", "ラッピング名2", "ラッピング料金2",
    "ラッピング税込別2", "ラッピング種類2", "お届け時間帯", "お届け日指定", "担当者", "ひとことメモ",
    "メール差込文 (お客様へのメッセージ)", "ギフト配送希望", "コメント", "利用端末", "メールキャリアコード",
    "あす楽希望フラグ", "医薬品受注フラグ", "楽天スーパーDEAL商品受注フラグ", "メンバーシッププログラム受注タイプ",
    "決済手数料", "注文者負担金合計", "店舗負担金合計", "外税合計", "決済手数料税率", "ラッピング税率1",
    "ラッピング税額1", "ラッピング税率2", "ラッピング税額2", "送付先外税合計", "送付先送料税率",
    "送付先代引料税率", "商品税率", "商品毎税込価格", "10%税率", "10%請求金額", "10%請求額に対する税額",
    "10%合計金額", "10%決済手数料", "10%クーポン割引額", "10%利用ポイント数", "8%税率", "8%請求金額",
    "8%請求額に対する税額", "8%合計金額", "8%決済手数料", "8%クーポン割引額", "8%利用ポイント数", "0%税率",
    "0%請求金額", "0%請求額に対する税額", "0%合計金額", "0%決済手数料", "0%クーポン割引額", "0%利用ポイント数",
    "単品配送フラグ", "購入時配送会社", "領収書発行回数", "領収書初回発行日時", "領収書最終発行日時",
    "支払い期限日", "支払い方法変更期限日", "返金手続き期限日", "店舗発行クーポンコード", "店舗発行クーポン名",
    "楽天発行クーポンコード", "楽天発行クーポン名", "警告表示タイプ詳細", "SKU管理番号", "システム連携用SKU番号",
    "SKU情報",
)  # fmt: skip

_SHOP = 345678
_SLOTS = {"none": "0", "am": "1"}


def write(order: Order) -> list[dict[str, str]]:
    """The rows of an order, every order-level cell on each."""
    common = {
        **_ZEROS,
        "注文番号": f"{_SHOP}-{order.at:%Y%m%d}-{order.serial:010}",
        "ステータス": _status(order),
        "注文日時": f"{order.at:%Y-%m-%d %H:%M:%S}",
        "注文日": f"{order.at:%Y-%m-%d}",
        "注文時間": f"{order.at:%H:%M:%S}",
        "支払方法名": order.payment,
        "配送方法": order.delivery,
        "配送区分": "選択なし",
        "注文種別": "1",
        "送付先一致フラグ": str(int(order.ship is order.buyer)),
        **_party(order, order.buyer, "注文者"),
        "注文者メールアドレス": order.buyer.email,
        **_party(order, order.ship, "送付先"),
        "送付先ID": f"1{order.serial:08}",
        "のし": "内祝" if order.gift else "",
        "ラッピング名1": "ギフト包装紙" if order.gift else "",
        "ギフト配送希望": str(int(order.gift)),
        "お届け時間帯": _SLOTS.get(order.wished_slot) or order.wished_slot.replace("-", ""),
        "お届け日指定": order.wished_date.isoformat() if order.wished_date else "",
        "コメント": order.note,
        "利用端末": "11",
        **_amounts(order),
    }
    return [{**common, **_line(order, number, *line)} for number, line in enumerate(order.lines, 1)]


def _status(order: Order) -> str:
    if order.cancelled:
        return "900"
    return "300" if order.paid else "100"


def _party(order: Order, person: Person, side: str) -> dict[str, str]:
    codes, phones = _postcode_parts(order, person), _phone_parts(order, person)
    return {
        f"{side}郵便番号1": codes[0],
        f"{side}郵便番号2": codes[1],
        f"{side}住所都道府県": prefecture_of(order, person),
        f"{side}住所郡市区": person.town.city,
        f"{side}住所それ以降の住所": f"{person.town.name}{person.street} {person.building}".strip(),
        f"{side}姓": person.family,
        f"{side}名": person.given,
        f"{side}姓カナ": person.family_kana,
        f"{side}名カナ": person.given_kana,
        f"{side}電話番号1": phones[0],
        f"{side}電話番号2": phones[1],
        f"{side}電話番号3": phones[2],
    }


def _postcode_parts(order: Order, person: Person) -> tuple[str, str]:
    if order.flaw == "lost_zero_postcode":
        return str(int(person.town.postcode[:3])), str(int(person.town.postcode[3:]))
    plain = postcode_of(order, person).replace("-", "")
    return plain[:3], plain[3:]


def _phone_parts(order: Order, person: Person) -> tuple[str, str, str]:
    written = phone_of(order, person)
    return written[:-8], written[-8:-4], written[-4:]


def _amounts(order: Order) -> dict[str, str]:
    amounts = {
        "商品合計金額": order.goods,
        "消費税合計": 0,
        "送料合計": order.postage,
        "代引料合計": order.fee,
        "合計金額": order.goods + order.postage + order.fee,
        "請求金額": order.total,
        "ポイント利用額": order.points,
        "クーポン利用総額": order.discount,
        "店舗発行クーポン利用額": order.discount,
        "送付先送料": order.postage,
        "送付先代引料": order.fee,
        "送付先商品合計金額": order.goods,
        "送付先合計金額": order.goods + order.postage + order.fee,
    }
    rates = {f"{rate}%請求額に対する税額": order.tax_of(rate) for rate in (10, 8)}
    return {name: str(amount) for name, amount in (amounts | rates).items()}


def _line(order: Order, number: int, item: Item, quantity: int) -> dict[str, str]:
    return {
        "商品明細ID": f"1{order.serial:07}{number}",
        "商品ID": f"1{sum(item.sku.encode()):07}",
        "商品名": item.name,
        "商品番号": item.sku.lower(),
        "商品管理番号": item.sku.split("-")[0].lower(),
        "単価": str(item.price),
        "個数": str(quantity),
        "項目・選択肢": item.option,
        "商品税率": f"0.{item.tax_rate:02}".rstrip("0"),
        "商品毎税込価格": str(item.price),
        "SKU管理番号": item.sku,
    }


_ZEROS = dict.fromkeys(
    (
        "複数送付先フラグ", "離島フラグ", "楽天確認中フラグ", "警告表示タイプ", "楽天会員フラグ",
        "購入履歴修正有無フラグ", "送付先消費税合計", "送料込別", "税込別", "代引手数料込別", "在庫タイプ",
        "ラッピング料金1", "ラッピング料金2", "あす楽希望フラグ", "医薬品受注フラグ", "注文者負担金合計",
        "店舗負担金合計", "外税合計", "送付先外税合計",
    ),
    "0",
)  # fmt: skip

SHOP = Shop(
    channel="rakuten",
    header=HEADER,
    encoding="cp932",
    quoting=csv.QUOTE_MINIMAL,
    items=(
        Item("SOAP-LAV", "手づくり石けん ラベンダー 100g", 1320),
        Item("SOAP-CHA", "手づくり石けん 炭と茶 100g", 1320),
        Item("SOAP-3SET", "石けん3個セット【送料無料】", 3600),
        Item("TOWEL-F-WH", "今治タオル フェイス 白", 1650, 10, "カラー:白"),
        Item("TOWEL-F-NV", "今治タオル フェイス 紺", 1650, 10, "カラー:紺"),
        Item("TOWEL-B-WH", "今治タオル バス 白", 3850, 10, "カラー:白"),
        Item("LOTION-150", "米ぬか化粧水 150ml", 2420),
        Item("CREAM-30", "米ぬかクリーム 30g", 2860),
        Item("BATH-YUZU", "ゆずの入浴剤 10包", 1100),
        Item("HANDCR-50", "椿ハンドクリーム 50g", 1540),
        Item("OIL-TSUBAKI", "五島椿油 60ml", 2750),
        Item("TEA-KOMBU", "ハーブティー 10包", 864, 8),
    ),
    payments=(("クレジットカード", 78), ("後払い決済", 12), ("代金引換", 7), ("銀行振込", 3)),
    deliveries=("宅配便", "メール便"),
    write=write,
    number_column="注文番号",
    date_columns=("注文日時",),
    postcode_columns=("送付先郵便番号1", "送付先郵便番号2"),
    quantity_column="個数",
    sku_columns=("SKU管理番号", "商品管理番号", "商品番号"),
    keep_columns=70,
    line_weights=(70, 22, 8),
)

if __name__ == "__main__":
    main(SHOP)
