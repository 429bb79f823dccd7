"""Pricings of a total: flat, per unit, by packages, and cost passed through."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import ClassVar

from billing.pricing.explained import Part, Priced, Pricing, Usage, plain
from core.definitions import Definition, refuse
from core.money import YEN, ZERO
from core.periods import Share
from core.wording import _


@dataclass(frozen=True)
class Flat(Pricing):
    """So much a period, whatever the use (月額固定); by the day in a first or last part period."""

    amount: Decimal

    kind: ClassVar[str] = "flat"
    label: ClassVar[str] = _("月額固定")

    def price(self, usage: Usage, share: Share) -> Priced:
        if share.is_whole:
            return Priced((Part.times(self.label, 1, self.amount),))
        figures = {"days": str(share.days), "of": str(share.of)}
        label = _("月額固定（日割り %(days)s日／%(of)s日）")
        return Priced((Part(label, Decimal(share.days), None, share.times(self.amount), figures),))

    def to_json(self) -> dict[str, object]:
        return {"amount": plain(self.amount)}

    @classmethod
    def read(cls, definition: Definition) -> Flat:
        return cls(definition.decimal("amount", least=ZERO))


@dataclass(frozen=True)
class PerUnit(Pricing):
    """Every unit at one price (従量)."""

    unit_price: Decimal

    kind: ClassVar[str] = "per_unit"
    label: ClassVar[str] = _("従量")
    by_total: ClassVar[bool] = True

    def price(self, usage: Usage, share: Share) -> Priced:
        return Priced((Part.times(self.label, usage.quantity, self.unit_price),) if usage.quantity else ())

    def to_json(self) -> dict[str, object]:
        return {"unit_price": plain(self.unit_price)}

    @classmethod
    def read(cls, definition: Definition) -> PerUnit:
        return cls(definition.decimal("unit_price", least=ZERO))


@dataclass(frozen=True)
class Package(Pricing):
    """Every begun package of `size` units beyond the `free` ones: ceil((units − free) ÷ size) × price."""

    size: Decimal
    package_price: Decimal
    free: Decimal = ZERO

    kind: ClassVar[str] = "package"
    label: ClassVar[str] = _("パッケージ単位")
    by_total: ClassVar[bool] = True

    def price(self, usage: Usage, share: Share) -> Priced:
        packages = begun(usage.quantity - self.free, self.size)
        if not packages:
            return Priced()
        label = _("%(size)sごと（%(free)sまで無料）") if self.free else _("%(size)sごと")
        figures = {"size": plain(self.size), "free": plain(self.free)} if self.free else {"size": plain(self.size)}
        return Priced((Part.times(label, packages, self.package_price, **figures),))

    def to_json(self) -> dict[str, object]:
        return {"size": plain(self.size), "package_price": plain(self.package_price), "free": plain(self.free)}

    @classmethod
    def read(cls, definition: Definition) -> Package:
        return cls(
            size=positive(definition, "size"),
            package_price=definition.decimal("package_price", least=ZERO),
            free=definition.decimal("free", default=ZERO, least=ZERO),
        )


@dataclass(frozen=True)
class PassThrough(Pricing):
    """The cost itself, with a markup (実費・立替). The meter counts yen."""

    markup_percent: Decimal = ZERO

    kind: ClassVar[str] = "pass_through"
    label: ClassVar[str] = _("実費")

    def price(self, usage: Usage, share: Share) -> Priced:
        if not usage.quantity:
            return Priced()
        cost = Priced((Part.times(self.label, usage.quantity, YEN),))
        if not self.markup_percent:
            return cost
        label = _("実費に対する手数料 %(percent)s%%")
        return cost.plus(
            Part.times(label, usage.quantity, self.markup_percent / 100, percent=plain(self.markup_percent))
        )

    def to_json(self) -> dict[str, object]:
        return {"markup_percent": plain(self.markup_percent)}

    @classmethod
    def read(cls, definition: Definition) -> PassThrough:
        return cls(definition.decimal("markup_percent", default=ZERO, least=ZERO))


def begun(quantity: Decimal, size: Decimal) -> Decimal:
    """How many packages of `size` are begun by `quantity`; none where it is not above zero."""
    return max(ZERO, (quantity / size).to_integral_value(ROUND_CEILING)) + ZERO


def positive(definition: Definition, key: str) -> Decimal:
    """A number above zero."""
    number = definition.decimal(key)
    if number <= 0:
        refuse(definition.at(key), _("0より大きい数で指定してください。"))
    return number
