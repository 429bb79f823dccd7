"""Contracts are signed, become orders, and end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import SYSTEM, Actor
from core.wording import Sentence, _
from orders import ports
from orders.intake.reasons import explain
from orders.models import Channel, Contract, Intake, Order, QuoteVersion, RefusedRow
from orders.queries.quoting import wanted, with_lines
from orders.quoting import CONTRACTS, ENDS_SOON, Wanted, add_up, refusal
from orders.services import intake
from orders.services.quoting.telling import tell
from orders.services.verification import check_words

CHANNEL, CHANNEL_NAME = "quote", "見積"
LONGEST_TERMS = 5000
BATCH = 500


@transaction.atomic
def sign(
    contract_id: int,
    *,
    starts_on: date,
    ends_on: date | None = None,
    terms: str = "",
    document_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Contract:
    """A contract on paper was signed: it is in force from then on. Refused without its file."""
    contract = _locked([contract_id]).get(contract_id)
    if contract is None:
        raise _not_found()
    why = refusal("sign", contract.state, CONTRACTS)
    if why is not None:
        raise why
    if document_id is None:
        raise Refused(Sentence(_("署名された契約書のファイルを選んでください。")), code="missing", field="file")
    if ends_on is not None and ends_on < starts_on:
        raise Refused(Sentence(_("終了日が開始日より前です。")), code="bad_date", field="ends_on")
    contract.state, contract.starts_on, contract.ends_on = Contract.IN_FORCE, starts_on, ends_on
    contract.terms, contract.document_id = terms.strip()[:LONGEST_TERMS], document_id
    contract.save()
    tell("quote.signed", [contract.version], actor=actor, at=at, contract_id=contract.pk)
    return contract


@transaction.atomic
def end(contract_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """End contracts, with the reason. What was ordered stays ordered."""
    check_words(reason, field="reason")
    going, refused = _sifted("end", contract_ids)
    for contract in going:
        contract.state, contract.ended_at, contract.ended_by = Contract.ENDED, at, actor.name
        contract.end_reason = reason.strip()
    Contract.objects.bulk_update(going, ["state", "ended_at", "ended_by", "end_reason"])
    tell("quote.contract_ended", [one.version for one in going], actor=actor, at=at)
    return Outcome.of((one.pk for one in going), refused)


@transaction.atomic
def tell_ending(*, at: datetime) -> int:
    """Say once of each contract in force that its last day is near, BATCH at most; returns how many."""
    day = ports.today(at)
    due = Contract.objects.filter(
        state=Contract.IN_FORCE, ending_told_at=None, ends_on__gte=day, ends_on__lte=day + ENDS_SOON
    )
    locked = _locked(due.order_by("ends_on", "pk").values_list("pk", flat=True)[:BATCH])
    ending = [one for one in locked.values() if one.ending_told_at is None and one.state == Contract.IN_FORCE]
    for contract in ending:
        tell(
            "quote.contract_ending",
            [contract.version],
            actor=SYSTEM,
            at=at,
            contract_id=contract.pk,
            ends_on=f"{contract.ends_on}",
        )
    Contract.objects.filter(pk__in=[one.pk for one in ending]).update(ending_told_at=at)
    return len(ending)


@transaction.atomic
def order(contract_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Make the orders of contracts that are in force, of what was agreed, through the checks of every arrival.

    The outcome is by contract. Refused are those that have their order, and those whose address or lines no order
    could have, with the reason.
    """
    going, refused = _sifted("order", contract_ids)
    refused |= {one.pk: _ordered() for one in going if one.order_id}
    going = [one for one in going if one.pk not in refused]
    if not going:
        return Outcome.of((), refused)
    arrived = intake.accept(_channel(), [_record(one) for one in going], actor=actor, at=at, source="quote")
    made = dict(Order.objects.filter(intake=arrived).values_list("number", "pk"))
    for contract in going:
        contract.order_id = made.get(contract.version.quote.number)
    refused |= _unfit(arrived, [one for one in going if not one.order_id])
    done = [one for one in going if one.order_id]
    Contract.objects.bulk_update(done, ["order"])
    for contract in done:
        tell("quote.ordered", [contract.version], actor=actor, at=at, contract_id=contract.pk, order=contract.order_id)
    return Outcome.of((one.pk for one in done), refused)


def _channel() -> Channel:
    """Where orders from quotes come from. No file is ever read for it, so it is offered nowhere."""
    return Channel.objects.get_or_create(
        code=CHANNEL, defaults={"name": CHANNEL_NAME, "profile": "records", "is_active": False}
    )[0]


def _record(contract: Contract) -> dict[str, Any]:
    """The order as a record (orders.intake.from_records): prices without tax, the tax beside them."""
    version, quote = contract.version, contract.version.quote
    lines = wanted(version)
    sums = add_up(lines, postage=version.postage)
    tax = {part.rate: int(part.tax) for part in sums.parts}
    buyer = " ".join(filter(None, (quote.buyer_company, quote.buyer_name)))
    return {
        "number": quote.number,
        "ordered_at": contract.accepted_at.isoformat(),
        "buyer_name": buyer,
        "buyer_email": quote.buyer_email,
        "buyer_phone": quote.buyer_phone,
        "buyer_postcode": quote.buyer_postcode,
        "buyer_address": quote.buyer_address,
        "ship_name": quote.ship_name or buyer,
        "ship_phone": quote.ship_phone or quote.buyer_phone,
        "ship_postcode": quote.ship_postcode or quote.buyer_postcode,
        "ship_address": quote.ship_address or quote.buyer_address,
        "payment_method": version.payment,
        "goods_total": int(sums.goods),
        "discount": int(sums.discount),
        "postage": int(sums.postage),
        "tax": int(sums.tax),
        "tax_10": tax.get(10, 0),
        "tax_8": tax.get(8, 0),
        "total": int(sums.total),
        "note": version.delivery_time,
        "lines": [_line(line) for line in lines],
    }


def _line(line: Wanted) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": _plain(line.unit_price),
        "tax_rate": line.tax_rate,
        "line_discount": _plain(line.discount),
    }


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def _unfit(arrived: Intake, contracts: Collection[Contract]) -> dict[int, Refused]:
    """Why these became no orders: the first problem of each, or that the number is taken."""
    problems = {row.number: row for row in RefusedRow.objects.filter(intake=arrived).order_by("-row", "-id")}
    refused = {}
    for contract in contracts:
        row = problems.get(contract.version.quote.number)
        why = (
            explain(row.code, column=row.column, value=row.value)
            if row
            else Sentence(_("この見積の受注はすでにあります。"))
        )
        refused[contract.pk] = Refused(why, code=row.code if row else "known")
    return refused


def _sifted(move: str, contract_ids: Collection[int]) -> tuple[list[Contract], dict[int, Refused]]:
    found = _locked(contract_ids)
    refused = {key: _not_found() for key in contract_ids if key not in found}
    refused |= {key: why for key, one in found.items() if (why := refusal(move, one.state, CONTRACTS)) is not None}
    return [one for key, one in found.items() if key not in refused], refused


def _locked(contract_ids: Collection[int]) -> dict[int, Contract]:
    """The contracts, locked, with their versions, quotes and lines."""
    rows = {
        one.pk: one for one in Contract.objects.select_for_update().filter(pk__in=list(contract_ids)).order_by("pk")
    }
    versions = with_lines(QuoteVersion.objects.filter(pk__in=[one.version_id for one in rows.values()]))
    loaded = {version.pk: version for version in versions}
    for contract in rows.values():
        contract.version = loaded[contract.version_id]
    return rows


def _ordered() -> Refused:
    return Refused(Sentence(_("この契約の受注はすでに作成されています。")), code="ordered")


def _not_found() -> Refused:
    return Refused(Sentence(_("この契約はありません。")), code="not_found")
