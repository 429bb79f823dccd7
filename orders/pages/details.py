"""One order on one page, and what is asked of the client."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from documents import queries as documents
from documents.kinds import visible
from orders.intake.values import SLOTS
from orders.pages.threads import panel, who_is
from orders.queries import detail, overview, rules, supplies, threads, timeline, troubles
from orders.queries import papers as printable
from orders.queries.quoting import detail as contracts
from orders.queries.troubles import slot_label
from orders.reasons import HOLD_REASONS, PARTIES
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def order(request: PortalRequest, order_id: int) -> HttpResponse:
    """Where the order is, what comes next and when, and everything behind it."""
    found = detail.of_order(order_id, side=request.side)
    if found is None:
        raise Http404
    kinds = visible(money=Permission.VIEW_BILLING in request.permissions)
    papers = printable.available(found.order, [sent.shipment for sent in found.shipments])
    issued = {paper.newest.document_id for paper in papers if paper.newest}
    kept = documents.of_order(order_id, kinds, side=request.side)
    shown = {
        "detail": found,
        "order": found.order,
        "ruled": rules.of_order(order_id),
        "contract": contracts.of_order(order_id),
        "entries": timeline.of_order(order_id),
        "coming": supplies.of_order(found.order),
        "printable": papers,
        "papers": [row for row in kept if row.pk not in issued],
        "parties": PARTIES,
        "slots": [(slot, slot_label(slot)) for slot in SLOTS],
        **panel(request, threads.of_order(found.order, who_is(request), at=clock.now())),
        "hold_reasons": [(code, _(reason.staff)) for code, reason in HOLD_REASONS.items() if not reason.ends_itself],
    }
    return render(request, "orders/detail.html", shown)


@page(Permission.VIEW_ORDERS)
def questions(request: PortalRequest) -> HttpResponse:
    """Everything that is asked of the client, what is due first at the top."""
    asked = overview.questions(limit=overview.QUESTIONS, side=request.side)
    decisions = troubles.decisions(side="client")
    shown = {
        "questions": asked,
        "decisions": troubles.alike(decisions),
        "shown": len(asked) + len(decisions),
        "total": overview.unanswered_count(),
    }
    return render(request, "orders/questions.html", shown)
