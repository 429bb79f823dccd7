"""One order on one page, and what is asked of the client."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from orders.queries import detail, overview, timeline
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def order(request: PortalRequest, order_id: int) -> HttpResponse:
    """Where the order is, what comes next and when, and everything behind it."""
    found = detail.of_order(order_id)
    if found is None:
        raise Http404
    return render(
        request, "orders/detail.html", {"detail": found, "order": found.order, "entries": timeline.of_order(order_id)}
    )


@page(Permission.VIEW_ORDERS)
def questions(request: PortalRequest) -> HttpResponse:
    """Everything that is asked of the client, oldest first."""
    return render(request, "orders/questions.html", {"questions": overview.questions()})
