"""What the buyers' pages ask of the orders, which stand above. Filled by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from core.wording import Sentence

Side = Literal["client", "operator"]


@dataclass(frozen=True)
class OrderFigures:
    """What a buyer ordered: how many orders, the yen of those that were not cancelled, when first and last."""

    orders: int = 0
    total: Decimal = Decimal(0)
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True)
class OrderRow:
    """An order in a buyer's history. state, tone: its phase as the reader calls it."""

    pk: int
    number: str
    channel: str
    ordered_at: datetime
    ship_to: str
    total: Decimal
    state: Sentence
    tone: str


Figures = Callable[[Sequence[int]], Mapping[int, OrderFigures]]
"""From the heads of buyers to what they and those merged into them ordered; without those who ordered nothing."""

History = Callable[[int, Side, int], Sequence[OrderRow]]
"""The newest orders of a head, for a reader on a side, at most so many."""


def _no_figures(*_asked: object) -> Mapping[int, OrderFigures]:
    return {}


def _no_history(*_asked: object) -> Sequence[OrderRow]:
    return []


_figures: Figures = _no_figures
_history: History = _no_history


def install(*, figures: Figures, history: History) -> None:
    """Have these answer for the orders. Called once; until then nobody has ordered anything."""
    global _figures, _history
    _figures, _history = figures, history


def figures(heads: Sequence[int]) -> Mapping[int, OrderFigures]:
    """What each of these ordered, everybody in it."""
    found = _figures(heads)
    return {head: found.get(head, OrderFigures()) for head in heads}


def history(head: int, *, side: Side, limit: int) -> Sequence[OrderRow]:
    """The newest orders of the buyer."""
    return _history(head, side, limit)
