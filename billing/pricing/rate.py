"""One row of a rate card: a pricing with its allowance, its least and most a period, and whether parts are prorated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from billing.pricing.explained import Part, Priced, Pricing, Usage, plain_or_none
from billing.pricing.kinds import KINDS
from core.definitions import Definition, reading, refuse
from core.money import YEN, ZERO
from core.periods import WHOLE, Share
from core.wording import Sentence, _


@dataclass(frozen=True)
class Rate:
    """What the use of a period costs.

    included: units that the flat fee covers already (定額＋超過); only what is above is priced. minimum, maximum: yen a
    period. prorate: in a first or last part period flat amounts, allowance, minimum and maximum count by the day, the
    allowance rounded up to whole units. Combinations that make no sense are `Refused`.
    """

    pricing: Pricing
    included: Decimal = ZERO
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    prorate: bool = True

    def __post_init__(self) -> None:
        if self.included and not self.pricing.by_total:
            text = _("「%(kind)s」には無料数量（included）を付けられません。")
            refuse("included", Sentence(text, kind=Sentence(self.pricing.label)))
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            refuse("maximum", _("上限料金は最低料金以上にしてください。"))

    def price(self, usage: Usage, share: Share = WHOLE) -> Priced:
        """Price the use of a period of which `share` counts. The parts explain every step, allowance to maximum."""
        share = share if self.prorate else WHOLE
        covered = min(usage.quantity, share.times(self.included).to_integral_value(ROUND_CEILING))
        if not covered:
            return self._bounded(self.pricing.price(usage, share), share)
        priced = self.pricing.price(usage.less(covered), share)
        allowance = Part.times(_("定額に含む数量"), covered, ZERO)
        return self._bounded(Priced((allowance, *priced.parts), priced.unpriced), share)

    def to_json(self) -> dict[str, object]:
        """As one JSON object with its `kind`; `from_json` makes the same rate of it."""
        return {
            "kind": self.pricing.kind,
            **self.pricing.to_json(),
            "included": plain_or_none(self.included or None),
            "minimum": plain_or_none(self.minimum),
            "maximum": plain_or_none(self.maximum),
            "prorate": self.prorate,
        }

    def _bounded(self, priced: Priced, share: Share) -> Priced:
        minimum = None if self.minimum is None else share.times(self.minimum)
        maximum = None if self.maximum is None else share.times(self.maximum)
        if minimum is not None and priced.amount < minimum:
            return priced.plus(_difference(_("最低料金との差額"), minimum - priced.amount))
        if maximum is not None and priced.amount > maximum:
            return priced.plus(_difference(_("上限料金を超える額の値引き"), maximum - priced.amount))
        return priced


def from_json(data: object, path: str = "") -> Rate:
    """The rate that a JSON object defines, by its `kind`. What makes no sense is `Refused`, with its place."""
    with reading(data, path) as definition:
        return Rate(
            pricing=_pricing(definition),
            included=definition.decimal("included", default=ZERO, least=ZERO),
            minimum=definition.optional_decimal("minimum", least=ZERO),
            maximum=definition.optional_decimal("maximum", least=ZERO),
            prorate=definition.flag("prorate", default=True),
        )


def _pricing(definition: Definition) -> Pricing:
    kind = definition.text("kind")
    if kind not in KINDS:
        refuse(definition.at("kind"), Sentence(_("料金の種類「%(kind)s」はありません。"), kind=kind))
    return KINDS[kind].read(definition)


def _difference(label: str, amount: Decimal) -> Part:
    return Part.times(label, YEN, amount)
