"""締め・請求 over all clients that one serves: what is open, drafted, disputed, approved, issued."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from billing.series.models import Standing
from tenants import queries
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

SHOWN = 200


@page(Permission.CLOSE_MONTH, side="operator")
def closings(request: PortalRequest) -> HttpResponse:
    """Every closing of the clients one serves, newest first, and the clients that have none yet."""
    served = {client.code: client for client in queries.served_by(request.person.pk, request.role)}
    standings = list(Standing.objects.filter(client__in=served).order_by("-period_start", "client")[:SHOWN])
    rows = [{"client": served[standing.client], "standing": standing} for standing in standings]
    drafted = {standing.client for standing in standings}
    fresh = [client for code, client in served.items() if code not in drafted]
    return render(request, "billing/closings.html", {"rows": rows, "fresh": fresh})
