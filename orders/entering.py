"""An order that a person types: by which way it came, what it comes to, and the record it is handed over as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.money import ZERO, Rounding, round_yen
from core.periods import TOKYO
from core.wording import _
from orders import taxes
from orders.taxes import RatePart


@dataclass(frozen=True)
class Way:
    """How an order reached us that no machine brought. code: of its channel. letter: its numbers begin with it."""

    code: str
    label: str
    letter: str


WAYS: Mapping[str, Way] = {
    way.code: way
    for way in (Way("phone", _("電話"), "P"), Way("fax", _("FAX"), "F"), Way("mail", _("メール・郵便"), "M"))
}

DAYS_KEPT = 30
"""How long a draft is kept after it was last touched."""


@dataclass(frozen=True)
class Typed:
    """A line as far as it can be read. price: of one piece, with tax or without as the whole order. rate: percent."""

    quantity: int
    price: Decimal
    rate: int


@dataclass(frozen=True)
class Sums:
    """What an order comes to, in whole yen. tax: what comes on top of the goods, by rate; empty where prices have it in
    them. parts: the total by rate, with the tax that is in it.
    """

    goods: Decimal
    tax: Mapping[int, Decimal]
    total: Decimal
    parts: Sequence[RatePart]


def sums(lines: Sequence[Typed], *, postage: Decimal, fee: Decimal, discount: Decimal, with_tax: bool) -> Sums:
    """Add up an order. Postage, fee and discount are with tax; with_tax: whether the prices of the lines are.

    Tax on top is worked out once per rate, on what the lines of that rate come to, and rounded down.
    """
    bought: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        bought[line.rate] += line.price * line.quantity
    goods = round_yen(sum(bought.values(), ZERO), Rounding.HALF)
    on_top = {} if with_tax else {rate: _tax_on(amount, rate) for rate, amount in bought.items() if rate}
    gross = {rate: amount + on_top.get(rate, ZERO) for rate, amount in bought.items()}
    gross[taxes.STANDARD] = gross.get(taxes.STANDARD, ZERO) + postage + fee
    total = goods + postage + fee - discount + sum(on_top.values(), ZERO)
    return Sums(goods, on_top, total, taxes.parts(total, gross) if total > 0 else [])


def _tax_on(amount: Decimal, rate: int) -> Decimal:
    return round_yen(amount * rate / 100, Rounding.DOWN)


def number_of(way: Way, draft_id: int, at: datetime) -> str:
    """The number of an order that brings none: the same for a draft however often it is sent."""
    return f"{way.letter}{at.astimezone(TOKYO):%y%m%d}-{draft_id}"


def record(facts: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], worked_out: Sums) -> dict[str, Any]:
    """The order as orders.intake.from_records takes it. facts, lines: by the names of its fields."""
    amounts = {"goods_total": worked_out.goods, "total": worked_out.total}
    on_top = {f"tax_{rate}": tax for rate, tax in worked_out.tax.items() if rate in (10, 8)}
    tax = {"tax": sum(worked_out.tax.values(), ZERO), **on_top} if worked_out.tax else {}
    return {**facts, **amounts, **tax, "lines": [dict(line) for line in lines]}
