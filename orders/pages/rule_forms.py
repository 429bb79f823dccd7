"""The form in which a rule is built: read from what was posted, changed by its buttons, and turned into JSON.

Every part of the rule has an id of its own, and its inputs are named after it (`op.3`, `value.3`): that is how a form
of any depth is sent by a browser that runs no script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from core.errors import Refused
from core.wording import Sentence
from orders.pages.rule_parts import HOW, Act, Asked, Input, Together, why
from orders.ruling.actions import ACTIONS, MAX_ACTIONS, Kind
from orders.ruling.conditions import MAX_CONDITIONS, MAX_DEPTH
from orders.ruling.fields import CHOICE, FIELDS, MANY, OPERATORS, Field
from orders.services.ruling import Draft, check

ROOT = "0"
_SEPARATORS = ("\r\n", "\n", "、", ",", "，")


@dataclass
class Sheet:
    """The whole form. seen: the version that it began with, 0 for a new rule. focus: the id of what was just added."""

    name: str
    root: Together
    acts: list[Act]
    seen: int = 0
    name_error: str = ""
    error: str = ""
    focus: str = ""

    def draft(self) -> Draft:
        """What the form says, right or wrong."""
        return Draft(self.name.strip(), self.root.data(), [act.data() for act in self.acts])

    def judge(self) -> bool:
        """Note what is wrong beside each part; whether nothing is."""
        for asked in self._asked:
            asked.judge()
        for act in self.acts:
            act.judge()
        beside = self.faults
        try:
            check(self.draft())
        except Refused as refusal:
            if refusal.field == "name":
                self.name_error = str(refusal)
            elif not beside:
                self.error = why(refusal)
            return False
        return not beside

    @property
    def faults(self) -> int:
        """How many places are marked as wrong."""
        inputs = [each.error for act in self.acts for each in act.inputs]
        marked = [self.name_error, *inputs, *(asked.error for asked in self._asked), *(act.error for act in self.acts)]
        return sum(map(bool, marked))

    @property
    def _asked(self) -> list[Asked]:
        return [part for part in self.root.every() if isinstance(part, Asked)]

    def press(self, button: str, post: QueryDict) -> None:
        """Do what a button of the form says: add, drop or move a part. A button that makes no sense does nothing."""
        verb, _colon, target = button.partition(":")
        if verb in ("ask", "group"):
            self._add(verb, target, post.get(f"new.{target}", ""))
        elif verb == "drop":
            for group in self.root.every():
                if isinstance(group, Together):
                    group.parts = [part for part in group.parts if part.id != target]
        elif verb == "act" and post.get("new_act", "") in ACTIONS and len(self.acts) < MAX_ACTIONS:
            self.acts.append(blank_act(self._free_id(), post.get("new_act", "")))
            self.focus = self.acts[-1].id
        elif verb == "drop_act":
            self.acts = [act for act in self.acts if act.id != target]
        elif verb == "up_act":
            place = next((nth for nth, act in enumerate(self.acts) if act.id == target), 0)
            if place:
                self.acts.insert(place - 1, self.acts.pop(place))

    def _add(self, verb: str, target: str, name: str) -> None:
        every = list(self.root.every())
        group = next((each for each in every if isinstance(each, Together) and each.id == target), None)
        if group is None or len(every) > MAX_CONDITIONS:
            return
        if verb == "group" and self._depth(group) < MAX_DEPTH - 2:
            group.parts.append(Together(self._free_id(), "any"))
        elif verb == "ask" and name in FIELDS:
            asked = Asked(self._free_id(), name)
            asked.op = asked.operators[0][0]
            group.parts.append(asked)
        if group.parts:
            self.focus = group.parts[-1].id

    def _depth(self, wanted: Together) -> int:
        """How many groups the group lies in."""
        return sum(
            1
            for each in self.root.every()
            if isinstance(each, Together) and each is not wanted and _holds(each, wanted)
        )

    def _free_id(self) -> str:
        used = [int(part.id) for part in (*self.root.every(), *self.acts)]
        return str(max(used) + 1)


def _holds(group: Together, wanted: Together) -> bool:
    return any(each is wanted for each in group.every())


def blank_sheet() -> Sheet:
    """The form of a rule that is not there yet."""
    return Sheet("", Together(ROOT), [])


def sheet_of(name: str, condition: Mapping[str, Any], actions: Sequence[Mapping[str, Any]], seen: int) -> Sheet:
    """The form of a rule that is kept."""
    ids = iter(map(str, range(1, 10_000)))
    part = _part_of(condition, ids)
    root = part if isinstance(part, Together) else Together(ROOT, "all", [part])
    root.id = ROOT
    return Sheet(name, root, [_act_of(action, next(ids)) for action in actions], seen)


def _part_of(data: Mapping[str, Any], ids: Iterator[str]) -> Asked | Together:
    for how in ("all", "any"):
        if how in data:
            return Together(next(ids), how, [_part_of(part, ids) for part in data[how]])
    if "not" in data:
        inner = data["not"]
        parts = inner.get("any", [inner])
        return Together(next(ids), "none", [_part_of(part, ids) for part in parts])
    return _asked_of(data, next(ids))


def _asked_of(data: Mapping[str, Any], key: str) -> Asked:
    asked = Asked(key, data["field"], data["op"], of=data.get("of", ""))
    value = data.get("value")
    if asked.is_flag:
        asked.values = ["yes" if value else "no"]
    elif value is not None:
        asked.values = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    if asked.about.kind == CHOICE and asked.op in ("eq", "ne"):
        asked.op = "in" if asked.op == "eq" else "not_in"
    return asked


def blank_act(key: str, code: str) -> Act:
    """An action with nothing in it."""
    return Act(key, code, [Input(param, "") for param in ACTIONS[code].params])


def _act_of(data: Mapping[str, Any], key: str) -> Act:
    act = blank_act(key, data["do"])
    for each in act.inputs:
        each.value = str(data.get(each.param.name, ""))
    return act


def sheet_in(post: QueryDict, *, seen: int = 0) -> Sheet:
    """The form as it was posted; parts that name nothing known are left out."""
    groups = {ROOT: Together(ROOT, _how(post, ROOT))}
    for key in post.getlist("part")[: MAX_CONDITIONS * 2]:
        parent = groups.get(post.get(f"in.{key}", ROOT))
        if parent is None or not key.isascii() or not key.isdigit() or len(key) > 6 or key in groups:
            continue
        if f"how.{key}" in post:
            groups[key] = Together(key, _how(post, key))
            parent.parts.append(groups[key])
        elif post.get(f"field.{key}", "") in FIELDS:
            parent.parts.append(_asked_in(post, key))
    acts = [_act_in(post, key) for key in post.getlist("act")[:MAX_ACTIONS] if _is_act(post, key)]
    return Sheet(post.get("name", ""), groups[ROOT], acts, seen)


def _how(post: QueryDict, key: str) -> str:
    how = post.get(f"how.{key}", "all")
    return how if how in HOW else "all"


def _asked_in(post: QueryDict, key: str) -> Asked:
    asked = Asked(key, post.get(f"field.{key}", ""), of=post.get(f"of.{key}", "").strip())
    op = post.get(f"op.{key}", "")
    asked.op = op if op in OPERATORS else ("eq" if asked.is_flag else "")
    values = post.getlist(f"value.{key}")
    if asked.op in MANY and asked.takes_many:
        values = _parted(" ".join(values))
    asked.values = [value.strip() for value in values if value.strip()]
    return asked


def _parted(text: str) -> list[str]:
    for separator in _SEPARATORS:
        text = text.replace(separator, "\0")
    return text.split("\0")


def _is_act(post: QueryDict, key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= 6 and post.get(f"do.{key}", "") in ACTIONS


def _act_in(post: QueryDict, key: str) -> Act:
    act = blank_act(key, post.get(f"do.{key}", ""))
    for each in act.inputs:
        each.value = post.get(f"{each.param.name}.{key}", "")
    return act


def grouped(items: Mapping[str, Field] | Mapping[str, Kind]) -> list[tuple[Sentence, list[tuple[str, Sentence]]]]:
    """Fields or actions as the parts of a select."""
    found: dict[str, list[tuple[str, Sentence]]] = {}
    for code, item in items.items():
        found.setdefault(item.group, []).append((code, Sentence(item.label)))
    return [(Sentence(group), members) for group, members in found.items()]
