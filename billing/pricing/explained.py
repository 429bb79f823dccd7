"""What goes into a pricing and what comes out: use that was counted, and an amount that explains itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import ClassVar

from core.definitions import Definition, exact
from core.money import ZERO
from core.periods import Share
from core.wording import Sentence

Cell = tuple[str, ...]
"""A place in a matrix: one value per axis, such as ("60", "関東")."""


@dataclass(frozen=True)
class Run:
    """`count` facts in a row that each have the same value: units of an order, yen of a sale, kilograms of a parcel."""

    value: Decimal
    count: int = 1


@dataclass(frozen=True)
class Usage:
    """What a meter counted in a period. Nothing in it is negative, else ValueError.

    quantity: the total. facts: each fact's own value, for pricings that look at single facts, in order of time; the
    total as one fact where a meter does not tell. cells: the quantity by matrix cell.
    """

    quantity: Decimal
    facts: tuple[Run, ...] = ()
    cells: Mapping[Cell, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counted = (self.quantity, *(run.value for run in self.facts), *self.cells.values())
        if any(number < 0 for number in counted):
            raise ValueError("Use is never negative: corrections are credit notes.")
        if not self.facts:
            object.__setattr__(self, "facts", (Run(self.quantity),) if self.quantity else ())

    @classmethod
    def of_facts(cls, runs: Iterable[Run]) -> Usage:
        """The use that single facts add up to."""
        facts = tuple(runs)
        return cls(sum((run.value * run.count for run in facts), ZERO), facts)

    @classmethod
    def of_cells(cls, cells: Mapping[Cell, Decimal]) -> Usage:
        """The use that a matrix's cells add up to."""
        return cls(sum(cells.values(), ZERO), cells=cells)

    def less(self, quantity: Decimal) -> Usage:
        """The same use with so much of the total taken away, for pricings that look at the total alone."""
        return Usage(self.quantity - quantity)


@dataclass(frozen=True)
class Part:
    """One step of a calculation. amount = quantity × unit price where there is a unit price.

    label: marked text; figures: what stands in its %(name)s places. Amounts are yen, not rounded.
    """

    label: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal
    figures: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def times(cls, label: str, quantity: Decimal | int, unit_price: Decimal, **figures: object) -> Part:
        """So many at this price."""
        quantity = Decimal(quantity)
        return cls(
            label, quantity, unit_price, quantity * unit_price, {name: str(text) for name, text in figures.items()}
        )

    @property
    def text(self) -> Sentence:
        """The label with its figures, in the reader's language."""
        return Sentence(self.label, **self.figures)

    def to_json(self) -> dict[str, object]:
        """As kept with an invoice line; `from_json` makes the same part of it."""
        return {
            "label": self.label,
            "figures": dict(self.figures),
            "quantity": plain(self.quantity),
            "unit_price": None if self.unit_price is None else plain(self.unit_price),
            "amount": plain(self.amount),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Part:
        """A part as it was kept."""
        kept = Definition(data)
        figures = Definition(kept.value("figures"))
        return cls(
            label=kept.text("label"),
            quantity=exact(kept.value("quantity"), "quantity"),
            unit_price=kept.optional_decimal("unit_price"),
            amount=exact(kept.value("amount"), "amount"),
            figures={name: str(figures.value(name)) for name in figures.names()},
        )


@dataclass(frozen=True)
class Priced:
    """An amount in yen, not rounded, and the parts that add up to it exactly.

    unpriced: use that the pricing has no price for; it is in no part, and an invoice must not be finalised over it.
    """

    parts: tuple[Part, ...] = ()
    unpriced: Mapping[Cell, Decimal] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.parts), ZERO)

    def plus(self, *parts: Part) -> Priced:
        """With further parts behind."""
        return replace(self, parts=(*self.parts, *parts))


class Pricing(ABC):
    """A way to price use. A new way is one class and one line in `billing.pricing.kinds`."""

    kind: ClassVar[str]
    label: ClassVar[str]
    by_total: ClassVar[bool] = False
    """Whether it looks at the total quantity alone, so that an included allowance can be taken off it."""

    @abstractmethod
    def price(self, usage: Usage, share: Share) -> Priced:
        """Price the use of a period. share: the part of the period that counts, for what is charged by the day."""

    @abstractmethod
    def to_json(self) -> dict[str, object]:
        """Its own keys as JSON; `read` makes the same pricing of them."""

    @classmethod
    @abstractmethod
    def read(cls, definition: Definition) -> Pricing:
        """The pricing that a JSON object defines. Nonsense is `Refused`, with its place."""


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent, no zeros at the end of a fraction."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def plain_or_none(number: Decimal | None) -> str | None:
    """`plain`, leaving None alone."""
    return None if number is None else plain(number)
