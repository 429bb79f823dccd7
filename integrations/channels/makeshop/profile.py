"""makeshop 注文CSV: a row per item of an order, all order-level cells on every row, in cp932.

Which columns a file has is chosen by the shop (注文出力用テンプレート). Date and time stand apart, 2022/8/10 and
103309, and a spreadsheet takes zeros from the latter. 日付, 注文時間, 注文番号, 処理状況 and 注文者 are established by
manual.makeshop.jp, the names of the other columns are not; each is read under several.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from orders.intake import Profile, Source, Sum, added, col, either, joined


def _ordered_at() -> Source:
    """Date and time as one; without a time, the beginning of the day."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        day, time = cells
        clock = pl.when(time.str.contains("^[0-9]{1,6}$")).then(" " + time.str.zfill(6))
        return pl.concat_str(day, pl.coalesce(clock, pl.when(time != "").then(" " + time), pl.lit("")))

    return Source((("日付", "注文日"), ("注文時間",)), build)


def _party(*sides: str) -> dict[str, Source]:
    def named(*parts: str) -> Source:
        return col(*(f"{side}{part}" for part in parts for side in sides))

    return {
        "name": named("", "名", "氏名"),
        "kana": named("(振り仮名)", "名(振り仮名)"),
        "phone": named("電話番号", "(電話番号)"),
        "postcode": named("郵便番号", "(郵便番号)"),
        "prefecture": named("都道府県", "(都道府県)"),
        "address": joined(named("都道府県", "(都道府県)"), named("住所", "(住所)", "住所1"), named("住所2", "建物名")),
    }


PROFILE = Profile(
    code="makeshop",
    name="makeshop 注文CSV",
    order={
        "number": col("注文番号"),
        "ordered_at": _ordered_at(),
        "status": col("処理状況"),
        **{f"buyer_{part}": source for part, source in _party("注文者").items()},
        "buyer_email": col("注文者メールアドレス", "メールアドレス"),
        **{f"ship_{part}": source for part, source in _party("お届け先", "届け先", "送付先").items()},
        "payment_method": col("決済方法", "支払方法"),
        "delivery_method": col("配送方法"),
        "postage": col("送料"),
        "fee": added(col("決済手数料", "手数料"), col("代引手数料")),
        "points": col("使用ポイント", "ポイント利用額"),
        "discount": added(col("クーポン割引", "クーポン割引額"), col("割引金額", "値引")),
        "total": col("合計金額", "注文合計金額"),
        "wished_date": col("お届け希望日", "配送希望日"),
        "wished_slot": col("お届け希望時間", "お届け希望時間帯", "配送希望時間"),
        "note": col("備考", "伝言欄"),
        "staff_note": col("管理用メモ"),
    },
    line={
        "sku": either(col("独自商品コード"), col("商品コード", "システム商品コード")),
        "name": col("商品名"),
        "option": col("オプション", "商品オプション"),
        "quantity": col("数量", "個数"),
        "unit_price": col("販売価格", "単価"),
        "tax_rate": col("消費税率", "税率"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price"),
    number_pattern=r"^[0-9A-Za-z]{1,30}$",
    statuses={"未処理": "open", "配送": "shipped", "注文キャンセル": "cancelled", "返送": "cancelled"},
    sums=(Sum("order_total", "total", (("lines_total", "postage", "fee", "-points", "-discount"),)),),
)
