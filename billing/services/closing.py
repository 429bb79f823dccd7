"""Closing a period: count, price, round, and keep the events behind every yen.

A draft may be made again as often as one likes and comes out the same for the same record. Facts are those of the
period, and late ones of earlier periods that no invoice has billed yet; they are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import orjson
from django.db import connection, transaction

from billing import commitments, pricing, tax
from billing.meters import METERS, Meter
from billing.models import Charge, Contract, Invoice, InvoiceLine, RateCard, RatedFact
from billing.pricing import Cell, Part, Priced, Run, Usage
from billing.pricing.explained import plain
from billing.pricing.matrix import Matrix
from billing.services.terms import terms_of
from core.errors import Refused
from core.events import Actor, Happening, Told, publish
from core.models import Event
from core.money import ZERO, Rounding, round_yen
from core.periods import Period, Share, share_of
from core.wording import Sentence, _

COMMITMENT = "commitment"


@dataclass(frozen=True)
class Metered:
    """A line that counts facts. with_cells: they are priced by where they lie in a matrix."""

    line: InvoiceLine
    meter: Meter
    with_cells: bool


@dataclass(frozen=True)
class Terms:
    """What a period is closed by: the contract and the rate card in force at its end."""

    contract: Contract
    card: RateCard
    period: Period

    @property
    def share(self) -> Share:
        """Which part of the period the contract covers."""
        ends = self.contract.ends_on
        active = Period(self.contract.starts_on, max(ends or self.period.end, self.contract.starts_on))
        return share_of(self.period, active)


def terms_for(day: date) -> Terms:
    """Contract, rate card and period of the closing that `day` belongs to. Refused where either is missing."""
    contract = Contract.objects.filter(starts_on__lte=day).order_by("-starts_on", "-pk").first()
    if contract is None:
        raise Refused(
            Sentence(_("%(day)s に有効な契約がありません。契約を登録してください。"), day=day), code="no_contract"
        )
    period = terms_of(contract).period(day)
    card = RateCard.objects.filter(starts_on__lt=period.end).order_by("-starts_on", "-version").first()
    if card is None:
        raise Refused(
            Sentence(_("%(day)s に有効な料金表がありません。料金表を登録してください。"), day=day), code="no_card"
        )
    return Terms(contract, card, period)


@transaction.atomic
def draft(day: date, *, actor: Actor, at: datetime) -> Invoice:
    """Make, or make again, the draft of the closing that `day` belongs to; a finalised invoice is left untouched."""
    terms = terms_for(day)
    invoice, created = Invoice.objects.select_for_update().get_or_create(
        period_start=terms.period.start,
        defaults={
            "period_end": terms.period.end,
            "due_on": terms_of(terms.contract).due_date(terms.period.last),
            "plan": terms.contract.plan,
            "card": terms.card,
            "rounding": terms.contract.rounding,
            "drafted_at": at,
        },
    )
    if invoice.state in (Invoice.FINAL, Invoice.ISSUED):
        return invoice
    before = (invoice.total, invoice.state, invoice.unrated)
    _fill(invoice, terms, at=at)
    if created or before != (invoice.total, invoice.state, invoice.unrated):
        publish([happening("invoice.drafted", invoice)], actor=actor, at=at)
    return invoice


def follow_undone(told: Told) -> None:
    """Orders were taken back: drafts that counted them are made again."""
    _again(Event.objects.filter(order_id__in=told.frame["order_id"].to_list()).values("pk"), told)


def follow_work_undone(told: Told) -> None:
    """Work was taken back: drafts that counted it are made again."""
    _again(told.frame["worked_event"].to_list(), told)


def _again(events: Any, told: Told) -> None:
    """Make the drafts that counted any of these events again."""
    facts = RatedFact.objects.filter(line__invoice__state=Invoice.DRAFT)
    periods = facts.filter(event_id__in=events).values_list("line__invoice__period_start", flat=True).distinct()
    for day in list(periods):
        draft(day, actor=told.actor, at=told.frame["at"].max())  # type: ignore[arg-type]


def happening(name: str, invoice: Invoice, **more: object) -> Happening:
    """An event of an invoice, with the figures that a timeline shows."""
    data = {"number": invoice.number, "period": f"{invoice.period_start:%Y-%m-%d}", "total": str(invoice.total), **more}
    return Happening(name, "invoice", invoice.pk, data)


def _fill(invoice: Invoice, terms: Terms, *, at: datetime) -> None:
    invoice.lines.all().delete()
    rounding = Rounding(invoice.rounding)
    charges = list(terms.card.charges.all())
    lines, unrated = _lines(invoice, charges, terms, rounding)
    lines += _true_up(invoice, terms, lines, rounding)
    totals = tax.breakdown(((Decimal(line.tax_rate), line.amount) for line in lines), rounding=rounding)
    invoice.subtotal = sum((total.base for total in totals), ZERO)
    invoice.tax = tax.total_tax(totals)
    invoice.total = tax.total_gross(totals)
    invoice.breakdown = [{"rate": int(t.rate), "base": int(t.base), "tax": int(t.tax)} for t in totals]
    invoice.unrated = [*_uncharged(charges, terms), *unrated]
    invoice.card = terms.card
    invoice.drafted_at = at
    invoice.state = Invoice.DRAFT
    invoice.approved_at, invoice.approved_by = None, ""
    invoice.save()


def _lines(
    invoice: Invoice, charges: Sequence[Charge], terms: Terms, rounding: Rounding
) -> tuple[list[InvoiceLine], list[dict[str, Any]]]:
    """The lines of the charges that come to something, with the facts behind them, and what has no price.

    As many queries for one charge as for thirty.
    """
    rates = [pricing.from_json(charge.rate) for charge in charges]
    every = InvoiceLine.objects.bulk_create(_empty(invoice, charge) for charge in charges)
    metered = [
        Metered(line, METERS[line.meter], with_cells=isinstance(rate.pricing, Matrix))
        for line, rate in zip(every, rates, strict=True)
        if line.meter
    ]
    _rate_facts(metered, terms)
    used = _usages(metered)
    lines, unrated = list[InvoiceLine](), list[dict[str, Any]]()
    for line, charge, rate in zip(every, charges, rates, strict=True):
        usage, late = used.get(line.pk, (Usage(Decimal(1)), 0))
        priced = rate.price(usage, terms.share)
        unrated += [_unpriced(charge, cell, quantity) for cell, quantity in priced.unpriced.items()]
        if line.meter:
            line.quantity, line.late = usage.quantity, late
        if not line.meter or usage.quantity or priced.parts:
            lines.append(_priced(line, priced, rounding))
    InvoiceLine.objects.filter(pk__in={line.pk for line in every} - {line.pk for line in lines}).delete()
    InvoiceLine.objects.bulk_update(lines, ["quantity", "late", "amount", "unit_price", "steps"])
    return lines, unrated


def _empty(invoice: Invoice, charge: Charge) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=charge.position,
        charge_code=charge.code,
        description=charge.name,
        meter=charge.meter,
        quantity=Decimal(1),
        unit=charge.unit,
        amount=ZERO,
        tax_rate=charge.tax_rate,
    )


def _priced(line: InvoiceLine, priced: Priced, rounding: Rounding) -> InvoiceLine:
    line.amount = round_yen(priced.amount, rounding)
    line.unit_price = _sole_price(priced.parts)
    line.steps = [part.to_json() for part in priced.parts]
    return line


def _sole_price(parts: Sequence[Part]) -> Decimal | None:
    """The unit price, where the line has one alone."""
    return parts[0].unit_price if len(parts) == 1 else None


_RATE = """
    INSERT INTO billing_ratedfact (line_id, charge_code, event_id, quantity, cell, late) {facts}
"""
_FACTS = """
    (SELECT %s, %s, e.id, {quantity}, {cell}, e.at < %s
       FROM core_event e
      WHERE {condition} AND e.at >= %s AND e.at < %s
        AND NOT EXISTS (SELECT FROM billing_ratedfact r WHERE r.event_id = e.id AND r.charge_code = %s)
      ORDER BY e.id)
"""


def _rate_facts(metered: Sequence[Metered], terms: Terms) -> None:
    if not metered:
        return
    start, end = terms.period.instants()
    first, _last = Period(terms.contract.starts_on, terms.contract.starts_on).instants()
    facts = [
        _FACTS.format(
            quantity=each.meter.quantity,
            cell=f"jsonb_build_array({', '.join(each.meter.axes)})" if each.with_cells else "NULL::jsonb",
            condition=each.meter.condition,
        )
        for each in metered
    ]
    parameters = [(each.line.pk, each.line.charge_code, start, first, end, each.line.charge_code) for each in metered]
    with connection.cursor() as cursor:
        cursor.execute(_RATE.format(facts="UNION ALL".join(facts)), list(chain.from_iterable(parameters)))


_SUM = """
    SELECT line_id, cell, quantity, count(*), count(*) FILTER (WHERE late)
      FROM billing_ratedfact WHERE line_id = ANY(%s) GROUP BY line_id, cell, quantity ORDER BY line_id, min(event_id)
"""


def _usages(metered: Sequence[Metered]) -> dict[int, tuple[Usage, int]]:
    """By line, how much was used and how many of its facts came late."""
    with connection.cursor() as cursor:
        cursor.execute(_SUM, [[each.line.pk for each in metered]])
        rows = cursor.fetchall()
    runs = {each.line.pk: [row[1:] for row in rows if row[0] == each.line.pk] for each in metered}
    return {each.line.pk: _usage(each, runs[each.line.pk]) for each in metered}


def _usage(metered: Metered, rows: Sequence[tuple[Any, ...]]) -> tuple[Usage, int]:
    late = sum(row[3] for row in rows)
    if not metered.with_cells:
        return Usage.of_facts(Run(quantity, count) for _cell, quantity, count, _late in rows), late
    cells: dict[Cell, Decimal] = {}
    for values, quantity, count, _late in rows:
        cell = metered.meter.cell(tuple(_json_list(values)))
        cells[cell] = cells.get(cell, ZERO) + quantity * count
    return Usage.of_cells(cells), late


def _json_list(value: Any) -> list[str]:
    return [str(item) for item in (orjson.loads(value) if isinstance(value, str | bytes) else value)]


def _true_up(invoice: Invoice, terms: Terms, lines: Sequence[InvoiceLine], rounding: Rounding) -> list[InvoiceLine]:
    committed = terms.contract.commitment
    if committed is None:
        return []
    priced = commitments.true_up(committed, sum((line.amount for line in lines), ZERO), terms.share)
    if not priced.parts:
        return []
    line = InvoiceLine(
        invoice=invoice,
        position=len(lines) + 100,
        charge_code=COMMITMENT,
        description="最低利用額との差額",
        quantity=Decimal(1),
        unit="式",
        tax_rate=10,
    )
    _priced(line, priced, rounding).save()
    return [line]


def _uncharged(charges: Sequence[Charge], terms: Terms) -> list[dict[str, Any]]:
    """Facts of the period that the rate card neither charges nor says it covers."""
    charged = {charge.meter for charge in charges} | set(terms.card.included)
    events = {METERS[code].event for code in charged if code in METERS}
    left = [meter for meter in METERS.values() if meter.code not in charged and meter.event not in events]
    return [
        {"meter": meter.code, "label": str(Sentence(meter.label)), "cell": [], "quantity": str(count)}
        for meter, count in zip(left, _counts(left, *terms.period.instants()), strict=True)
        if count
    ]


_COUNT = "(SELECT count(*) FROM core_event e WHERE {condition} AND e.at >= %s AND e.at < %s)"


def _counts(meters: Sequence[Meter], start: datetime, end: datetime) -> Sequence[int]:
    if not meters:
        return ()
    counts = ", ".join(_COUNT.format(condition=meter.condition) for meter in meters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", [start, end] * len(meters))
        (found,) = cursor.fetchall()
    return tuple(map(int, found))


def _unpriced(charge: Charge, cell: Cell, quantity: Decimal) -> dict[str, Any]:
    return {"meter": charge.meter, "label": charge.name, "cell": list(cell), "quantity": plain(quantity)}
