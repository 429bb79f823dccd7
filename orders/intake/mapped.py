"""A layout that a client mapped itself: data alone, made into a profile out of a few known steps.

A definition says for each fact which columns it stands in and how they become its text. It can name columns and words;
it can run nothing: every expression is built here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

import polars as pl

from core.definitions import Definition, reading, refuse
from core.wording import Sentence, _
from orders.intake import values
from orders.intake.profiles import (
    LINE_FIELDS,
    ORDER_FIELDS,
    Pair,
    Profile,
    Source,
    Sum,
    added,
    col,
    either,
    header_key,
    joined,
    padded,
)

Combine = Literal["join", "first", "sum"]

ORDER_LABELS: Mapping[str, str] = {
    "number": _("注文番号"),
    "ordered_at": _("注文日時"),
    "status": _("状態（入金・キャンセルなど）"),
    "cancelled": _("キャンセルの印"),
    "paid": _("入金済みの印"),
    "buyer_name": _("注文者の名前"),
    "buyer_kana": _("注文者のカナ"),
    "buyer_email": _("注文者のメール"),
    "buyer_phone": _("注文者の電話"),
    "buyer_postcode": _("注文者の郵便番号"),
    "buyer_prefecture": _("注文者の都道府県"),
    "buyer_address": _("注文者の住所"),
    "ship_name": _("届け先の名前"),
    "ship_kana": _("届け先のカナ"),
    "ship_phone": _("届け先の電話"),
    "ship_postcode": _("届け先の郵便番号"),
    "ship_prefecture": _("届け先の都道府県"),
    "ship_address": _("届け先の住所"),
    "payment_method": _("支払方法"),
    "delivery_method": _("配送方法"),
    "goods_total": _("商品合計"),
    "postage": _("送料"),
    "fee": _("手数料"),
    "discount": _("値引"),
    "points": _("ポイント利用"),
    "tax": _("消費税"),
    "total": _("請求金額"),
    "gift": _("ギフトの印"),
    "noshi": _("のし"),
    "wrapping": _("ラッピング"),
    "message": _("メッセージ"),
    "wished_date": _("お届け希望日"),
    "wished_slot": _("お届け希望時間帯"),
    "note": _("備考"),
    "staff_note": _("社内メモ"),
}
LINE_LABELS: Mapping[str, str] = {
    "sku": _("商品コード"),
    "name": _("商品名"),
    "option": _("商品の選択肢"),
    "quantity": _("数量"),
    "unit_price": _("単価（税込）"),
    "tax_rate": _("税率"),
    "line_discount": _("明細の値引"),
}
LABELS: Mapping[str, str] = {**ORDER_LABELS, **LINE_LABELS}
"""The facts that a column may be mapped to, each with its name."""

NEEDED = ("number", "ordered_at", "ship_name", "ship_postcode", "ship_address", "sku", "quantity", "unit_price")
"""Without these no order can be made; each needs a column, or a text that stands for it in every row."""

DATES = ("ordered_at", "wished_date")
STATUSES = ("open", "paid", "shipped", "cancelled")
MOST_COLUMNS, MOST_WORDS, MOST_OF_A_FILE, LONGEST = 6, 200, 500, 200

_TOKENS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "hh": "%H", "mm": "%M", "ss": "%S"}
_DATE_FORMAT = re.compile(r"(?:YYYY|YY|MM|DD|hh|mm|ss|[-/.年月日時分秒 :T])+")


def profile(definition: object, *, code: str, name: str, version: int) -> Profile:
    """The profile of a definition. Refused, with the place, where it makes no sense.

    A definition: {"fields": {field: source}, "statuses": {word: STATUSES}, "slots": {word: slot},
    "carry_forward": bool, "tax_rate": int, "pair": pair}.
    A source: {"columns": [name, …], "combine": "join" | "first" | "sum", "glue": text, "widths": [int, …],
    "date": "YYYY/MM/DD hh:mm", "words": {from: to}, "default": text}.
    A pair, where orders and items come in two files: {"key": the column that both have, "orders": [name, …],
    "items": [name, …]}, with the columns of each.
    """
    with reading(definition) as data:
        sources = _sources(data)
        _check_needed(sources, data)
        return Profile(
            code=code,
            name=name,
            version=version,
            order={field: source for field, source in sources.items() if field in ORDER_FIELDS},
            line={field: source for field, source in sources.items() if field in LINE_FIELDS},
            required=tuple(field for field in NEEDED if field in sources and sources[field].parts),
            sums=(
                Sum(
                    "order_total",
                    "total",
                    (
                        ("lines_total", "-line_discounts", "postage", "fee", "-discount", "-points"),
                        ("lines_total", "-line_discounts", "postage", "fee", "-discount", "-points", "tax"),
                    ),
                ),
            ),
            carry_forward=data.flag("carry_forward", default=False),
            statuses=_words(data, "statuses", STATUSES),
            slots=_words(data, "slots", values.SLOTS),
            tax_rate=_tax_rate(data),
            pair=_pair(data, sources),
        )


def _tax_rate(data: Definition) -> int:
    rate = data.whole("tax_rate", default=10)
    if rate not in (0, 8, 10):
        refuse(data.at("tax_rate"), _("10、8、0のいずれかにしてください。"))
    return rate


def _pair(data: Definition, sources: Mapping[str, Source]) -> Pair | None:
    """The two files, each told by the mapped columns that it alone has."""
    if not data.has("pair"):
        return None
    with reading(data.value("pair"), data.at("pair")) as told:
        key = _column(told.value("key"), told.at("key"))
        orders, items = (
            [_column(item, where) for where, item in told.items(side)][:MOST_OF_A_FILE] for side in ("orders", "items")
        )
    if sources["number"].parts != ((key,),):
        sentence = _("注文番号には、二つのファイルをつなぐ列「%(key)s」を割り当ててください。")
        refuse(data.at("fields"), Sentence(sentence, key=key))
    used = [name for source in sources.values() for part in source.parts for name in part]
    own, other = (_alone(used, side, beside) for side, beside in ((orders, items), (items, orders)))
    if not own or not other:
        refuse(data.at("fields"), _("注文のファイルと明細のファイルの、それぞれにしかない列を1つ以上使ってください。"))
    return Pair(key, orders=own, items=other)


def _alone(used: Sequence[str], side: Sequence[str], beside: Sequence[str]) -> tuple[str, ...]:
    known, others = set(map(header_key, side)), set(map(header_key, beside))
    return tuple(name for name in used if header_key(name) in known - others)


def _sources(data: Definition) -> dict[str, Source]:
    value, path = data.value("fields"), data.at("fields")
    if not isinstance(value, Mapping):
        refuse(path, _("項目と値の組で書いてください。"))
    unknown = sorted(set(map(str, value)) - set(LABELS))
    if unknown:
        refuse(f"{path}.{unknown[0]}", _("この項目はありません。つづりを確かめてください。"))
    return {field: _source(field, value[field], f"{path}.{field}") for field in LABELS if field in value}


def _check_needed(sources: Mapping[str, Source], data: Definition) -> None:
    # An order without any ship-to goes to its buyer.
    lacking = [
        field
        for field in NEEDED
        if field not in sources and not (field.startswith("ship_") and field.replace("ship_", "buyer_") in sources)
    ]
    if lacking:
        names = "、".join(str(Sentence(LABELS[field])) for field in lacking)
        refuse(data.at("fields"), Sentence(_("次の項目に列を割り当ててください：%(names)s"), names=names))


def _source(field: str, value: object, path: str) -> Source:
    with reading(value, path) as data:
        columns = [_column(item, where) for where, item in data.items("columns")]
        if len(columns) > MOST_COLUMNS:
            refuse(data.at("columns"), Sentence(_("列は%(most)s個までです。"), most=MOST_COLUMNS))
        default = _short(data, "default")
        if not columns and not default:
            refuse(path, _("列か、すべての行に入れる値が必要です。"))
        if field == "number" and (len(columns) != 1 or any(map(data.has, ("words", "widths", "default", "date")))):
            refuse(path, _("注文番号には1つの列をそのまま使います。"))
        source = _combined(columns, data)
        if data.has("date"):
            source = _then(source, _dated(_date_format(data)))
        words = _words(data, "words", ())
        if words:
            source = _then(source, lambda text: text.replace(dict(words)))
        return (
            _then(source, lambda text: pl.when(text != "").then(text).otherwise(pl.lit(default))) if default else source
        )


def _column(item: object, where: str) -> str:
    if not isinstance(item, str) or not item.strip() or len(item) > LONGEST:
        refuse(where, _("列の名前を入れてください。"))
    return item


def _short(data: Definition, key: str) -> str:
    value = data.value(key) if data.has(key) else ""
    if not isinstance(value, str) or len(value) > LONGEST:
        refuse(data.at(key), Sentence(_("%(most)s文字までの文字にしてください。"), most=LONGEST))
    return value


def _combined(columns: Sequence[str], data: Definition) -> Source:
    glue, combine = _short(data, "glue"), data.value("combine") if data.has("combine") else "join"
    if combine not in ("join", "first", "sum"):
        refuse(data.at("combine"), _("join、first、sum のいずれかにしてください。"))
    widths = [_width(item, where) for where, item in data.items("widths")]
    if not columns:
        return Source((), lambda _cells: pl.lit(""))
    sources = [col(name) for name in columns]
    if widths:
        if len(widths) != len(columns):
            refuse(data.at("widths"), _("桁数は列と同じ数だけ書いてください。"))
        return padded(*sources, widths=widths, glue=glue)
    if len(sources) == 1:
        return sources[0]
    ways: Mapping[str, Callable[..., Source]] = {"first": either, "sum": added}
    return ways[combine](*sources) if combine in ways else joined(*sources, glue=glue)


def _width(item: object, where: str) -> int:
    if isinstance(item, bool) or not isinstance(item, int) or not 1 <= item <= 20:
        refuse(where, _("桁数は1から20までの整数にしてください。"))
    return item


def _then(source: Source, step: Callable[[pl.Expr], pl.Expr]) -> Source:
    return Source(source.parts, lambda cells: step(source.build(cells)))


def _date_format(data: Definition) -> str:
    text = data.text("date")
    if not _DATE_FORMAT.fullmatch(text) or len(text) > 40 or not all(part in text for part in ("YY", "MM", "DD")):
        refuse(data.at("date"), _("日付の書き方は YYYY/MM/DD hh:mm のように書いてください。"))
    return re.sub("YYYY|YY|MM|DD|hh|mm|ss", lambda token: _TOKENS[token.group()], text)


def _dated(form: str) -> Callable[[pl.Expr], pl.Expr]:
    """The moment in the one form that values.moments reads at once; what is no such date stays as it is."""
    # Without a time of day the moment needs one to be parsed.
    full, more = (form, "") if "%H" in form else (f"{form} %H:%M", " 00:00")

    def step(text: pl.Expr) -> pl.Expr:
        moment = (text + more).str.to_datetime(full, strict=False, time_unit="us")
        return pl.coalesce(moment.dt.to_string("%Y/%m/%d %H:%M:%S"), text)

    return step


def _words(data: Definition, key: str, allowed: Sequence[str]) -> dict[str, str]:
    if not data.has(key):
        return {}
    value, path = data.value(key), data.at(key)
    if not isinstance(value, Mapping) or len(value) > MOST_WORDS:
        refuse(path, Sentence(_("%(most)s組までの「元の値」と「読み替え」の組で書いてください。"), most=MOST_WORDS))
    for word, meaning in value.items():
        if not isinstance(meaning, str) or len(str(word)) > LONGEST or len(meaning) > LONGEST:
            refuse(f"{path}.{word}", _("文字を入れてください。"))
        if allowed and meaning not in allowed:
            choices = "、".join(allowed)
            refuse(f"{path}.{word}", Sentence(_("次のいずれかにしてください：%(choices)s"), choices=choices))
    return {str(word): meaning for word, meaning in cast(Mapping[str, str], value).items()}
