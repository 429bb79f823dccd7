"""What of an order's total falls on each tax rate, as a receipt or a delivery note has to say it.

Sources: 消費税法施行令第70条の10 (tax is rounded once per rate and paper); 国税庁 インボイスQ&A (a reduction of the
whole, such as a coupon, is shared among the rates in proportion to what was bought at each).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.money import ZERO, Rounding, allocate, round_yen

STANDARD, REDUCED = 10, 8


@dataclass(frozen=True)
class RatePart:
    """base: yen with tax at this rate (percent). tax: what of it is tax, rounded down."""

    rate: int
    base: Decimal
    tax: Decimal


def parts(total: Decimal, bought: Mapping[int, Decimal]) -> list[RatePart]:
    """`total` (whole yen with tax) shared among the rates, highest first; the bases add up to it exactly.

    bought: what was bought at each rate, with tax, before reductions of the whole. Without any, all is at the standard
    rate; of nothing there are no parts.
    """
    weights = {rate: amount for rate, amount in bought.items() if amount > 0} or {STANDARD: Decimal(1)}
    if not total:
        return []
    rates = sorted(weights, reverse=True)
    bases = allocate(total, [weights[rate] for rate in rates])
    return [RatePart(rate, base, _tax_in(base, rate)) for rate, base in zip(rates, bases, strict=True) if base]


def with_tax(amount: Decimal, rate: int) -> Decimal:
    """An amount without tax as it is with tax, unrounded."""
    return amount * (100 + rate) / 100


def _tax_in(base: Decimal, rate: int) -> Decimal:
    return round_yen(base * rate / (100 + rate), Rounding.DOWN) if rate else ZERO
