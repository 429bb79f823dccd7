"""What a quote comes to. Prices are without tax; the tax is rounded once per rate.

Source: 消費税法施行令第70条の10.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO, Rounding, round_yen
from orders.quoting.lines import Wanted
from orders.taxes import STANDARD, RatePart


@dataclass(frozen=True)
class Sums:
    """Whole yen. goods: the lines before reductions, discount: the lines' reductions, tax: of all rates.

    parts: by rate, highest first; their `base` is without tax.
    """

    goods: Decimal
    discount: Decimal
    postage: Decimal
    tax: Decimal
    total: Decimal
    parts: tuple[RatePart, ...]


def amount_of(line: Wanted) -> Decimal:
    """Yen of the line without tax, unrounded."""
    return line.unit_price * line.quantity - line.discount


def add_up(lines: Sequence[Wanted], *, postage: Decimal = ZERO) -> Sums:
    """The sums of these lines. A fraction of a yen in the goods is rounded half up, once per rate."""
    exact: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        exact[line.tax_rate] += amount_of(line)
    if postage:
        exact[STANDARD] += postage
    parts = tuple(_part(rate, exact[rate]) for rate in sorted(exact, reverse=True))
    base, tax = (sum((getattr(part, name) for part in parts), ZERO) for name in ("base", "tax"))
    discount = sum((line.discount for line in lines), ZERO)
    return Sums(base - postage + discount, discount, postage, tax, base + tax, parts)


def _part(rate: int, exact: Decimal) -> RatePart:
    base = round_yen(exact, Rounding.HALF)
    return RatePart(rate, base, round_yen(base * rate / 100, Rounding.DOWN))
