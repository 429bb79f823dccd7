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

from core.definitions import Definition, exact, read_day, read_minute, reading, refuse
from core.text import search_key, search_keys
from core.wording import Sentence, _
from orders.ruling.fields import AMOUNT, CHOICE, CLOCK, COUNTS, DAY, FIELDS, MANY, NONE, OPERATORS, TEXT, TEXTS

MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES, MAX_TEXT = 50, 8, 200, 200
"""How large a condition may be: comparisons, groups within groups, values of one comparison, characters of a value."""

_LARGEST = 10**15
_WORDS = frozenset({TEXT, CHOICE, TEXTS})
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    name: getattr(operator, {"gte": "ge", "lte": "le"}.get(name, name))
    for name in ("eq", "ne", "gt", "gte", "lt", "lte")
}
_BLANK: Mapping[str, object] = {TEXT: "", CHOICE: "", TEXTS: []}


@dataclass(frozen=True)
class Comparison:
    """One field against a value: as it is compared (texts as their search_key), a tuple where there are several.

    of: what is counted, a search_key, for fields of the kind COUNTS.
    """

    field: str
    op: str
    value: Any = None
    of: str = ""

    @property
    def kind(self) -> str:
        return FIELDS[self.field].kind


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

    Raises Refused with a sentence that names the place where it is not one, or is too large.
    """
    condition = _read(data, path, MAX_DEPTH)
    if len(list(comparisons(condition))) > MAX_CONDITIONS:
        refuse(path, Sentence(_("条件が多すぎます。1つの規則には%(most)s個までです。"), most=MAX_CONDITIONS))
    return condition


def _read(data: object, path: str, deeper: int) -> Condition:
    if not deeper:
        refuse(path, Sentence(_("条件の入れ子は%(most)s段までです。"), most=MAX_DEPTH))
    with reading(data, path) as definition:
        for how in ("all", "any"):
            if definition.has(how):
                parts = _bounded(definition.items(how), definition.at(how), MAX_CONDITIONS)
                return Group(how, tuple(_read(part, where, deeper - 1) for where, part in parts))
        if definition.has("not"):
            return Not(_read(definition.value("not"), definition.at("not"), deeper - 1))
        return _read_comparison(definition)


def _bounded(items: list[tuple[str, object]], path: str, most: int) -> list[tuple[str, object]]:
    if len(items) > most:
        refuse(path, Sentence(_("多すぎます。%(most)s個までにしてください。"), most=most))
    return items


def _read_comparison(definition: Definition) -> Comparison:
    field, op = definition.text("field"), definition.text("op")
    if field not in FIELDS:
        refuse(definition.at("field"), Sentence(_("「%(field)s」という項目はありません。"), field=field))
    kind = FIELDS[field].kind
    if op not in OPERATORS or kind not in OPERATORS[op].kinds:
        refuse(definition.at("op"), Sentence(_("「%(op)s」はこの項目には使えません。"), op=op))
    of = search_key(_short(definition.text("of"), definition.at("of"))) if kind == COUNTS else ""
    if op in NONE:
        return Comparison(field, op, of=of)
    if op in MANY:
        items = _bounded(definition.items("value"), definition.at("value"), MAX_VALUES)
        return Comparison(field, op, tuple(_read_value(field, item, where) for where, item in items), of)
    return Comparison(field, op, _read_value(field, definition.value("value"), definition.at("value")), of)


def _read_value(field: str, value: object, path: str) -> object:
    kind = FIELDS[field].kind
    if kind in _WORDS:
        return _read_words(field, value, path)
    if kind in {AMOUNT, COUNTS}:
        number = exact(value, path)
        if number != number.to_integral_value() or abs(number) > _LARGEST:
            refuse(path, _("整数で指定してください。"))
        return int(number)
    if kind == DAY:
        return read_day(value, path)
    if kind == CLOCK:
        return read_minute(value, path)
    if not isinstance(value, bool):
        refuse(path, _("true か false で指定してください。"))
    return value


def _read_words(field: str, value: object, path: str) -> str:
    choices = FIELDS[field].choices
    words = _short(value, path)
    if choices is not None and words not in choices:
        refuse(path, Sentence(_("「%(value)s」は選べません。"), value=words))
    return search_key(words)


def _short(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        refuse(path, _("文字を入れてください。"))
    if len(value) > MAX_TEXT:
        refuse(path, Sentence(_("長すぎます。%(longest)s文字以内で入れてください。"), longest=MAX_TEXT))
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
    if asked.kind == COUNTS:
        counted = [each["units"] for each in found or () if each["name"] == asked.of]
        found = sum(counted) if counted else None
    if found is None or found == _BLANK.get(asked.kind):
        return asked.op == "is_blank"
    if asked.op in NONE:
        return asked.op == "is_set"
    if asked.kind == TEXTS:
        return any(_fits(asked.op, search_key(each), asked.value) for each in found)
    return _fits(asked.op, search_key(found) if asked.kind in _WORDS else found, asked.value)


def _fits(op: str, value: Any, wanted: Any) -> bool:
    match op:
        case "contains" | "any_contains":
            return wanted in value
        case "matches_prefix" | "any_prefix":
            return bool(value.startswith(wanted))
        case "matches_suffix":
            return bool(value.endswith(wanted))
        case "in" | "has_any":
            return value in wanted
        case "not_in":
            return value not in wanted
        case _:
            return bool(_COMPARE[op](value, wanted))


def matching(condition: Condition, orders: pl.DataFrame) -> pl.Series:
    """For each of the orders whether it satisfies the condition."""
    missing = [name for name in words_asked(condition) if key_of(name) not in orders.columns]
    keyed = orders.with_columns([keys(orders[name]) for name in missing])
    return keyed.with_columns(_expression(condition).alias("matching"))["matching"]


def words_asked(condition: Condition) -> list[str]:
    """The fields with texts that the condition compares; each needs its keys."""
    return sorted({each.field for each in comparisons(condition) if each.kind in _WORDS})


def key_of(name: str) -> str:
    """The column with the search keys of a field."""
    return f"key of {name}"


def keys(texts: pl.Series) -> pl.Series:
    """The search keys of a column of texts, or of lists of texts, under the name of key_of."""
    found = search_keys(texts) if texts.dtype == pl.String else _list_keys(texts)
    return found.alias(key_of(texts.name))


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
    found = _counted(asked) if asked.kind == COUNTS else pl.col(asked.field)
    present = found.is_not_null()
    if asked.kind in _WORDS:
        present &= found.list.len() > 0 if asked.kind == TEXTS else found != ""
    if asked.op in NONE:
        return present if asked.op == "is_set" else ~present
    value = pl.col(key_of(asked.field)) if asked.kind in _WORDS else found
    return (present & _test(asked, value)).fill_null(value=False)


def _counted(asked: Comparison) -> pl.Expr:
    """How many pieces of what is asked about an order has, null for none."""
    each = pl.element()
    units = pl.col(asked.field).list.eval(each.filter(each.struct.field("name") == asked.of).struct.field("units"))
    return pl.when(units.list.len() > 0).then(units.list.sum())


def _test(asked: Comparison, value: pl.Expr) -> pl.Expr:
    match asked.op:
        case "contains":
            return value.str.contains(asked.value, literal=True)
        case "matches_prefix":
            return value.str.starts_with(asked.value)
        case "matches_suffix":
            return value.str.ends_with(asked.value)
        case "any_contains":
            return value.list.eval(pl.element().str.contains(asked.value, literal=True)).list.any()
        case "any_prefix":
            return value.list.eval(pl.element().str.starts_with(asked.value)).list.any()
        case "has_any":
            return reduce(operator.or_, [value.list.contains(each) for each in asked.value], pl.lit(value=False))
        case "in":
            return _among(value, asked.value)
        case "not_in":
            return ~_among(value, asked.value)
        case _:
            tested: pl.Expr = _COMPARE[asked.op](value, pl.lit(asked.value))
            return tested


def _among(value: pl.Expr, wanted: tuple[Any, ...]) -> pl.Expr:
    return reduce(operator.or_, [value == pl.lit(each) for each in wanted], pl.lit(value=False))


def comparisons(condition: Condition) -> Iterable[Comparison]:
    """Every comparison in the condition."""
    match condition:
        case Group(_, parts):
            for part in parts:
                yield from comparisons(part)
        case Not(part):
            yield from comparisons(part)
        case Comparison():
            yield condition
