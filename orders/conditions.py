"""Conditions on orders, as data: kept as JSON with a rule, asked of a whole frame of orders or of a single one.

A property test holds the two ways together. Texts are compared as a person would compare them: case, width, kana and
variant kanji make no difference. A fact that is not there satisfies no comparison.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from core.definitions import Definition, exact, read_day, reading, refuse
from core.text import search_key, search_keys
from core.wording import Sentence, _

TEXT, AMOUNT, DAY, FLAG, TEXTS = "text", "amount", "day", "flag", "texts"

FIELDS: Mapping[str, tuple[str, str]] = {
    "number": (TEXT, _("注文番号")),
    "buyer_name": (TEXT, _("購入者名")),
    "buyer_email": (TEXT, _("購入者メール")),
    "buyer_phone": (TEXT, _("購入者電話番号")),
    "buyer_prefecture": (TEXT, _("購入者都道府県")),
    "ship_name": (TEXT, _("届け先名")),
    "ship_postcode": (TEXT, _("届け先郵便番号")),
    "ship_prefecture": (TEXT, _("届け先都道府県")),
    "ship_address": (TEXT, _("届け先住所")),
    "ship_phone": (TEXT, _("届け先電話番号")),
    "payment_method": (TEXT, _("支払方法")),
    "delivery_method": (TEXT, _("配送方法")),
    "wished_slot": (TEXT, _("希望時間帯")),
    "noshi": (TEXT, _("のし")),
    "wrapping": (TEXT, _("ラッピング")),
    "note": (TEXT, _("備考")),
    "goods_total": (AMOUNT, _("商品計")),
    "postage": (AMOUNT, _("送料")),
    "discount": (AMOUNT, _("値引")),
    "points": (AMOUNT, _("ポイント")),
    "total": (AMOUNT, _("合計金額")),
    "line_count": (AMOUNT, _("明細数")),
    "units": (AMOUNT, _("数量の合計")),
    "days_to_wish": (AMOUNT, _("注文日から希望日までの日数")),
    "wished_date": (DAY, _("希望日")),
    "gift": (FLAG, _("ギフト")),
    "paid": (FLAG, _("入金済み")),
    "prepaid": (FLAG, _("前払い")),
    "skus": (TEXTS, _("商品コード")),
}
"""What a condition may speak of: field to its kind and its name. Columns of `Intake.orders`, but for days_to_wish."""

OPERATORS: Mapping[str, tuple[frozenset[str], str]] = {
    "eq": (frozenset({TEXT, AMOUNT, DAY, FLAG}), _("が次と等しい")),
    "ne": (frozenset({TEXT, AMOUNT, DAY}), _("が次と等しくない")),
    "gt": (frozenset({AMOUNT, DAY}), _("が次より大きい")),
    "gte": (frozenset({AMOUNT, DAY}), _("が次以上")),
    "lt": (frozenset({AMOUNT, DAY}), _("が次より小さい")),
    "lte": (frozenset({AMOUNT, DAY}), _("が次以下")),
    "in": (frozenset({TEXT, AMOUNT, DAY}), _("が次のどれか")),
    "contains": (frozenset({TEXT}), _("が次を含む")),
    "matches_prefix": (frozenset({TEXT}), _("が次で始まる")),
    "has_any": (frozenset({TEXTS}), _("に次のどれかがある")),
    "is_set": (frozenset({TEXT, AMOUNT, DAY, TEXTS}), _("がある")),
    "is_blank": (frozenset({TEXT, AMOUNT, DAY, TEXTS}), _("がない")),
}
"""How a field may be asked: operator to the kinds of field it fits and its words."""

_MANY, _NONE = frozenset({"in", "has_any"}), frozenset({"is_set", "is_blank"})
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    name: getattr(operator, {"gte": "ge", "lte": "le"}.get(name, name))
    for name in ("eq", "ne", "gt", "gte", "lt", "lte")
}
_BLANK: Mapping[str, object] = {TEXT: "", TEXTS: []}


@dataclass(frozen=True)
class Comparison:
    """One field against a value: as it is compared (texts as their search_key), a tuple for "in" and "has_any"."""

    field: str
    op: str
    value: Any = None

    @property
    def kind(self) -> str:
        return FIELDS[self.field][0]


@dataclass(frozen=True)
class Group:
    """Several conditions joined. how: "all" or "any"; no parts at all is true for "all", false for "any"."""

    how: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Comparison | Group | Not


def read_condition(data: object, path: str = "") -> Condition:
    """A condition from its JSON: {"all": […]}, {"any": […]}, {"not": …} or {"field": …, "op": …, "value": …}.

    Raises Refused with a sentence that names the place where it is not one.
    """
    with reading(data, path) as definition:
        for how in ("all", "any"):
            if definition.has(how):
                return Group(how, tuple(read_condition(part, where) for where, part in definition.items(how)))
        if definition.has("not"):
            return Not(read_condition(definition.value("not"), definition.at("not")))
        return _read_comparison(definition)


def _read_comparison(definition: Definition) -> Comparison:
    field, op = definition.text("field"), definition.text("op")
    if field not in FIELDS:
        refuse(definition.at("field"), Sentence(_("「%(field)s」という項目はありません。"), field=field))
    kind = FIELDS[field][0]
    if op not in OPERATORS or kind not in OPERATORS[op][0]:
        refuse(definition.at("op"), Sentence(_("「%(op)s」はこの項目には使えません。"), op=op))
    if op in _NONE:
        return Comparison(field, op)
    if op in _MANY:
        return Comparison(field, op, tuple(_read_value(kind, item, where) for where, item in definition.items("value")))
    return Comparison(field, op, _read_value(kind, definition.value("value"), definition.at("value")))


def _read_value(kind: str, value: object, path: str) -> object:
    if kind in {TEXT, TEXTS}:
        if not isinstance(value, str) or not value.strip():
            refuse(path, _("文字を入れてください。"))
        return search_key(value)
    if kind == AMOUNT:
        number = exact(value, path)
        if number != number.to_integral_value():
            refuse(path, _("整数で指定してください。"))
        return int(number)
    if kind == DAY:
        return read_day(value, path)
    if not isinstance(value, bool):
        refuse(path, _("true か false で指定してください。"))
    return value


def holds(condition: Condition, order: Mapping[str, Any]) -> bool:
    """Whether a single order (a row of orders) satisfies the condition."""
    match condition:
        case Group(how, parts):
            return (all if how == "all" else any)(holds(part, order) for part in parts)
        case Not(part):
            return not holds(part, order)
        case Comparison():
            return _compare(condition, order[condition.field])


def _compare(asked: Comparison, found: Any) -> bool:
    if found is None or found == _BLANK.get(asked.kind):
        return asked.op == "is_blank"
    if asked.op in _NONE:
        return asked.op == "is_set"
    if asked.kind == TEXTS:
        return any(search_key(each) in asked.value for each in found)
    value = search_key(found) if asked.kind == TEXT else found
    if asked.op == "contains":
        return asked.value in value
    if asked.op == "matches_prefix":
        return bool(value.startswith(asked.value))
    return value in asked.value if asked.op == "in" else bool(_COMPARE[asked.op](value, asked.value))


def matching(condition: Condition, orders: pl.DataFrame) -> pl.Series:
    """For each of the orders whether it satisfies the condition."""
    asked = {comparison.field: comparison.kind for comparison in _comparisons(condition)}
    texts = [search_keys(orders[name]).alias(_key(name)) for name, kind in asked.items() if kind == TEXT]
    lists = [_list_keys(orders[name]).alias(_key(name)) for name, kind in asked.items() if kind == TEXTS]
    return orders.with_columns(*texts, *lists).with_columns(_expression(condition).alias("matching"))["matching"]


def _key(name: str) -> str:
    return f"key of {name}"


def _list_keys(texts: pl.Series) -> pl.Series:
    place = pl.int_range(pl.len()).alias("place")
    single = texts.alias("text").to_frame().with_columns(place).explode("text").drop_nulls()
    keyed = single.with_columns(search_keys(single["text"])).group_by("place").agg("text")
    every = pl.DataFrame({"place": pl.int_range(len(texts), eager=True)})
    return every.join(keyed, on="place", how="left", maintain_order="left")["text"]


def _expression(condition: Condition) -> pl.Expr:
    match condition:
        case Group(how, parts):
            joined = pl.all_horizontal if how == "all" else pl.any_horizontal
            return joined([_expression(part) for part in parts]) if parts else pl.lit(how == "all")
        case Not(part):
            return ~_expression(part)
        case Comparison():
            return _comparison(condition)


def _comparison(asked: Comparison) -> pl.Expr:
    found = pl.col(asked.field)
    present = found.is_not_null()
    if asked.kind in {TEXT, TEXTS}:
        present &= found != "" if asked.kind == TEXT else found.list.len() > 0
    if asked.op in _NONE:
        return present if asked.op == "is_set" else ~present
    value = pl.col(_key(asked.field)) if asked.kind in {TEXT, TEXTS} else found
    return (present & _test(asked, value)).fill_null(value=False)


def _test(asked: Comparison, value: pl.Expr) -> pl.Expr:
    if asked.op == "contains":
        return value.str.contains(asked.value, literal=True)
    if asked.op == "matches_prefix":
        return value.str.starts_with(asked.value)
    if asked.op == "has_any":
        return reduce(operator.or_, [value.list.contains(each) for each in asked.value], pl.lit(value=False))
    if asked.op == "in":
        return reduce(operator.or_, [value == pl.lit(each) for each in asked.value], pl.lit(value=False))
    tested: pl.Expr = _COMPARE[asked.op](value, pl.lit(asked.value))
    return tested


def _comparisons(condition: Condition) -> Iterable[Comparison]:
    match condition:
        case Group(_, parts):
            for part in parts:
                yield from _comparisons(part)
        case Not(part):
            yield from _comparisons(part)
        case Comparison():
            yield condition
