"""Yen as exact decimals: three ways to round, and two ways to share so that nothing is lost.

Amounts stay unrounded `Decimal`s until a paper is made; then they are rounded once, here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from enum import StrEnum

YEN = Decimal(1)
ZERO = Decimal(0)

_DUST = Decimal("1e-9")
_PRECISION = 60  # digits: more than any amount has, so that only a true division is ever inexact


class Rounding(StrEnum):
    """What becomes of a fraction of a yen. The names are those of the tax rules; all three mirror at zero."""

    DOWN = "down"  # 切捨て
    UP = "up"  # 切上げ
    HALF = "half"  # 四捨五入


_MODES = {Rounding.DOWN: ROUND_DOWN, Rounding.UP: ROUND_UP, Rounding.HALF: ROUND_HALF_UP}


def round_yen(amount: Decimal, rounding: Rounding, *, unit: Decimal = YEN) -> Decimal:
    """`amount` in whole units of `unit`, by the issuer's choice of rounding.

    Symmetric: the rounded negative is the negative of the rounded, so a full reversal cancels exactly. What a division
    left below a billionth of a yen (three thirds of 100 make 99.999…) is cleared first and never decides.
    """
    with localcontext(prec=_PRECISION):
        clean = amount.quantize(_DUST, ROUND_HALF_EVEN)
        return (clean / unit).quantize(YEN, _MODES[rounding]) * unit + ZERO


def allocate(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` whole yen shared by `weights` (none negative, not all zero): whole yen that add up to `total` exactly.

    Largest remainder first, the earlier weight on a tie; a weight of zero gets nothing. Mirrors at zero.
    """
    whole = sum(weights, ZERO)
    if total != total.to_integral_value():
        raise ValueError(f"Only whole yen can be shared out, not {total}.")
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("Weights must not be negative, and at least one must be above zero.")
    sign = Decimal(-1) if total < 0 else YEN
    with localcontext(prec=_PRECISION):
        exact = [abs(total) * weight / whole for weight in weights]
    shares = [round_yen(part, Rounding.DOWN) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: int(abs(total) - sum(shares))]:
        shares[i] += YEN
    return [sign * share + ZERO for share in shares]


def slice_of(total: Decimal, start: Decimal, end: Decimal, whole: Decimal) -> Decimal:
    """What of `total` falls on the stretch from `start` to `end` of `whole`, in whole yen.

    Stretches that tile `[0, whole]` have slices that add up to `total` (whole yen) whatever the cuts, because each is
    the difference of two rounded running totals. So credit notes in parts never drift from the invoice.
    """
    if not ZERO <= start <= end <= whole or whole <= 0:
        raise ValueError(f"A stretch of {whole} must lie in it, not from {start} to {end}.")
    with localcontext(prec=_PRECISION):
        return round_yen(total * end / whole, Rounding.DOWN) - round_yen(total * start / whole, Rounding.DOWN)
