"""What is different: from the version before, and from what this buyer was offered or paid in the past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core.wording import Sentence, _
from orders.quoting.lines import Terms, Wanted


@dataclass(frozen=True)
class PastLine:
    """What a product cost this buyer last time, without tax. source: how the order or quote is called."""

    unit_price: Decimal
    on: date
    source: str
    is_order: bool = False


@dataclass(frozen=True)
class Past:
    """This buyer's past: the last price by product code, and the last terms with the source of the newest."""

    prices: Mapping[str, PastLine] = field(default_factory=dict)
    payment: str = ""
    delivery_time: str = ""
    source: str = ""
    on: date | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is any."""
        return self.on is not None


@dataclass(frozen=True)
class Difference:
    """A line beside another price of the same product. change: yen a piece; percent: of the price before."""

    line: Wanted
    before: PastLine | None
    change: Decimal | None
    percent: Decimal | None


def against_past(lines: Sequence[Wanted], past: Past) -> list[Difference]:
    """Each line beside this buyer's last price of it; `before` is None where it is new to them."""
    return [_difference(line, past.prices.get(line.sku)) for line in lines]


def _difference(line: Wanted, before: PastLine | None) -> Difference:
    if before is None:
        return Difference(line, None, None, None)
    change = line.unit_price - before.unit_price
    percent = round(change / before.unit_price * 100, 1) if before.unit_price else None
    return Difference(line, before, change, percent)


@dataclass(frozen=True)
class Pair:
    """The same product in two versions; None where a version has it not."""

    sku: str
    before: Wanted | None
    after: Wanted | None

    @property
    def is_changed(self) -> bool:
        """Whether anything about it differs."""
        return self.before != self.after


def between(before: Sequence[Wanted], after: Sequence[Wanted]) -> list[Pair]:
    """The lines of two versions side by side: in the order of the new one, then what was taken out.

    A product that stands on several lines is paired line by line.
    """
    waiting: dict[str, list[Wanted]] = {}
    for line in before:
        waiting.setdefault(line.sku, []).append(line)
    pairs = [Pair(line.sku, _next(waiting, line.sku), line) for line in after]
    return pairs + [Pair(line.sku, line, None) for lines in waiting.values() for line in lines]


def _next(waiting: dict[str, list[Wanted]], sku: str) -> Wanted | None:
    lines = waiting.get(sku)
    return lines.pop(0) if lines else None


def changes(
    before: Sequence[Wanted], after: Sequence[Wanted], old: Terms | None = None, new: Terms | None = None
) -> list[Sentence]:
    """What the new version changes, one sentence each."""
    said = [sentence for pair in between(before, after) for sentence in _said(pair)]
    return said + (_said_of_terms(old, new) if old and new else [])


def _said(pair: Pair) -> list[Sentence]:
    if pair.before is None and pair.after is not None:
        figures = {"name": pair.after.name, "quantity": pair.after.quantity, "unit": pair.after.unit}
        return [Sentence(_("%(name)s を加えました（%(quantity)s%(unit)s）"), **figures)]
    if pair.before is None or pair.after is None:
        return [Sentence(_("%(name)s を外しました"), name=pair.before.name)] if pair.before else []
    one, other, said = pair.before, pair.after, []
    if one.quantity != other.quantity:
        template = _("%(name)s の数量 %(before)s → %(after)s")
        said.append(Sentence(template, name=other.name, before=one.quantity, after=other.quantity))
    for template, old, new in (
        (_("%(name)s の単価 %(before)s円 → %(after)s円"), one.unit_price, other.unit_price),
        (_("%(name)s の値引 %(before)s円 → %(after)s円"), one.discount, other.discount),
    ):
        if old != new:
            said.append(Sentence(template, name=other.name, before=_yen(old), after=_yen(new)))
    return said


def _said_of_terms(old: Terms, new: Terms) -> list[Sentence]:
    pairs = (
        (_("納期"), old.delivery_time, new.delivery_time),
        (_("支払条件"), old.payment, new.payment),
        (_("送料"), _yen(old.postage), _yen(new.postage)),
    )
    template = _("%(name)s %(before)s → %(after)s")
    return [
        Sentence(template, name=Sentence(label), before=before or "–", after=after or "–")
        for label, before, after in pairs
        if before != after
    ]


def _yen(amount: Decimal) -> str:
    return f"{amount.normalize():,f}" if amount else "0"
