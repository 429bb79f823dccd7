"""ネクストエンジン汎用受注CSV: a row per line of an order, all order-level cells on every row.

41 columns in cp932 with CRLF; older files end after 出荷済フラグ (35), 顧客コード (37) or 消費税率 (38).
Source: manual.next-engine.net, 汎用受注CSV.
"""

from __future__ import annotations

from orders.intake import Profile, Sum, col, joined

PROFILE = Profile(
    code="nextengine",
    name="ネクストエンジン 汎用受注CSV",
    order={
        "number": col("店舗伝票番号"),
        "ordered_at": col("受注日"),
        "shipped": col("出荷済フラグ"),
        "buyer_name": col("受注名"),
        "buyer_kana": col("受注名カナ"),
        "buyer_email": col("受注メールアドレス"),
        "buyer_phone": col("受注電話番号"),
        "buyer_postcode": col("受注郵便番号"),
        "buyer_address": joined(col("受注住所１"), col("受注住所２")),
        "ship_name": col("発送先名"),
        "ship_kana": col("発送先カナ"),
        "ship_phone": col("発送電話番号"),
        "ship_postcode": col("発送郵便番号"),
        "ship_address": joined(col("発送先住所１"), col("発送先住所２")),
        "payment_method": col("支払方法"),
        "delivery_method": col("発送方法"),
        "goods_total": col("商品計"),
        "tax": col("税金"),
        "postage": col("発送料"),
        "fee": col("手数料"),
        "points": col("ポイント"),
        "other": col("その他費用"),
        "total": col("合計金額"),
        "gift": col("ギフトフラグ"),
        "noshi": col("のし"),
        "wrapping": col("ラッピング"),
        "message": col("メッセージ"),
        "wished_date": col("日付指定"),
        "wished_slot": col("時間帯指定"),
        "note": col("備考"),
        "staff_note": col("作業者欄"),
    },
    line={
        "sku": col("商品コード"),
        "name": col("商品名"),
        "option": col("商品オプション"),
        "quantity": col("受注数量"),
        "unit_price": col("商品価格"),
        "tax_rate": col("消費税率（%）", "消費税率"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price"),
    number_pattern=r"^[0-9A-Za-z-]{1,30}$",
    sums=(
        Sum("lines_total", "goods_total", (("lines_total",),)),
        Sum(
            "order_total",
            "total",
            (
                ("goods_total", "tax", "postage", "fee", "other", "-points"),
                ("goods_total", "postage", "fee", "other", "-points"),
            ),
        ),
    ),
)
