"""The list of documents, searched, and many of them as one file."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import clock
from documents import queries, services
from documents.models import Document
from documents.pages import shown_kinds
from documents.pages.forms import FilterForm
from documents.queries import Wanted
from tenants import doors
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

MORE = frozenset({"least", "most", "counterparty", "direction", "standing"})
"""The fields that the search shows on request, or where they are set."""


@page(Permission.VIEW_DOCUMENTS)
def listing(request: PortalRequest) -> HttpResponse:
    """Every document one may see."""
    form = _filter(request)
    words = request.GET.get("q", "").strip()
    found = queries.search(
        form.wanted(words),
        side=request.side,
        sort=request.GET.get("sort", queries.NEWEST),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    chips = [(form.in_words(name), _without(request, name)) for name in form.given()]
    return render(
        request,
        "documents/list.html",
        {
            "form": form,
            "words": words,
            "found": found,
            "chips": chips,
            "filtered": bool(chips or words),
            "more_set": MORE & set(form.given()),
            "archive_address": f"{doors.url(request, 'documents:archive')}?{request.GET.urlencode()}",
        },
    )


@page(Permission.VIEW_DOCUMENTS, methods=("POST",))
def archive(request: PortalRequest) -> StreamingHttpResponse:
    """The selected documents, or all that match (`all=1`), as one ZIP archive with an index."""
    at = clock.now()
    pieces = services.archive(_selected(request), side=request.side, actor=request.actor, at=at)
    name = _("書類_%(moment)s.zip") % {"moment": timezone.localtime(at).strftime("%Y%m%d-%H%M")}
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)


def _filter(request: PortalRequest) -> FilterForm:
    return FilterForm(request.GET, shown=shown_kinds(request), side=request.side)


def _selected(request: PortalRequest) -> QuerySet[Document]:
    if request.POST.get("all") == "1":
        return queries.matching(_filter(request).wanted(request.GET.get("q", "").strip()))
    ids = [int(given) for given in request.POST.getlist("selected") if given.isdecimal()]
    return queries.matching(Wanted(kinds=shown_kinds(request), standing="all")).filter(pk__in=ids)


def _without(request: HttpRequest, name: str) -> str:
    """This list's address without one of its fields."""
    query = request.GET.copy()
    for dropped in (name, "after", "before"):
        query.pop(dropped, None)
    return f"?{query.urlencode()}"
