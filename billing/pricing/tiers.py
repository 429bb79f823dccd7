"""Pricings by tiers: `from < x ≤ to`, so that fractions between whole borders have a price too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar, Self

from billing.pricing.explained import Part, Priced, Pricing, Usage, plain, plain_or_none
from core.definitions import Definition, reading, refuse
from core.money import ZERO
from core.periods import Share
from core.wording import _


@dataclass(frozen=True)
class Tier:
    """The units above the tier before, up to and including `up_to` (None: all further ones)."""

    up_to: Decimal | None
    unit_price: Decimal
    flat_fee: Decimal = ZERO

    def to_json(self) -> dict[str, object]:
        """As JSON, for the pricing's own."""
        return {
            "up_to": plain_or_none(self.up_to),
            "unit_price": plain(self.unit_price),
            "flat_fee": plain(self.flat_fee),
        }


@dataclass(frozen=True)
class Tiered(Pricing):
    """Tiers that cover every quantity above zero: borders rise and the last tier is open. Else it is `Refused`."""

    tiers: tuple[Tier, ...]

    by_total: ClassVar[bool] = True

    def __post_init__(self) -> None:
        borders = [ZERO, *(tier.up_to for tier in self.tiers[:-1])]
        if not self.tiers or self.tiers[-1].up_to is not None:
            refuse("tiers", _("最後の段階は上限なし（up_to を空）にしてください。"))
        for nth, (lower, upper) in enumerate(pairwise(borders)):
            if upper is None or lower is None or upper <= lower:
                refuse(f"tiers[{nth}].up_to", _("上限は前の段階より大きい数にしてください。"))

    def bounds(self) -> Iterator[tuple[Decimal, Tier]]:
        """Every tier with the border that it starts above."""
        lower = ZERO
        for tier in self.tiers:
            yield lower, tier
            lower = lower if tier.up_to is None else tier.up_to

    def to_json(self) -> dict[str, object]:
        return {"tiers": [tier.to_json() for tier in self.tiers]}

    @classmethod
    def read(cls, definition: Definition) -> Self:
        return cls(tuple(_tier(item, path) for path, item in definition.items("tiers")))


@dataclass(frozen=True)
class Graduated(Tiered):
    """Each tier's units at that tier's price (段階), with its flat fee once the tier is reached."""

    kind: ClassVar[str] = "graduated"
    label: ClassVar[str] = _("段階制（段階ごとの単価）")

    def price(self, usage: Usage, share: Share) -> Priced:
        reached = [(lower, tier) for lower, tier in self.bounds() if usage.quantity > lower]
        return Priced(tuple(part for lower, tier in reached for part in _graduated(lower, tier, usage.quantity)))


@dataclass(frozen=True)
class Volume(Tiered):
    """All units at the price of the tier that the total lies in (スラブ), and that tier's flat fee."""

    kind: ClassVar[str] = "volume"
    label: ClassVar[str] = _("数量制（全数に同じ単価）")

    def price(self, usage: Usage, share: Share) -> Priced:
        if not usage.quantity:
            return Priced()
        lower, tier = [(lower, tier) for lower, tier in self.bounds() if usage.quantity > lower][-1]
        return Priced(_parts(lower, tier, usage.quantity))


def _graduated(lower: Decimal, tier: Tier, quantity: Decimal) -> tuple[Part, ...]:
    upper = quantity if tier.up_to is None else min(quantity, tier.up_to)
    return _parts(lower, tier, upper - lower)


def _parts(lower: Decimal, tier: Tier, units: Decimal) -> tuple[Part, ...]:
    figures = {"above": plain(lower)} if tier.up_to is None else {"above": plain(lower), "up_to": plain(tier.up_to)}
    label = _("%(above)s超") if tier.up_to is None else _("%(above)s超〜%(up_to)s以下")
    at_price = Part.times(label, units, tier.unit_price, **figures)
    return (at_price, Part.times(_("段階の固定額"), 1, tier.flat_fee)) if tier.flat_fee else (at_price,)


def _tier(item: object, path: str) -> Tier:
    with reading(item, path) as tier:
        return Tier(
            up_to=tier.optional_decimal("up_to", least=ZERO),
            unit_price=tier.decimal("unit_price", least=ZERO),
            flat_fee=tier.decimal("flat_fee", default=ZERO, least=ZERO),
        )
