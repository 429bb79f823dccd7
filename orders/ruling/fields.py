"""What a condition may ask of an order: the fields with their kinds, names and units, and how each kind is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.text import PREFECTURES
from core.wording import _
from orders.supplying import BRANCHES

TEXT, CHOICE, AMOUNT, DAY, CLOCK, FLAG, TEXTS, COUNTS = (
    "text",
    "choice",
    "amount",
    "day",
    "clock",
    "flag",
    "texts",
    "counts",
)
"""Kinds of field.

choice: one of a closed list of codes. clock: minutes after midnight, written HH:MM. texts: several at once. counts:
how many of what, asked of one thing by its name.
"""

WEEKDAYS: Mapping[str, str] = {
    "mon": _("月曜"),
    "tue": _("火曜"),
    "wed": _("水曜"),
    "thu": _("木曜"),
    "fri": _("金曜"),
    "sat": _("土曜"),
    "sun": _("日曜"),
}
REGIONS: Mapping[str, str] = {
    "hokkaido": _("北海道"),
    "tohoku": _("東北"),
    "kanto": _("関東"),
    "chubu": _("中部"),
    "kinki": _("近畿"),
    "chugoku": _("中国"),
    "shikoku": _("四国"),
    "kyushu": _("九州"),
    "okinawa": _("沖縄"),
}
REGION_OF: Mapping[str, str] = {
    name: region
    for region, first, last in (
        ("hokkaido", 1, 1),
        ("tohoku", 2, 7),
        ("kanto", 8, 14),
        ("chubu", 15, 23),
        ("kinki", 24, 30),
        ("chugoku", 31, 35),
        ("shikoku", 36, 39),
        ("kyushu", 40, 46),
        ("okinawa", 47, 47),
    )
    for name in PREFECTURES[first - 1 : last]
}
"""Prefecture to region: 三重 is 近畿 and 山梨・長野・新潟 are 中部, as the Geographical Survey has it."""

SLOTS: Mapping[str, str] = {
    "none": _("指定なし"),
    "am": _("午前中"),
    "12-14": _("12〜14時"),
    "14-16": _("14〜16時"),
    "16-18": _("16〜18時"),
    "18-20": _("18〜20時"),
    "18-21": _("18〜21時"),
    "19-21": _("19〜21時"),
    "other": _("その他の指定"),
}
TEMPERATURES: Mapping[str, str] = {"normal": _("常温"), "chilled": _("冷蔵"), "frozen": _("冷凍")}
PRIORITIES: Mapping[str, str] = {"0": _("通常"), "1": _("優先"), "2": _("最優先")}
_PREFECTURES = {name: name for name in PREFECTURES}


@dataclass(frozen=True)
class Field:
    """kind: of the kinds above. group: under what it is found. unit: of an amount. choices: code to name."""

    kind: str
    label: str
    group: str
    unit: str = ""
    choices: Mapping[str, str] | None = None


_ORDER, _BUYER, _SHIP = _("注文"), _("購入者"), _("届け先")
_MONEY, _GOODS, _WISH, _WORDS = _("金額と支払"), _("商品"), _("お届けの希望"), _("備考と目印")
_YEN, _PIECES, _DAYS, _TIMES, _CHARACTERS = _("円"), _("点"), _("日"), _("件"), _("文字")

FIELDS: Mapping[str, Field] = {
    "number": Field(TEXT, _("注文番号"), _ORDER),
    "channel": Field(TEXT, _("販売チャネルのコード"), _ORDER),
    "ordered_day": Field(DAY, _("注文日"), _ORDER),
    "ordered_time": Field(CLOCK, _("注文の時刻"), _ORDER),
    "ordered_weekday": Field(CHOICE, _("注文の曜日"), _ORDER, choices=WEEKDAYS),
    "ordered_on_holiday": Field(FLAG, _("祝日の注文"), _ORDER),
    "ordered_on_day_off": Field(FLAG, _("土日祝の注文"), _ORDER),
    "age_days": Field(AMOUNT, _("注文から取込までの日数"), _ORDER, _DAYS),
    "buyer_name": Field(TEXT, _("購入者名"), _BUYER),
    "buyer_kana": Field(TEXT, _("購入者名カナ"), _BUYER),
    "buyer_email": Field(TEXT, _("購入者メール"), _BUYER),
    "buyer_mail_domain": Field(TEXT, _("メールのドメイン"), _BUYER),
    "buyer_phone": Field(TEXT, _("購入者電話番号"), _BUYER),
    "buyer_prefecture": Field(CHOICE, _("購入者都道府県"), _BUYER, choices=_PREFECTURES),
    "buyer_is_company": Field(FLAG, _("購入者が法人名"), _BUYER),
    "buyer_is_recipient": Field(FLAG, _("購入者と届け先が同じ"), _BUYER),
    "past_orders": Field(AMOUNT, _("過去の注文数（同じ電話番号）"), _BUYER, _TIMES),
    "first_order": Field(FLAG, _("初めての注文（同じ電話番号）"), _BUYER),
    "past_cancelled": Field(AMOUNT, _("過去のキャンセル数（同じ電話番号）"), _BUYER, _TIMES),
    "past_unpaid": Field(AMOUNT, _("過去の未入金数（同じ電話番号）"), _BUYER, _TIMES),
    "past_returned": Field(AMOUNT, _("過去の返品数（同じ電話番号）"), _BUYER, _TIMES),
    "ship_name": Field(TEXT, _("届け先名"), _SHIP),
    "ship_kana": Field(TEXT, _("届け先名カナ"), _SHIP),
    "ship_is_company": Field(FLAG, _("届け先が法人名"), _SHIP),
    "ship_postcode": Field(TEXT, _("届け先郵便番号"), _SHIP),
    "ship_prefecture": Field(CHOICE, _("届け先都道府県"), _SHIP, choices=_PREFECTURES),
    "ship_region": Field(CHOICE, _("届け先の地方"), _SHIP, choices=REGIONS),
    "ship_is_island": Field(FLAG, _("離島への届け"), _SHIP),
    "ship_address": Field(TEXT, _("届け先住所"), _SHIP),
    "ship_address_length": Field(AMOUNT, _("届け先住所の長さ"), _SHIP, _CHARACTERS),
    "ship_without_number": Field(FLAG, _("届け先住所に番地がない"), _SHIP),
    "ship_to_office": Field(FLAG, _("私書箱・局留め・営業所止め"), _SHIP),
    "ship_misplaced": Field(FLAG, _("郵便番号と都道府県の不一致"), _SHIP),
    "ship_phone": Field(TEXT, _("届け先電話番号"), _SHIP),
    "ship_phone_broken": Field(FLAG, _("届け先電話番号が正しくない"), _SHIP),
    "payment_method": Field(TEXT, _("支払方法"), _MONEY),
    "cash_on_delivery": Field(FLAG, _("代金引換"), _MONEY),
    "prepaid": Field(FLAG, _("前払い"), _MONEY),
    "paid": Field(FLAG, _("入金済み"), _MONEY),
    "prepaid_unpaid": Field(FLAG, _("前払いで未入金"), _MONEY),
    "goods_total": Field(AMOUNT, _("商品計"), _MONEY, _YEN),
    "postage": Field(AMOUNT, _("送料"), _MONEY, _YEN),
    "fee": Field(AMOUNT, _("手数料"), _MONEY, _YEN),
    "discount": Field(AMOUNT, _("値引・クーポン"), _MONEY, _YEN),
    "discount_percent": Field(AMOUNT, _("値引の割合"), _MONEY, "%"),
    "points": Field(AMOUNT, _("ポイント"), _MONEY, _YEN),
    "total": Field(AMOUNT, _("合計金額"), _MONEY, _YEN),
    "line_count": Field(AMOUNT, _("明細数"), _GOODS, _TIMES),
    "units": Field(AMOUNT, _("数量の合計"), _GOODS, _PIECES),
    "units_of": Field(COUNTS, _("商品ごとの数量"), _GOODS, _PIECES),
    "most_of_one": Field(AMOUNT, _("1明細の最大数量"), _GOODS, _PIECES),
    "dearest": Field(AMOUNT, _("最も高い単価"), _GOODS, _YEN),
    "skus": Field(TEXTS, _("商品コード"), _GOODS),
    "item_names": Field(TEXTS, _("商品名"), _GOODS),
    "item_options": Field(TEXTS, _("商品の選択肢"), _GOODS),
    "with_free_line": Field(FLAG, _("0円の明細がある"), _GOODS),
    "reduced_tax": Field(FLAG, _("軽減税率の商品がある"), _GOODS),
    "branches": Field(TEXTS, _("手配の区分"), _GOODS, choices=BRANCHES),
    "wished_date": Field(DAY, _("希望日"), _WISH),
    "days_to_wish": Field(AMOUNT, _("注文日から希望日までの日数"), _WISH, _DAYS),
    "wished_weekday": Field(CHOICE, _("希望日の曜日"), _WISH, choices=WEEKDAYS),
    "wished_on_day_off": Field(FLAG, _("希望日が土日祝"), _WISH),
    "wished_slot": Field(CHOICE, _("希望時間帯"), _WISH, choices=SLOTS),
    "delivery_method": Field(TEXT, _("配送方法"), _WISH),
    "carrier": Field(TEXT, _("運送会社のコード"), _WISH),
    "temperature": Field(CHOICE, _("温度帯"), _WISH, choices=TEMPERATURES),
    "ship_on": Field(DAY, _("決めた出荷日"), _WISH),
    "gift": Field(FLAG, _("ギフト"), _WORDS),
    "noshi": Field(TEXT, _("のし"), _WORDS),
    "wrapping": Field(TEXT, _("ラッピング"), _WORDS),
    "message": Field(TEXT, _("メッセージ"), _WORDS),
    "note": Field(TEXT, _("備考"), _WORDS),
    "note_length": Field(AMOUNT, _("備考の長さ"), _WORDS, _CHARACTERS),
    "staff_note": Field(TEXT, _("作業メモ"), _WORDS),
    "tags": Field(TEXTS, _("タグ"), _WORDS),
    "priority": Field(AMOUNT, _("優先度（0〜2）"), _WORDS),
}
"""What a condition may speak of: columns of Subjects.orders, or made from them by orders.ruling.deriving."""


@dataclass(frozen=True)
class Operator:
    """kinds: the kinds of field that it fits. label: its words alone. sentence: with %(field)s and %(value)s.

    timely: label and sentence for days and times, where they are others.
    """

    kinds: frozenset[str]
    label: str
    sentence: str
    timely: tuple[str, str] | None = None

    def words(self, kind: str) -> tuple[str, str]:
        """Label and sentence for a field of this kind."""
        return self.timely if self.timely and kind in (DAY, CLOCK) else (self.label, self.sentence)


_MEASURES = frozenset({AMOUNT, DAY, CLOCK, COUNTS})
_SINGLE = frozenset({TEXT, CHOICE, AMOUNT, DAY, CLOCK, COUNTS})
_ANY_BUT_FLAGS = frozenset({TEXT, CHOICE, AMOUNT, DAY, CLOCK, TEXTS, COUNTS})

OPERATORS: Mapping[str, Operator] = {
    "eq": Operator(_SINGLE | {FLAG}, _("が次と等しい"), _("%(field)s が %(value)s")),
    "ne": Operator(_SINGLE, _("が次と等しくない"), _("%(field)s が %(value)s でない")),
    "gte": Operator(
        _MEASURES, _("が次以上"), _("%(field)s が %(value)s 以上"), (_("が次以後"), _("%(field)s が %(value)s 以後"))
    ),
    "lte": Operator(
        _MEASURES, _("が次以下"), _("%(field)s が %(value)s 以下"), (_("が次以前"), _("%(field)s が %(value)s 以前"))
    ),
    "gt": Operator(
        _MEASURES,
        _("が次より大きい"),
        _("%(field)s が %(value)s より大きい"),
        (_("が次より後"), _("%(field)s が %(value)s より後")),
    ),
    "lt": Operator(
        _MEASURES,
        _("が次より小さい"),
        _("%(field)s が %(value)s より小さい"),
        (_("が次より前"), _("%(field)s が %(value)s より前")),
    ),
    "in": Operator(_SINGLE - {CLOCK, COUNTS}, _("が次のどれか"), _("%(field)s が %(value)s のどれか")),
    "not_in": Operator(_SINGLE - {CLOCK, COUNTS}, _("が次のどれでもない"), _("%(field)s が %(value)s のどれでもない")),
    "contains": Operator(frozenset({TEXT}), _("が次を含む"), _("%(field)s が「%(value)s」を含む")),
    "matches_prefix": Operator(frozenset({TEXT}), _("が次で始まる"), _("%(field)s が「%(value)s」で始まる")),
    "matches_suffix": Operator(frozenset({TEXT}), _("が次で終わる"), _("%(field)s が「%(value)s」で終わる")),
    "has_any": Operator(frozenset({TEXTS}), _("に次のどれかがある"), _("%(field)s に %(value)s のどれかがある")),
    "any_contains": Operator(
        frozenset({TEXTS}), _("に次を含むものがある"), _("%(field)s に「%(value)s」を含むものがある")
    ),
    "any_prefix": Operator(
        frozenset({TEXTS}), _("に次で始まるものがある"), _("%(field)s に「%(value)s」で始まるものがある")
    ),
    "is_set": Operator(_ANY_BUT_FLAGS, _("がある"), _("%(field)s がある")),
    "is_blank": Operator(_ANY_BUT_FLAGS, _("がない"), _("%(field)s がない")),
}
"""How a field may be asked."""

MANY, NONE = frozenset({"in", "not_in", "has_any"}), frozenset({"is_set", "is_blank"})
"""The operators that take several values, and those that take none."""


def operators_of(kind: str) -> list[str]:
    """The operators that fit a kind, in the order in which they are offered."""
    return [code for code, operator in OPERATORS.items() if kind in operator.kinds]
