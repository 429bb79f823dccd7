"""帳票: issued for one order or shipment, or for many as one file to print."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.wording import Sentence
from documents import queries as documents
from documents.kinds import KINDS
from documents.models import PrintRun
from orders.pages.acting import selected, told
from orders.pages.filtering import key_in
from orders.queries.papers import OF_SHIPMENTS, numbers_of, shipments_of
from orders.services import papers
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

NAMED = 50
"""How many of those without a page are named."""


@page(Permission.ISSUE_PAPERS, methods=("POST",))
def issue(request: PortalRequest) -> HttpResponse:
    """Issue a paper of one order or shipment: the first time, or its next revision."""
    subject = key_in(request.POST.get("selected", ""))
    subjects = [subject] if subject else []
    issued, outcome = papers.issue(request.POST.get("kind", ""), subjects, actor=request.actor, at=clock.now())
    for paper in issued:
        messages.success(request, _("「%(title)s」を発行しました。") % {"title": paper.document.title})
    return told(request, outcome, lambda _count: "")


@page(Permission.ISSUE_PAPERS, methods=("POST",))
def print_many(request: PortalRequest) -> HttpResponse:
    """Ask for a paper of each selected order as one file; of what is sent in parts there is one for each part."""
    kind, orders = request.POST.get("kind", ""), selected(request)
    subjects = shipments_of(orders) if kind in OF_SHIPMENTS else orders
    if not subjects:
        raise Refused(_("選んだ受注にはまだ出荷指示がありません。"), code="no_shipment")
    run = papers.ask_for_print(kind, subjects, actor=request.actor, at=clock.now())
    return HttpResponseRedirect(url(request, "orders:print_run", run.pk))


@page(Permission.ISSUE_PAPERS)
def run(request: PortalRequest, run_id: int) -> HttpResponse:
    """How far a file of many papers is; when it is made, the file."""
    found = _found(run_id)
    return render(
        request,
        "orders/print_run.html",
        {
            "run": found,
            "label": _(KINDS[found.kind].label),
            "progress": documents.run_progress(found),
            "skipped": _skipped(found),
        },
    )


@page(Permission.ISSUE_PAPERS)
def progress(request: PortalRequest, run_id: int) -> HttpResponse:
    """How far it is; when it has ended, the page is to be loaded anew."""
    found = _found(run_id)
    if found.state != PrintRun.WAITING:
        return HttpResponse(headers={"HX-Redirect": url(request, "orders:print_run", found.pk)})
    shown = {"run": found, "progress": documents.run_progress(found)}
    return render(request, "orders/print_run.html#progress", shown)


def _found(run_id: int) -> PrintRun:
    found = PrintRun.objects.select_related("document").filter(pk=run_id).first()
    if found is None:
        raise Http404
    return found


def _skipped(found: PrintRun) -> list[tuple[str, str]]:
    """What has no page: its number, and why."""
    numbers = numbers_of(found.subject_kind, [int(key) for key in found.skipped])
    return [
        (numbers.get(int(key), f"#{key}"), str(Sentence(why["template"], **why.get("figures", {}))))
        for key, why in list(found.skipped.items())[:NAMED]
    ]
