"""Rules in words, for whoever reads them: conditions and actions as sentences, values as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from core.wording import Sentence, _
from orders.ruling.actions import ACTIONS, Action, Param
from orders.ruling.fields import FIELDS, FLAG, MANY, NONE, OPERATORS
from orders.ruling.subjects import SEPARATOR

_ALL, _ANY = _("%(first)s かつ %(rest)s"), _("%(first)s または %(rest)s")
_COMMA = _("%(first)s・%(rest)s")


def say(data: Mapping[str, Any]) -> Sentence:
    """The condition kept as this JSON, as a sentence in the words that were typed (and not their search keys)."""
    return _say(data, outer=True)


def _say(data: Mapping[str, Any], *, outer: bool = False) -> Sentence:
    for how, joint in (("all", _ALL), ("any", _ANY)):
        if how in data:
            parts = [_say(part) for part in data[how]]
            if not parts:
                return Sentence(_("すべての注文") if how == "all" else _("どの注文でもない"))
            joined = _joined(parts, joint)
            return joined if outer or len(parts) == 1 else Sentence(_("（%(all)s）"), all=joined)
    if "not" in data:
        return Sentence(_("「%(part)s」ではない"), part=_say(data["not"], outer=True))
    return _say_comparison(data)


def _say_comparison(data: Mapping[str, Any]) -> Sentence:
    field, op = FIELDS[data["field"]], data["op"]
    name = Sentence(field.label)
    if "of" in data:
        name = Sentence(_("「%(of)s」の数量"), of=data["of"])
    value: object = ""
    if op in MANY:
        value = _joined([say_value(data["field"], each) for each in data.get("value", ())], _COMMA)
    elif op not in NONE:
        value = say_value(data["field"], data["value"])
    return Sentence(OPERATORS[op].words(field.kind)[1], field=name, value=value)


def say_value(name: str, value: object) -> Sentence:
    """A value of a field as people write it: a choice by its name, an amount with its unit."""
    field = FIELDS[name]
    if field.kind == FLAG:
        return Sentence(_("はい") if value else _("いいえ"))
    if field.choices is not None:
        return Sentence(field.choices.get(str(value), str(value)))
    if field.unit:
        figure = f"{int(str(value)):,}"
        return Sentence(_("%(figure)s%(unit)s"), figure=figure, unit=Sentence(field.unit))
    return Sentence("%(value)s", value=value)


def _joined(parts: Iterable[Sentence], joint: str) -> Sentence:
    first, *rest = [*parts] or [Sentence("")]
    return Sentence(joint, first=first, rest=_joined(rest, joint)) if rest else first


def say_action(action: Action) -> Sentence:
    """What the action does, as a sentence."""
    kind = action.kind
    values = {param.name: _say_param(param, action.values[param.name]) for param in kind.params}
    if action.code == "set_branch" and not action.values["sku"]:
        return Sentence(_("すべての明細を%(branch)sにする"), **values)
    return Sentence(kind.sentence, **values)


def _say_param(param: Param, value: object) -> object:
    if param.choices is not None:
        return Sentence(param.choices.get(str(value), str(value)))
    return value.isoformat() if isinstance(value, date) else value


def say_state(code: str, text: str) -> Sentence:
    """What stands before or after an action of this kind, its codes by their names; "" is nothing."""
    shown = ACTIONS[code].shown if code in ACTIONS else None
    if not text:
        return Sentence(_("なし"))
    if shown is None:
        return Sentence("%(text)s", text=text)
    return _joined([Sentence(shown.get(each, each)) for each in text.split(SEPARATOR)], _COMMA)
