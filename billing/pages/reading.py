"""請求, as both sides read it: use so far, drafts, invoices, and the events behind every line."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from billing import queries
from billing.models import Invoice
from core import clock
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.VIEW_BILLING)
def overview(request: PortalRequest) -> HttpResponse:
    """Use so far, what is to review, and the invoices."""
    return render(
        request,
        "billing/overview.html",
        {
            "estimate": queries.month_estimate(clock.now()),
            "review": queries.to_review(),
            "invoices": queries.invoices(),
        },
    )


@page(Permission.VIEW_BILLING)
def invoice(request: PortalRequest, invoice_id: int) -> HttpResponse:
    """A draft to review, or an invoice, line by line."""
    found = found_or_404(invoice_id)
    lines = queries.lines_of(found)
    return render(
        request,
        "billing/invoice.html",
        {
            "invoice": found,
            "lines": lines,
            "period": found.period,
            "is_draft": found.state in (Invoice.DRAFT, Invoice.APPROVED),
            "disputed": any(shown.open_dispute for shown in lines),
        },
    )


@page(Permission.VIEW_BILLING)
def line(request: PortalRequest, invoice_id: int, code: str) -> HttpResponse:
    """Why a line is what it is: the formula, and the very events behind it."""
    found = queries.line(invoice_id, code)
    if found is None:
        raise Http404
    facts = queries.facts_of(found, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    shown = next(s for s in queries.lines_of(found.invoice) if s.line.pk == found.pk)
    return render(request, "billing/line.html", {"invoice": found.invoice, "shown": shown, "page": facts})


def found_or_404(invoice_id: int) -> Invoice:
    """The closing with that id; 404 for a stranger's."""
    found = queries.invoice(invoice_id)
    if found is None:
        raise Http404
    return found
