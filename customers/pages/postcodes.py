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
    """What lies under a postcode, as a fragment: nothing is filled in by itself, the person takes one.

    field: the name of what was typed, `postcode` where it is not said; list: what the address calls its choices.
    """
    typed = request.GET.get(request.GET.get("field", "postcode"), "").replace("\0", "").strip()[:LONGEST]
    code = normal(typed)
    named = request.GET.get("list", "places")
    shown = {
        "list": named if named.isidentifier() else "places",
        "typed": typed,
        "code": code,
        "places": postcodes.places(code) if code else [],
    }
    return render(request, "customers/parts/places.html", shown)
