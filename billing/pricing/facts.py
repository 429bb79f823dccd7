"""Pricings that look at every single fact: first and additional, base and additional, percentage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from billing.pricing.explained import Part, Priced, Pricing, Run, Usage, plain, plain_or_none
from billing.pricing.units import begun, positive
from core.definitions import Definition, refuse
from core.money import YEN, ZERO
from core.periods import Share
from core.wording import _


@dataclass(frozen=True)
class FirstAdditional(Pricing):
    """The first unit of every fact at one price, each further at another (picking: 1点目, 2点目以降)."""

    first: Decimal
    additional: Decimal

    kind: ClassVar[str] = "first_additional"
    label: ClassVar[str] = _("1点目＋追加")

    def price(self, usage: Usage, share: Share) -> Priced:
        firsts = sum(run.count for run in usage.facts if run.value)
        further = sum((run.count * max(ZERO, run.value - 1) for run in usage.facts), ZERO)
        parts = (Part.times(_("1点目"), firsts, self.first), Part.times(_("2点目以降"), further, self.additional))
        return Priced(tuple(part for part in parts if part.quantity))

    def to_json(self) -> dict[str, object]:
        return {"first": plain(self.first), "additional": plain(self.additional)}

    @classmethod
    def read(cls, definition: Definition) -> FirstAdditional:
        return cls(definition.decimal("first", least=ZERO), definition.decimal("additional", least=ZERO))


@dataclass(frozen=True)
class BaseAdditional(Pricing):
    """A base price for every fact up to `up_to` units, then a price for every begun `step` (2kgまで＋1kgごと)."""

    base: Decimal
    up_to: Decimal
    additional: Decimal
    step: Decimal = YEN

    kind: ClassVar[str] = "base_additional"
    label: ClassVar[str] = _("基本＋追加")

    def price(self, usage: Usage, share: Share) -> Priced:
        bases = sum(run.count for run in usage.facts if run.value)
        steps = sum((run.count * begun(run.value - self.up_to, self.step) for run in usage.facts), ZERO)
        parts = (
            Part.times(_("基本（%(up_to)sまで）"), bases, self.base, up_to=plain(self.up_to)),
            Part.times(_("追加（%(step)sごと）"), steps, self.additional, step=plain(self.step)),
        )
        return Priced(tuple(part for part in parts if part.quantity))

    def to_json(self) -> dict[str, object]:
        return {
            "base": plain(self.base),
            "up_to": plain(self.up_to),
            "additional": plain(self.additional),
            "step": plain(self.step),
        }

    @classmethod
    def read(cls, definition: Definition) -> BaseAdditional:
        return cls(
            base=definition.decimal("base", least=ZERO),
            up_to=definition.decimal("up_to", least=ZERO),
            additional=definition.decimal("additional", least=ZERO),
            step=positive(definition, "step") if definition.has("step") else YEN,
        )


@dataclass(frozen=True)
class Percentage(Pricing):
    """A percentage of every fact's value (yen), with a fixed amount, a least and a most per fact.

    free: so much of the period's value is free; it is used up in order of time, and a fact that lies wholly in it costs
    nothing at all.
    """

    percent: Decimal
    fixed: Decimal = ZERO
    free: Decimal = ZERO
    least: Decimal | None = None
    most: Decimal | None = None

    kind: ClassVar[str] = "percentage"
    label: ClassVar[str] = _("料率")

    def __post_init__(self) -> None:
        if self.least is not None and self.most is not None and self.most < self.least:
            refuse("most", _("1件あたりの上限は下限以上にしてください。"))

    def price(self, usage: Usage, share: Share) -> Priced:
        charged = list(_beyond(self.free, usage.facts))
        value = sum((run.value * run.count for run in charged), ZERO)
        parts = (
            Part.times(_("無料枠"), usage.quantity - value, ZERO),
            Part.times(_("料率 %(percent)s%%"), value, self.percent / 100, percent=plain(self.percent)),
            Part.times(_("1件あたりの固定額"), sum(run.count for run in charged) if self.fixed else 0, self.fixed),
            self._adjusted(_("1件あたりの下限までの差額"), charged, upwards=True),
            self._adjusted(_("1件あたりの上限を超える額"), charged, upwards=False),
        )
        return Priced(tuple(part for part in parts if part.quantity))

    def to_json(self) -> dict[str, object]:
        return {
            "percent": plain(self.percent),
            "fixed": plain(self.fixed),
            "free": plain(self.free),
            "least": plain_or_none(self.least),
            "most": plain_or_none(self.most),
        }

    @classmethod
    def read(cls, definition: Definition) -> Percentage:
        return cls(
            percent=definition.decimal("percent", least=ZERO),
            fixed=definition.decimal("fixed", default=ZERO, least=ZERO),
            free=definition.decimal("free", default=ZERO, least=ZERO),
            least=definition.optional_decimal("least", least=ZERO),
            most=definition.optional_decimal("most", least=ZERO),
        )

    def _adjusted(self, label: str, charged: Iterable[Run], *, upwards: bool) -> Part:
        """What the least adds to (or the most takes off) the facts that it concerns."""
        changes = [(run.count, self._change(run.value)) for run in charged]
        concerned = [(count, change) for count, change in changes if change and (change > 0) is upwards]
        amount = sum((count * change for count, change in concerned), ZERO)
        return Part(label, Decimal(sum(count for count, _change in concerned)), None, amount)

    def _change(self, value: Decimal) -> Decimal:
        exact = value * self.percent / 100 + self.fixed
        within = max(exact, exact if self.least is None else self.least)
        return min(within, within if self.most is None else self.most) - exact


def _beyond(free: Decimal, facts: Iterable[Run]) -> Iterator[Run]:
    """What of the facts' values lies beyond the free amount, used up in order; nothing for facts wholly within it."""
    for run in facts:
        covered = min(run.count, int(free // run.value) if run.value else run.count) if free else 0
        free -= covered * run.value
        if covered < run.count and free:
            yield Run(run.value - free)
            covered, free = covered + 1, ZERO
        if covered < run.count:
            yield Run(run.value, run.count - covered)
