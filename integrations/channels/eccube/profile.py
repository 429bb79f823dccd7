"""EC-CUBE 4 受注CSV: a row per item of an order, postage, fees, discounts and points as items too; 70 columns.

明細区分 tells what a row is. 送料 stands in the header twice, first of the order and then of the parcel. 価格 of goods
is without tax, of all others with it; 小計 and 支払合計 are with tax. Rows of fees, discounts and points name no
parcel. An order with several parcels (出荷ID) is refused, to be divided by whoever knows how. cp932 is the usual
encoding and can be set. Source: dtb_csv of EC-CUBE 4; the numbers of 明細区分 and 対応状況 are from memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from core.text import PREFECTURES
from orders.intake import Profile, Source, Sum, col, either, joined

_BY_NUMBER = {str(number): name for number, name in enumerate(PREFECTURES, 1)}


def _prefecture(prefix: str) -> Source:
    """The name, or what the number stands for."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        return pl.when(cells[0] != "").then(cells[0]).otherwise(cells[1].replace(_BY_NUMBER))

    return Source(((f"{prefix}都道府県(名称)",), (f"{prefix}都道府県(ID)",)), build)


def _address(prefix: str) -> Source:
    named = _prefecture(prefix)

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        company = pl.when(cells[4] != "").then(" " + cells[4]).otherwise(pl.lit(""))
        return pl.concat_str(named.build(cells[:2]), cells[2], cells[3], company)

    return Source((*named.parts, (f"{prefix}住所1",), (f"{prefix}住所2",), (f"{prefix}会社名",)), build)


def _party(prefix: str) -> dict[str, Source]:
    return {
        "name": joined(col(f"{prefix}お名前(姓)"), col(f"{prefix}お名前(名)"), glue=" "),
        "kana": joined(col(f"{prefix}お名前(セイ)"), col(f"{prefix}お名前(メイ)"), glue=" "),
        "phone": col(f"{prefix}TEL"),
        "postcode": col(f"{prefix}郵便番号"),
        "prefecture": _prefecture(prefix),
        "address": _address(prefix),
    }


def _with_tax() -> Source:
    """The price of goods with its tax, rounded half up to whole yen; of all else as it is."""

    def build(cells: Sequence[pl.Expr]) -> pl.Expr:
        price, rate, kind_name, kind_id = cells
        amount = price.cast(pl.Decimal(14, 2), strict=False)
        percent = rate.cast(pl.Decimal(6, 2), strict=False).fill_null(0)
        goods = kind_name.is_in(["商品", ""]) & kind_id.is_in(["1", ""])
        taxed = ((amount * (percent + 100) + 50).cast(pl.Int64) // 100).cast(pl.String)
        return pl.when(goods & amount.is_not_null()).then(taxed).otherwise(price)

    return Source((("価格",), ("税率",), ("明細区分(名称)",), ("明細区分(ID)",)), build)


PROFILE = Profile(
    code="eccube",
    name="EC-CUBE 4 受注CSV",
    order={
        "number": col("注文番号", "注文ID"),
        "ordered_at": col("受注日"),
        "status": either(col("対応状況(名称)"), col("対応状況(ID)")),
        "paid": col("入金日"),
        "shipped": col("発送日"),
        **{f"buyer_{part}": source for part, source in _party("").items()},
        "buyer_email": col("メールアドレス"),
        **{f"ship_{part}": source for part, source in _party("配送先_").items()},
        "destination": col("出荷ID"),
        "payment_method": col("支払方法(名称)"),
        "delivery_method": col("配送業者(名称)"),
        "goods_total": col("小計"),
        "total": either(col("支払合計"), col("合計")),
        "wished_date": col("お届け希望日"),
        "wished_slot": col("お届け時間(名称)"),
        "note": col("配達用メモ"),
        "staff_note": col("ショップ用メモ欄"),
    },
    line={
        "kind": either(col("明細区分(名称)"), col("明細区分(ID)")),
        "sku": either(col("商品コード"), joined(col("商品ID"), col("商品規格ID"), glue="-")),
        "name": col("商品名"),
        "option": joined(col("規格分類名1"), col("規格分類名2"), glue=" / "),
        "quantity": col("個数"),
        "unit_price": _with_tax(),
        "tax_rate": col("税率"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price"),
    number_pattern=r"^[0-9A-Za-z_-]{1,60}$",
    statuses={
        **dict.fromkeys(("新規受付", "対応中", "決済処理中", "購入処理中", "1", "4", "7", "8"), "open"),
        **dict.fromkeys(("入金済み", "6"), "paid"),
        **dict.fromkeys(("発送済み", "5"), "shipped"),
        **dict.fromkeys(("注文取消し", "返品", "3", "9"), "cancelled"),
    },
    kinds={
        **dict.fromkeys(("商品", "1"), "goods"),
        **dict.fromkeys(("送料", "2"), "postage"),
        **dict.fromkeys(("手数料", "3"), "fee"),
        **dict.fromkeys(("割引", "値引き", "値引", "4"), "discount"),
        **dict.fromkeys(("税", "5"), "tax"),
        **dict.fromkeys(("ポイント", "6"), "points"),
    },
    derived={name: pl.col(f"charged_{name}") for name in ("postage", "fee", "discount", "points", "tax")},
    sums=(
        Sum("lines_total", "goods_total", (("lines_total",),)),
        Sum(
            "order_total",
            "total",
            (("goods_total", "charged_postage", "charged_fee", "charged_tax", "-charged_discount", "-charged_points"),),
        ),
    ),
)
