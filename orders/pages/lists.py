"""受注: the list with its filters, and what it shows as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.paging import Page
from documents.kinds import KINDS
from orders.lifecycle import PHASES
from orders.pages.filtering import filters_of, kept
from orders.pages.saved import views_of
from orders.queries import listing
from orders.queries.listing import Filters, Row
from orders.queries.naming import phase_names
from orders.queries.papers import OF_ORDERS, OF_SHIPMENTS
from orders.reasons import HOLD_REASONS
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

ACTS = ("cancel", "mark_paid", "verify", "hold", "release_hold", "release", "run_rules", "print_papers", "source")
_ACTING = frozenset(
    {
        Permission.CANCEL_ORDERS,
        Permission.CHANGE_ORDERS,
        Permission.VERIFY_ORDERS,
        Permission.HOLD_ORDERS,
        Permission.IMPORT_ORDERS,
        Permission.ISSUE_PAPERS,
        Permission.SOURCE_GOODS,
    }
)


@page(Permission.VIEW_ORDERS)
def orders(request: PortalRequest) -> HttpResponse:
    """The list."""
    filters, form = filters_of(request.GET)
    now, query = clock.now(), kept(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = listing.page(filters, at=now, side=request.side, after=after, before=before)
    views = views_of(request, query)
    shown = {
        "page": found,
        "filters": filters,
        "form": form,
        "phases": _phase_chips(request, filters),
        "views": views,
        "shown_view": next((view for view in views if view.is_shown), None),
        "query": query,
        "everything": not filters.is_narrow,
    }
    return render(request, "orders/list.html", {**shown, **_counts(filters, found), **_bulk(request, query)})


def _counts(filters: Filters, found: Page[Row]) -> dict[str, Any]:
    """How many match. What fills one page needs no counting; what is past the limit is not counted on."""
    alone = not found.after and not found.before
    total = len(found.rows) if alone else listing.count(filters, at=clock.now())
    beyond = total > listing.COUNT_LIMIT
    return {
        "total": total,
        "beyond": beyond,
        "limit": listing.COUNT_LIMIT,
        "pager_total": None if beyond else total,
        "bulk_total": total if not alone and not beyond else None,
    }


def _bulk(request: PortalRequest, query: str) -> dict[str, Any]:
    """What can be done with the selected rows; the addresses carry the filters, for all that match."""
    return {
        "can_act": bool(_ACTING & request.permissions),
        "acts": {act: f"{url(request, f'orders:{act}')}?{query}" for act in ACTS},
        "paper_kinds": [(kind, _(KINDS[kind].label)) for kind in (*OF_ORDERS, *OF_SHIPMENTS)],
        "hold_reasons": [(code, _(reason.staff)) for code, reason in HOLD_REASONS.items() if not reason.ends_itself],
    }


def _phase_chips(request: PortalRequest, filters: Filters) -> list[dict[str, Any]]:
    """Each phase that has orders, as the reader calls it, with its number and the address that turns it on or off.

    Phases that the client knows by one name are one chip.
    """
    counts, names = listing.by_phase(most=listing.COUNT_LIMIT), phase_names(request.side)
    grouped = defaultdict[str, list[str]](list)
    for phase in reversed(PHASES):
        grouped[str(names[phase.code])].append(phase.code)
    return [
        {
            "words": f"{label} {_up_to_limit(sum(counts[code] for code in codes))}",
            "active": not set(codes).isdisjoint(filters.phases),
            "url": _toggled(request, codes),
        }
        for label, codes in grouped.items()
        if any(counts[code] for code in codes) or not set(codes).isdisjoint(filters.phases)
    ]


def _up_to_limit(count: int) -> str:
    return f"{count:,}" if count <= listing.COUNT_LIMIT else f"{listing.COUNT_LIMIT:,}+"


def _toggled(request: PortalRequest, codes: Sequence[str]) -> str:
    query = QueryDict(kept(request.GET), mutable=True)
    shown = query.getlist("phase")
    rest = [code for code in shown if code not in codes]
    query.setlist("phase", rest if len(rest) < len(shown) else [*shown, *codes])
    return f"{url(request, 'orders:list')}?{query.urlencode()}"


@page(Permission.EXPORT_ORDERS)
def export(request: PortalRequest) -> HttpResponse:
    """What the list shows, as a file: `encoding` cp932 or (usually) UTF-8."""
    filters, _form = filters_of(request.GET)
    encoding, charset = ("cp932", "cp932") if request.GET.get("encoding") == "cp932" else ("utf-8-sig", "utf-8")
    now = clock.now()
    name = f"{_('受注')}_{localtime(now):%Y%m%d%H%M}.csv"
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    content = listing.export(filters, at=now, encoding=encoding)
    return HttpResponse(content, content_type=f"text/csv; charset={charset}", headers={"Content-Disposition": header})
