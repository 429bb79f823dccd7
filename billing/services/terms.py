"""Contracts and rate cards, made and versioned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from billing import pricing
from billing.meters import METERS
from billing.models import Charge, Contract, RateCard
from core.business_days import Roll
from core.errors import Refused
from core.events import Actor
from core.periods import ClosingTerms
from core.wording import Sentence, _


def terms_of(contract: Contract) -> ClosingTerms:
    """When the contract closes and is paid."""
    return ClosingTerms(contract.closing_day, contract.month_offset, contract.pay_day, Roll(contract.roll))


def agree(
    *,
    plan: str,
    starts_on: date,
    recipient: Mapping[str, Any],
    closing_day: int = 31,
    month_offset: int = 1,
    pay_day: int = 31,
    roll: Roll = Roll.NEXT,
    rounding: str = "down",
    commitment: Decimal | None = None,
) -> Contract:
    """Put a contract into force. Terms that make no sense are Refused."""
    ClosingTerms(closing_day, month_offset, pay_day, roll)
    return Contract.objects.create(
        plan=plan,
        starts_on=starts_on,
        recipient=dict(recipient),
        closing_day=closing_day,
        month_offset=month_offset,
        pay_day=pay_day,
        roll=roll.value,
        rounding=rounding,
        commitment=commitment,
    )


@transaction.atomic
def publish_card(
    *, name: str, starts_on: date, charges: Sequence[Mapping[str, Any]], included: Sequence[str] = (), actor: Actor
) -> RateCard:
    """Make a new version of the prices, from `starts_on` on. Earlier versions stay as they are.

    charges: mappings of code, name, meter, unit, rate (JSON of billing.pricing) and tax_rate. What makes no sense is
    Refused, with the charge's name.
    """
    version = (RateCard.objects.aggregate(last=Max("version"))["last"] or 0) + 1
    card = RateCard.objects.create(
        version=version, name=name, starts_on=starts_on, included=list(included), created_by=actor.name
    )
    Charge.objects.bulk_create(_charge(card, position, charge) for position, charge in enumerate(charges, 1))
    return card


def _charge(card: RateCard, position: int, given: Mapping[str, Any]) -> Charge:
    if given.get("meter", "") not in ("", *METERS):
        raise Refused(Sentence(_("計測項目「%(meter)s」はありません。"), meter=given["meter"]), code="meter")
    rate = pricing.from_json(given["rate"], f"{given['name']}.rate")
    return Charge(
        card=card,
        position=position,
        code=given["code"],
        name=given["name"],
        meter=given.get("meter", ""),
        unit=given.get("unit", ""),
        rate=rate.to_json(),
        tax_rate=given.get("tax_rate", 10),
    )
