"""Consumption tax on an invoice: per rate, once.

Sources: 消費税法施行令第70条の10, インボイス通達3-12 (one rounding per rate and invoice, in a direction of the issuer's
choice; tax per line, rounded and then summed, is not allowed); 施行令第70条の9第3項第2号 (returns below 10,000 yen);
令和8年度税制改正 (transitional deduction).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import ZERO, Rounding, round_yen

STANDARD = Decimal(10)
REDUCED = Decimal(8)
NONE = Decimal(0)  # 非課税・不課税・免税

RETURN_NOTE_FROM = Decimal(10_000)

_TRANSITION = (
    (date(2031, 10, 1), Decimal(0)),
    (date(2030, 10, 1), Decimal(30)),
    (date(2028, 10, 1), Decimal(50)),
    (date(2026, 10, 1), Decimal(70)),
    (date(2023, 10, 1), Decimal(80)),
)


@dataclass(frozen=True)
class RateTotal:
    """What an invoice says of one rate (percent): the sum without tax and the tax, whole yen."""

    rate: Decimal
    base: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """The sum with tax."""
        return self.base + self.tax

    @property
    def is_reduced(self) -> bool:
        """Whether its lines carry the mark of the reduced rate (※は軽減税率対象)."""
        return self.rate == REDUCED


def breakdown(
    lines: Iterable[tuple[Decimal, Decimal]], *, rounding: Rounding, included: bool = False
) -> tuple[RateTotal, ...]:
    """The tax of lines of (rate in percent, amount in yen): one total per rate that occurs, highest rate first.

    Amounts are summed exactly, the sum is brought to whole yen and the tax is rounded from it, both by `rounding`. With
    `included` all amounts contain the tax already. Lines of one invoice share that basis: do not mix. The breakdown of
    the negated lines is the negated breakdown, so a full return cancels to the yen.
    """
    sums: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for rate, amount in lines:
        sums[rate] += amount
    return tuple(_total(rate, sums[rate], rounding, included=included) for rate in sorted(sums, reverse=True))


def total_tax(totals: Iterable[RateTotal]) -> Decimal:
    """The tax of all rates."""
    return sum((total.tax for total in totals), ZERO)


def total_gross(totals: Iterable[RateTotal]) -> Decimal:
    """What is to be paid: all rates with tax."""
    return sum((total.gross for total in totals), ZERO)


def needs_return_note(gross: Decimal) -> bool:
    """Whether a reduction of so many yen with tax (its absolute value, per return) needs a 適格返還請求書."""
    return abs(gross) >= RETURN_NOTE_FROM


def deductible_percent(day: date) -> Decimal:
    """How many percent of the tax on a purchase from a non-registered supplier may be deducted on that day."""
    return next((percent for start, percent in _TRANSITION if day >= start), Decimal(100))


def _total(rate: Decimal, amount: Decimal, rounding: Rounding, *, included: bool) -> RateTotal:
    whole = round_yen(amount, rounding)
    if included:
        tax = round_yen(whole * rate / (100 + rate), rounding)
        return RateTotal(rate, whole - tax, tax)
    return RateTotal(rate, whole, round_yen(whole * rate / 100, rounding))
