"""What the buyers' pages answered in a month: the number, how it moves, what it means, and every look behind it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.periods import Period, first_of_month
from integrations.queries import answered as queries
from sla.queries import month_named, month_of
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.VIEW_SLA)
def looks(request: PortalRequest) -> HttpResponse:
    """The month's number with its trend and its definition, and each look that was counted."""
    shown = _month(request)
    first, running = shown.start, month_of(clock.now())
    found = queries.looks(shown, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        **_of_month(shown),
        "title": _("%(year)s年%(month)s月") % {"year": first.year, "month": first.month},
        "earlier": f"{first_of_month(first, -1):%Y-%m}",
        "later": f"{first_of_month(first, 1):%Y-%m}" if first < running.start else "",
        "trend": _trend(shown),
        "found": found,
    }
    return render(request, "answered/looks.html", context)


@page(Permission.VIEW_SLA)
def card(request: PortalRequest) -> HttpResponse:
    """The number as a part of the pages of a month, whose package knows nothing of the buyers' pages."""
    shown = _month(request)
    return render(request, "answered/card.html", _of_month(shown))


def _month(request: PortalRequest) -> Period:
    return month_named(request.GET.get("month", ""), at=clock.now())


def _of_month(shown: Period) -> dict[str, Any]:
    return {"answered": queries.answered(shown), "month": f"{shown.start:%Y-%m}"}


def _trend(shown: Period) -> dict[str, Any] | None:
    """Whether it is asked less; None where there is no month to compare with."""
    months, asked = queries.trend(shown)
    if sum(1 for n in asked if n) < 2:
        return None
    return {
        "kind": "bar",
        "categories": [_("%(month)s月") % {"month": first.month} for first in months],
        "series": [{"name": _("「いつ届きますか」"), "values": list(asked)}],
        "unit": _("回"),
        "category": _("年月"),
    }
