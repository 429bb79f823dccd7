"""A postcode's places, for a form that is being filled in."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from core import postcodes
from core.text import postcode as normal
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

LONGEST = 20


@page(Permission.VIEW_ORDERS)
def places(request: PortalRequest) -> HttpResponse:
    """What lies under `postcode`, as a fragment: nothing is filled in by itself, the person takes one."""
    typed = request.GET.get("postcode", "").replace("\0", "").strip()[:LONGEST]
    code = normal(typed)
    shown = {"typed": typed, "code": code, "places": postcodes.places(code) if code else []}
    return render(request, "customers/parts/places.html", shown)
