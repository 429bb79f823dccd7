"""Facts about an order or a shipment as whole numbers, and conditions on them that read the same everywhere.

One condition answers for a row in Python (`holds`), for a column of a polars frame (`column`) and in SQL (`sql`), so
that a rule is written once.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from core.wording import Sentence, _

Facts = Mapping[str, int]
"""Fact to number; yes is 1 and no is 0."""

_SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "<>": operator.ne,
}


_COMPARED: Mapping[str, str] = {
    "<": _("%(left)s ＜ %(right)s"),
    "<=": _("%(left)s ≦ %(right)s"),
    ">": _("%(left)s ＞ %(right)s"),
    ">=": _("%(left)s ≧ %(right)s"),
    "<>": _("%(left)s ≠ %(right)s"),
}
_PRESENCE: Mapping[str, str] = {">": _("%(fact)s：あり"), "<=": _("%(fact)s：なし")}
_BOTH, _EITHER = _("%(left)s、かつ %(right)s"), _("%(left)s、または %(right)s")


class Condition(ABC):
    """Something that holds for some facts and not for others."""

    @abstractmethod
    def _evaluate(self, number: Callable[[str], Any]) -> Any: ...

    @abstractmethod
    def sql(self, table: str = "f") -> str:
        """The condition on the columns of `table`, each named for its fact."""

    @abstractmethod
    def words(self, names: Mapping[str, str]) -> Sentence:
        """The condition for a reader. names: what each fact is called (marked texts)."""

    def holds(self, facts: Facts) -> bool:
        """Whether it holds for these facts."""
        return bool(self._evaluate(facts.__getitem__))

    def column(self) -> pl.Expr:
        """Where it holds, over a frame with a column for each fact."""
        answer = self._evaluate(pl.col)
        return answer if isinstance(answer, pl.Expr) else pl.lit(answer)

    def __and__(self, other: Condition) -> Condition:
        return _Joined("AND", operator.and_, (self, other))

    def __or__(self, other: Condition) -> Condition:
        return _Joined("OR", operator.or_, (self, other))


@dataclass(frozen=True)
class _Comparison(Condition):
    left: Fact
    sign: str
    right: Fact | int

    def _evaluate(self, number: Callable[[str], Any]) -> Any:
        right = number(self.right.name) if isinstance(self.right, Fact) else self.right
        return _SIGNS[self.sign](number(self.left.name), right)

    def sql(self, table: str = "f") -> str:
        right = f"{table}.{self.right.name}" if isinstance(self.right, Fact) else str(self.right)
        return f"{table}.{self.left.name} {self.sign} {right}"

    def words(self, names: Mapping[str, str]) -> Sentence:
        left = Sentence(names[self.left.name])
        if self.right == 0 and self.sign in _PRESENCE:
            return Sentence(_PRESENCE[self.sign], fact=left)
        right = Sentence(names[self.right.name]) if isinstance(self.right, Fact) else str(self.right)
        return Sentence(_COMPARED[self.sign], left=left, right=right)


@dataclass(frozen=True)
class _Joined(Condition):
    word: str
    join: Callable[[Any, Any], Any]
    parts: tuple[Condition, ...]

    def _evaluate(self, number: Callable[[str], Any]) -> Any:
        return reduce(self.join, [part._evaluate(number) for part in self.parts])

    def sql(self, table: str = "f") -> str:
        return "(" + f" {self.word} ".join(part.sql(table) for part in self.parts) + ")"

    def words(self, names: Mapping[str, str]) -> Sentence:
        template = _BOTH if self.word == "AND" else _EITHER
        first, *rest = (part.words(names) for part in self.parts)
        return reduce(lambda left, right: Sentence(template, left=left, right=right), rest, first)


@dataclass(frozen=True)
class _Always(Condition):
    def _evaluate(self, number: Callable[[str], Any]) -> Any:
        return True

    def sql(self, table: str = "f") -> str:
        return "true"

    def words(self, names: Mapping[str, str]) -> Sentence:
        return Sentence(_("どれにも当てはまらない"))


ALWAYS = _Always()


@dataclass(frozen=True)
class Fact:
    """A fact by its name; compared with a number or another fact it makes a condition."""

    name: str

    def __lt__(self, other: Fact | int) -> Condition:
        return _Comparison(self, "<", other)

    def __le__(self, other: Fact | int) -> Condition:
        return _Comparison(self, "<=", other)

    def __gt__(self, other: Fact | int) -> Condition:
        return _Comparison(self, ">", other)

    def __ge__(self, other: Fact | int) -> Condition:
        return _Comparison(self, ">=", other)

    def differs(self, other: Fact | int) -> Condition:
        """Inequality; != stays the comparison of the names."""
        return _Comparison(self, "<>", other)


def fact(name: str) -> Fact:
    """The fact of this name."""
    return Fact(name)
