"""aishipR 受注データCSV: a row per item of an order, all order-level cells on every row, in cp932 with CRLF.

Which columns a file has is chosen when it is written. 注文番号, 注文日時, 商品管理番号, 商品名, 数量, 商品単価,
決済方法, 管理ステータス and 入金済ステータス are established by manual.aiship.jp, the names of the other columns are
not; each is read under several. 管理ステータス has the shop's own words: those that every shop has are understood.
"""

from __future__ import annotations

from orders.intake import Profile, Source, Sum, added, col, found, joined


def _party(*sides: str) -> dict[str, Source]:
    def named(*parts: str) -> Source:
        return col(*(f"{side}{part}" for part in parts for side in sides))

    return {
        "name": joined(named("氏名(姓)", "姓", "氏名", "名前"), named("氏名(名)", "名"), glue=" "),
        "kana": joined(named("フリガナ(セイ)", "姓カナ", "フリガナ"), named("フリガナ(メイ)", "名カナ"), glue=" "),
        "phone": named("電話番号"),
        "postcode": named("郵便番号"),
        "prefecture": named("都道府県"),
        "address": joined(
            named("都道府県"), named("市区町村", "住所1", "住所"), named("番地", "住所2"), named("建物名", "住所3")
        ),
    }


PROFILE = Profile(
    code="aishipr",
    name="aishipR 受注データCSV",
    order={
        "number": col("注文番号"),
        "ordered_at": col("注文日時"),
        "status": col("管理ステータス"),
        "paid": found(col("入金済ステータス"), "^(入金済み?)$"),
        **{f"buyer_{part}": source for part, source in _party("注文者", "購入者").items()},
        "buyer_email": col("注文者メールアドレス", "メールアドレス"),
        **{f"ship_{part}": source for part, source in _party("配送先", "送付先", "お届け先").items()},
        "destination": col("配送先番号", "配送先ID"),
        "payment_method": col("決済方法"),
        "delivery_method": col("配送方法"),
        "postage": col("送料"),
        "fee": added(col("決済手数料"), col("代引手数料")),
        "points": col("利用ポイント"),
        "discount": col("クーポン割引額", "割引額"),
        "total": col("合計金額", "請求金額"),
        "wished_date": col("配送希望日", "お届け希望日"),
        "wished_slot": col("配送希望時間帯", "お届け希望時間帯"),
        "note": col("備考", "お客様備考"),
        "staff_note": col("管理メモ"),
    },
    line={
        "sku": col("商品管理番号"),
        "name": col("商品名"),
        "option": joined(col("商品バリエーション選択肢"), col("商品オプション選択肢"), glue=" "),
        "quantity": col("数量"),
        "unit_price": col("商品単価"),
        "tax_rate": col("消費税率", "税率"),
    },
    required=("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price"),
    number_pattern=r"^[0-9A-Za-z_-]{1,40}$",
    statuses={
        **dict.fromkeys(("新規受付", "新規注文", "処理中", "入金待ち", "発送待ち"), "open"),
        **dict.fromkeys(("発送済み", "発送完了", "完了"), "shipped"),
        **dict.fromkeys(("キャンセル", "キャンセル済み"), "cancelled"),
    },
    sums=(Sum("order_total", "total", (("lines_total", "postage", "fee", "-points", "-discount"),)),),
)
