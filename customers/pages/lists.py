"""購入者: the list, and what it shows as a file."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.scope import current_client
from customers.queries import listing, proposals
from tenants.doors import PortalRequest, page
from tenants.roles import Permission
from tenants.services import note_access

LONGEST_SEARCH = 100


@page(Permission.VIEW_BUYERS)
def buyers(request: PortalRequest) -> HttpResponse:
    """Everybody who ordered, whoever ordered last first."""
    text = _text(request)
    found = listing.page(text, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    alone = not found.after and not found.before
    total = len(found.rows) if alone else listing.count(text)
    shown = {
        "page": found,
        "text": text,
        "total": total if total <= listing.COUNT_LIMIT else None,
        "limit": listing.COUNT_LIMIT,
        "query": urlencode({"q": text}) if text else "",
        "waiting": proposals.count(),
    }
    return render(request, "customers/list.html", shown)


@page(Permission.EXPORT_BUYERS)
def export(request: PortalRequest) -> HttpResponse:
    """What the list shows, as a file: `encoding` cp932 or (usually) UTF-8. The access log says who took it."""
    text, now = _text(request), clock.now()
    encoding, charset = ("cp932", "cp932") if request.GET.get("encoding") == "cp932" else ("utf-8-sig", "utf-8")
    note_access(action="buyer.exported", subject=text, client=current_client(), actor=request.actor, at=now)
    header = content_disposition_header(as_attachment=True, filename=f"{_('購入者')}_{localtime(now):%Y%m%d%H%M}.csv")
    content = listing.export(text, encoding=encoding)
    return HttpResponse(
        content, content_type=f"text/csv; charset={charset}", headers={"Content-Disposition": header or "attachment"}
    )


def _text(request: PortalRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
