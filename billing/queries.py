"""What is asked about use, drafts and invoices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from billing.models import Dispute, Invoice, InvoiceLine, RatedFact
from billing.pricing import Part
from billing.services import closing
from core.errors import Refused
from core.events import SYSTEM
from core.models import Event
from core.paging import Page, page_of
from core.periods import Period, local_day
from core.text import search_key

FACTS = 100
FOUND_AMONG = 120


def orders_invoiced(order_ids: Collection[int]) -> set[int]:
    """Those of these orders that stand on an invoice which was agreed to, or is out. For orders.ports."""
    of_orders = dict(Event.objects.filter(order_id__in=list(order_ids)).values_list("pk", "order_id"))
    return {pk for event in events_invoiced(of_orders) if (pk := of_orders[event]) is not None}


def events_invoiced(event_ids: Collection[int]) -> set[int]:
    """Those of these events that stand on an invoice which was agreed to, or is out. For projects.ports."""
    facts = RatedFact.objects.filter(event_id__in=list(event_ids)).exclude(line__invoice__state=Invoice.DRAFT)
    return set(facts.values_list("event_id", flat=True))


@dataclass(frozen=True)
class Shown:
    """A line of an invoice with the steps that explain it and what the client says of it."""

    line: InvoiceLine
    steps: Sequence[Part]
    disputes: Sequence[Dispute]

    @property
    def open_dispute(self) -> Dispute | None:
        return next((dispute for dispute in self.disputes if dispute.answered_at is None), None)


@dataclass(frozen=True)
class Estimate:
    """What the running period has come to so far. lines: description and amount, without tax."""

    period: Period
    plan: str
    total: Decimal
    tax: Decimal
    lines: Sequence[tuple[str, Decimal, str, Decimal]]


@dataclass(frozen=True)
class Fact:
    """An event that stands behind a line."""

    at: datetime
    order_id: int | None
    project_id: int | None
    subject: str
    quantity: Decimal
    late: bool
    cell: str


def invoices(*, drafts: bool = True) -> list[Invoice]:
    """The closings, newest first."""
    found = Invoice.objects.all()
    return list(found if drafts else found.exclude(state=Invoice.DRAFT))


def invoice(invoice_id: int) -> Invoice | None:
    """One closing, None for a stranger's."""
    return Invoice.objects.filter(pk=invoice_id).first()


def to_review() -> Invoice | None:
    """The draft that waits for the client."""
    return Invoice.objects.filter(state=Invoice.DRAFT).order_by("period_start").first()


def lines_of(found: Invoice) -> list[Shown]:
    """The lines with their explanations. Two queries."""
    disputes: dict[str, list[Dispute]] = {}
    for dispute in found.disputes.order_by("raised_at"):
        disputes.setdefault(dispute.charge_code, []).append(dispute)
    return [
        Shown(line, [Part.from_json(step) for step in line.steps], disputes.get(line.charge_code, []))
        for line in found.lines.all()
    ]


def line(invoice_id: int, code: str) -> InvoiceLine | None:
    """One line of an invoice."""
    return InvoiceLine.objects.filter(invoice_id=invoice_id, charge_code=code).select_related("invoice").first()


def facts_of(found: InvoiceLine, *, after: str = "", before: str = "") -> Page[Fact]:
    """The events behind a line, in the order they happened. Two queries."""
    page = page_of(
        RatedFact.objects.filter(line=found), order=("event_id", "id"), after=after, before=before, size=FACTS
    )
    events = Event.objects.in_bulk([fact.event_id for fact in page.rows])
    rows = [_fact(fact, events[fact.event_id]) for fact in page.rows]
    return Page(rows=rows, after=page.after, before=page.before)


def _fact(fact: RatedFact, event: Event) -> Fact:
    named = str(event.data.get("number") or event.data.get("title") or f"{event.subject_kind} {event.subject_id}")
    project = event.subject_id if event.subject_kind == "project" else None
    more = str(event.data.get("milestone") or event.data.get("person") or "") if project else ""
    cell = "／".join(map(str, fact.cell or ()))
    return Fact(event.at, event.order_id, project, f"{named} {more}".strip(), fact.quantity, fact.late, cell)


def month_estimate(at: datetime) -> Estimate | None:
    """What the running period would cost if it closed now; None where there is no contract or rate card yet.

    The draft is made and undone again: the same code that will close the period, and nothing is left of it.
    """
    try:
        terms = closing.terms_for(local_day(at))
    except Refused:
        return None
    with transaction.atomic():
        draft = closing.draft(local_day(at), actor=SYSTEM, at=at)
        lines = [(line.description, line.quantity, line.unit, line.amount) for line in draft.lines.all()]
        estimate = Estimate(terms.period, terms.contract.plan, draft.total, draft.tax, lines)
        transaction.set_rollback(True)
    return estimate


def find(words: Sequence[str], *, limit: int) -> list[Invoice]:
    """The invoices and drafts whose number or month (2026-10, 2026年10月) has all the words, newest first."""
    newest = Invoice.objects.order_by("-period_start")[:FOUND_AMONG]
    return [one for one in newest if all(word in _names(one) for word in words)][:limit]


def _names(invoice: Invoice) -> str:
    last = invoice.period_end - timedelta(days=1)
    return search_key(f"{invoice.number or ''} {last:%Y-%m} {last.year}年{last.month}月分 請求書 請求案 invoice")
