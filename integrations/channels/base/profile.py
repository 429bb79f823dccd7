"""BASE 注文CSV: a row per line of an order, all order-level cells on every row, 35 columns.

合計金額 is read as what the whole order comes to, and cp932 as what BASE writes; neither is established. An order
without a ship-to goes to its buyer. Source: a column list kept by users of BASE.
"""

from __future__ import annotations

from orders.intake import Profile, Source, Sum, col, joined


def _party(side: str) -> dict[str, Source]:
    parts = [col(f"{part}({side})") for part in ("都道府県", "住所", "住所2")]
    return {
        "name": joined(col(f"氏({side})"), col(f"名({side})"), glue=" "),
        "phone": col(f"電話番号({side})"),
        "postcode": col(f"郵便番号({side})"),
        "prefecture": parts[0],
        "address": joined(*parts),
    }


PROFILE = Profile(
    code="base",
    name="BASE 注文CSV",
    order={
        "number": col("注文ID"),
        "ordered_at": col("注文日時"),
        "status": col("発送状況"),
        **{f"buyer_{part}": source for part, source in _party("請求先").items()},
        "buyer_email": col("メールアドレス(請求先)"),
        **{f"ship_{part}": source for part, source in _party("配送先").items()},
        "payment_method": col("支払い方法"),
        "postage": col("送料"),
        "fee": col("代引き手数料"),
        "other": col("調整金額"),
        "total": col("合計金額"),
        "wished_date": col("配送日"),
        "wished_slot": col("配送時間帯"),
        "note": col("備考"),
        "staff_note": col("注文メモ"),
    },
    line={
        "sku": joined(col("商品ID"), col("種類ID"), glue="-"),
        "name": col("商品名"),
        "option": col("バリエーション"),
        "quantity": col("数量"),
        "unit_price": col("価格"),
        "tax_rate": col("税率"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price"),
    number_pattern=r"^[0-9A-Za-z]{1,30}$",
    statuses={
        "未対応": "open",
        "未発送": "open",
        "対応中": "open",
        "入金待ち": "open",
        "対応済": "shipped",
        "発送済み": "shipped",
        "キャンセル": "cancelled",
    },
    sums=(Sum("order_total", "total", (("lines_total", "postage", "fee", "other"),)),),
)
