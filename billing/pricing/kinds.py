"""The whole list of ways to price. A new one is its class and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from billing.pricing.explained import Pricing
from billing.pricing.facts import BaseAdditional, FirstAdditional, Percentage
from billing.pricing.matrix import Matrix
from billing.pricing.tiers import Graduated, Volume
from billing.pricing.units import Flat, Package, PassThrough, PerUnit

KINDS: Mapping[str, type[Pricing]] = {
    pricing.kind: pricing
    for pricing in (
        Flat,
        PerUnit,
        Graduated,
        Volume,
        Package,
        FirstAdditional,
        BaseAdditional,
        Percentage,
        Matrix,
        PassThrough,
    )
}
