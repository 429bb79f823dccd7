"""The parts of the form in which a rule is built: a comparison, a group, an action, each as it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import Refused
from core.wording import Sentence, _
from orders.ruling.actions import ACTIONS, DATE, LONG, WHOLE, Kind, Param, read_action
from orders.ruling.conditions import read_condition
from orders.ruling.fields import (
    AMOUNT,
    CHOICE,
    CLOCK,
    COUNTS,
    DAY,
    FIELDS,
    FLAG,
    MANY,
    NONE,
    OPERATORS,
    TEXT,
    TEXTS,
    Field,
    operators_of,
)

HOW: Mapping[str, str] = {
    "all": _("次のすべてに当てはまる"),
    "any": _("次のどれかに当てはまる"),
    "none": _("次のどれにも当てはまらない"),
}
_OFFERED: Mapping[str, tuple[str, ...]] = {
    CHOICE: ("in", "not_in", "is_set", "is_blank"),
    DAY: ("eq", "gte", "lte", "is_set", "is_blank"),
    CLOCK: ("gte", "lt"),
}
"""The operators that the form offers where those of the kind are more than a person needs."""

SEEN_AT_ONCE = 12
"""How many choices stand in the form without being scrolled."""


@dataclass
class Asked:
    """A comparison as it is typed. values: what stands in its input, or the choices that are ticked."""

    id: str
    name: str
    op: str = ""
    values: list[str] = field(default_factory=list)
    of: str = ""
    error: str = ""

    is_group = False

    @property
    def about(self) -> Field:
        """The field that is asked."""
        return FIELDS[self.name]

    @property
    def operators(self) -> list[tuple[str, Sentence]]:
        codes = _OFFERED.get(self.about.kind) or operators_of(self.about.kind)
        codes = codes if self.op in codes or not self.op else [*codes, self.op]
        return [(code, Sentence(OPERATORS[code].words(self.about.kind)[0])) for code in codes]

    @property
    def choices(self) -> list[tuple[str, Sentence, bool]]:
        """The closed list of the field, each with whether it is ticked; the ticked ones of a long list come first."""
        found = [(code, Sentence(label), code in self.values) for code, label in (self.about.choices or {}).items()]
        return sorted(found, key=lambda choice: not choice[2]) if len(found) > SEEN_AT_ONCE else found

    @property
    def text(self) -> str:
        """What stands in the one input."""
        return "、".join(self.values)

    @property
    def input(self) -> str:
        """The type of the one input."""
        return {DAY: "date", CLOCK: "time"}.get(self.about.kind, "text")

    @property
    def is_numeric(self) -> bool:
        return self.about.kind in (AMOUNT, COUNTS)

    @property
    def is_flag(self) -> bool:
        return self.about.kind == FLAG

    @property
    def counts(self) -> bool:
        return self.about.kind == COUNTS

    @property
    def takes_many(self) -> bool:
        return self.about.kind in (TEXT, TEXTS, AMOUNT) and self.about.choices is None

    def data(self) -> dict[str, Any]:
        """The JSON of the comparison, right or wrong."""
        plain: dict[str, Any] = {"field": self.name, "op": self.op}
        if self.counts:
            plain["of"] = self.of
        if self.op in NONE:
            return plain
        if self.is_flag:
            return plain | {"value": self.text == "yes"}
        values = [value.replace(",", "") for value in self.values] if self.is_numeric else self.values
        return plain | {"value": values if self.op in MANY else "、".join(values)}

    def judge(self) -> None:
        """Note beside the comparison what is wrong with it."""
        if self.op in MANY and not self.values:
            missing = _("1つ以上選んでください。") if self.about.choices else _("値を入れてください。")
            self.error = str(Sentence(missing))
            return
        try:
            read_condition(self.data())
        except Refused as refusal:
            self.error = why(refusal)


@dataclass
class Together:
    """A group as it stands in the form."""

    id: str
    how: str = "all"
    parts: list[Asked | Together] = field(default_factory=list)

    is_group = True

    @property
    def hows(self) -> list[tuple[str, Sentence, bool]]:
        return [(code, Sentence(label), code == self.how) for code, label in HOW.items()]

    def data(self) -> dict[str, Any]:
        parts = [part.data() for part in self.parts]
        return {"not": {"any": parts}} if self.how == "none" else {self.how: parts}

    def every(self) -> Iterator[Asked | Together]:
        """The group and all that is in it."""
        yield self
        for part in self.parts:
            yield from part.every() if isinstance(part, Together) else [part]


@dataclass
class Input:
    """A parameter of an action with what stands in it."""

    param: Param
    value: str
    error: str = ""

    @property
    def choices(self) -> list[tuple[str, Sentence, bool]]:
        return [(code, Sentence(label), code == self.value) for code, label in (self.param.choices or {}).items()]

    @property
    def type(self) -> str:
        """The type of the one input."""
        return "date" if self.param.kind == DATE else "text"

    @property
    def keys(self) -> str:
        """The keys that a phone offers."""
        return "numeric" if self.param.kind == WHOLE else "text"

    @property
    def is_long(self) -> bool:
        return self.param.kind == LONG

    @property
    def longest(self) -> int:
        """How many characters the input takes."""
        return len(str(self.param.most)) if self.param.kind == WHOLE else self.param.most


@dataclass
class Act:
    """An action as it is typed."""

    id: str
    code: str
    inputs: list[Input]
    error: str = ""

    @property
    def kind(self) -> Kind:
        return ACTIONS[self.code]

    def data(self) -> dict[str, Any]:
        """The JSON of the action, right or wrong; what is blank is left out."""
        values = {each.param.name: each.value.strip() for each in self.inputs if each.value.strip()}
        return {"do": self.code} | {
            name: int(value) if value.isascii() and value.isdigit() and self._is_whole(name) else value
            for name, value in values.items()
        }

    def _is_whole(self, name: str) -> bool:
        return any(each.param.name == name and each.param.kind == WHOLE for each in self.inputs)

    def judge(self) -> None:
        """Note beside the parameter what is wrong with it."""
        try:
            read_action(self.data())
        except Refused as refusal:
            beside = [each for each in self.inputs if each.param.name == refusal.field]
            for each in beside:
                each.error = why(refusal)
            self.error = "" if beside else why(refusal)


def why(refusal: Refused) -> str:
    """The sentence of a refusal without the place in the JSON, which nobody who fills in a form knows."""
    message = refusal.message
    inner = message.figures.get("why") if isinstance(message, Sentence) else None
    return str(inner) if isinstance(inner, Sentence) else str(refusal)
