"""One buyer on one page."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from core import clock
from core.scope import current_client
from customers import ports
from customers.models import Buyer
from customers.queries import proposals
from customers.queries.people import people
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission
from tenants.services import note_access

ORDERS = 100


@page(Permission.VIEW_BUYERS)
def buyer(request: PortalRequest, buyer_id: int) -> HttpResponse:
    """Who it is, what they ordered, and who else they may be. The access log says who looked."""
    found = Buyer.objects.filter(pk=buyer_id).select_related("head").first()
    if found is None:
        raise Http404
    if found.head_id != found.pk:
        return HttpResponseRedirect(url(request, "customers:detail", found.head_id))
    (person,) = people([found])
    note_access(
        action="buyer.opened", subject=person.name, client=current_client(), actor=request.actor, at=clock.now()
    )
    shown = {
        "person": person,
        "erased_at": found.erased_at,
        "orders": ports.history(found.pk, side=request.side, limit=ORDERS),
        "limit": ORDERS,
        "pairs": proposals.of_buyer(found.pk),
        "decided": proposals.decided(head=found.pk),
    }
    return render(request, "customers/detail.html", shown)
