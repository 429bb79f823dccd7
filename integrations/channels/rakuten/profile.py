"""楽天RMS 通常購入データ: a row per line of an order, all order-level cells on every row, 158 columns in cp932.

Postcodes and phones come in parts; a shop that is not done with an order writes -9999 for an amount. An order with
several ship-tos (送付先ID) is refused, to be divided by whoever knows how. Source: the RMS manual's column list as
kept by three tools of the trade; ステータス, お届け時間帯 and -9999 from the same.
"""

from __future__ import annotations

from orders.intake import Profile, Source, Sum, added, col, either, joined, padded

_OWED = ("goods_total", "postage", "fee", "-discount", "-points")


def _party(prefix: str) -> dict[str, Source]:
    parts = [col(f"{prefix}電話番号{number}") for number in (1, 2, 3)]
    address = [col(f"{prefix}住所{part}") for part in ("都道府県", "郡市区", "それ以降の住所")]
    return {
        "name": joined(col(f"{prefix}姓"), col(f"{prefix}名"), glue=" "),
        "kana": joined(col(f"{prefix}姓カナ"), col(f"{prefix}名カナ"), glue=" "),
        "phone": padded(*parts, widths=(0, 0, 4)),
        "postcode": padded(col(f"{prefix}郵便番号1"), col(f"{prefix}郵便番号2"), widths=(0, 4)),
        "prefecture": address[0],
        "address": joined(*address),
    }


PROFILE = Profile(
    code="rakuten",
    name="楽天RMS 通常購入データ",
    order={
        "number": col("注文番号"),
        "ordered_at": col("注文日時"),
        "status": col("ステータス"),
        **{f"buyer_{part}": source for part, source in _party("注文者").items()},
        "buyer_email": col("注文者メールアドレス"),
        **{f"ship_{part}": source for part, source in _party("送付先").items()},
        "destination": col("送付先ID"),
        "payment_method": col("支払方法名"),
        "delivery_method": col("配送方法"),
        "goods_total": col("商品合計金額"),
        "tax": col("消費税合計"),
        "tax_10": col("10%請求額に対する税額"),
        "tax_8": col("8%請求額に対する税額"),
        "postage": col("送料合計"),
        "fee": added(col("代引料合計"), col("注文者負担金合計")),
        "other": added(col("ラッピング料金1"), col("ラッピング料金2")),
        "discount": col("クーポン利用総額"),
        "points": col("ポイント利用額"),
        "total": col("請求金額"),
        "gift": col("ギフト配送希望"),
        "noshi": col("のし"),
        "wrapping": joined(col("ラッピング名1"), col("ラッピング名2"), glue=" "),
        "wished_date": col("お届け日指定"),
        "wished_slot": col("お届け時間帯"),
        "note": col("コメント"),
        "staff_note": col("ひとことメモ"),
    },
    line={
        "sku": either(col("SKU管理番号"), col("商品管理番号"), col("商品番号")),
        "name": col("商品名"),
        "option": joined(col("SKU情報"), col("項目・選択肢"), glue=" "),
        "quantity": col("個数"),
        "unit_price": col("単価"),
        "tax_rate": col("商品税率"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price"),
    number_pattern=r"^[0-9]{6}-[0-9]{8}-[0-9]{8,10}$",
    statuses={
        "100": "open",
        "200": "open",
        "300": "paid",
        "400": "paid",
        "500": "shipped",
        "600": "shipped",
        "700": "shipped",
        "800": "cancelled",
        "900": "cancelled",
    },
    slots={"0": "none", "1": "am", "2": "other", "9": "other"},
    unconfirmed="-9999",
    sums=(
        Sum("lines_total", "goods_total", (("lines_total",),)),
        Sum("order_total", "total", (_OWED, (*_OWED, "tax"), (*_OWED, "other"), (*_OWED, "tax", "other"))),
    ),
)
