"""The month is closed: drafted by the operator, approved by the clients, finalised, issued, and opened as a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing.models import Invoice
from billing.services import closing, issuing, review
from core import clock, scope
from core.events import Actor
from core.periods import month_of
from portal.demo.calendar import at, working_days
from portal.demo.month import DAYS_AFTER
from portal.demo.visitor import Unexpected, Visitor
from portal.demo.world import MONTH, Company
from sla import services as promises

PDF = b"%PDF-"


@dataclass(frozen=True)
class Billing:
    """Who closes, and who approves and reads for each client."""

    clerk: Actor
    approvers: dict[str, Actor]
    readers: dict[str, Visitor]


def close(companies: tuple[Company, ...], billing: Billing) -> None:
    """Close the month of every client. One line of the first draft is disputed and answered on the way."""
    days = list(working_days(MONTH, more=DAYS_AFTER + 1))
    drafted, finalised = at(days[-1], "10:00"), at(days[-1], "15:00")
    for nth, company in enumerate(companies):
        with scope.client(company.code):
            invoice = _draft(billing, drafted)
            if nth == 0:
                _argue(invoice, billing, company, drafted)
            review.approve(invoice.pk, actor=billing.approvers[company.code], at=drafted)
        clock.move(finalised)
        with scope.client(company.code):
            promises.freeze(month_of(MONTH), actor=billing.clerk, at=finalised)
            issuing.finalise(invoice.pk, actor=billing.clerk, at=finalised)
            document = issuing.issue(invoice.pk, actor=billing.clerk, at=finalised)
        _open(billing.readers[company.code], f"/documents/{document.pk}/view")


def _draft(billing: Billing, now: datetime) -> Invoice:
    clock.move(now)
    closing.draft(MONTH, actor=billing.clerk, at=now)
    return closing.draft(MONTH, actor=billing.clerk, at=now)


def _argue(invoice: Invoice, billing: Billing, company: Company, now: datetime) -> None:
    line = invoice.lines.order_by("position")[0]
    approver = billing.approvers[company.code]
    raised = review.dispute(invoice.pk, line.charge_code, "件数の内訳を確認させてください。", actor=approver, at=now)
    review.answer(raised.pk, "明細の「根拠」から受注ごとの記録をご覧いただけます。", actor=billing.clerk, at=now)


def _open(reader: Visitor, path: str) -> None:
    response = reader.get(path)
    if not response.content.startswith(PDF):
        raise Unexpected(f"{path}: this is no PDF.")
