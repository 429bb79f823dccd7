"""倉庫: picking, packing and shipping by the list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.errors import Refused
from documents.kinds import KINDS as DOCUMENT_KINDS
from operations import services, slips
from operations.kinds import KINDS, WAREHOUSE
from operations.pages import desk as desks
from operations.pages.desk import back_to, tell
from operations.queries import counting, warehouse
from orders.queries.papers import OF_SHIPMENTS
from orders.services import papers, shipping
from orders.services.shipping import SIZES
from orders.tracking import CARRIERS
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

MOST_AT_ONCE = 500
MOST_BYTES = 2 * 1024 * 1024


@page(Permission.WORK_QUEUE, side="operator")
def overview(request: PortalRequest) -> HttpResponse:
    """Every client with what waits to be picked, packed and shipped."""
    at = clock.now()
    desk = desks.desk_of(request)
    loads = counting.loads(desk.served, at=at)
    rows = [
        {
            "client": client,
            "stages": [(kind, loads.get((code, kind), counting.Load())) for kind in WAREHOUSE],
            "total": counting.total(loads.get((code, kind), counting.Load()) for kind in WAREHOUSE),
        }
        for code, client in desk.served.items()
    ]
    stages = counting.summed(loads, lambda _client, kind: kind)
    return render(
        request,
        "operations/warehouse.html",
        {
            "rows": [row for row in rows if row["total"].all],  # type: ignore[attr-defined]
            "stages": [(KINDS[kind], stages.get(kind, counting.Load())) for kind in WAREHOUSE],
            "done": counting.done(desk.served, at=at),
            "serves": bool(desk.served),
        },
    )


def _client(request: PortalRequest) -> str:
    assert request.client is not None
    return request.client.code


@page(Permission.WORK_QUEUE, side="operator")
def stage(request: PortalRequest, kind: str) -> HttpResponse:
    """The shipments of one client that wait at one stage."""
    return _stage(request, kind)


def _stage(request: PortalRequest, kind: str, *, status: int = 200, **more: Any) -> HttpResponse:
    if kind not in WAREHOUSE:
        raise Http404
    client = _client(request)
    at = clock.now()
    loads = counting.loads([client], at=at)
    found = warehouse.at_stage(kind, client, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    may_do = KINDS[kind].permission in request.permissions
    context = {
        "kind": KINDS[kind],
        "page": found,
        "load": loads.get((client, kind), counting.Load()),
        "stages": [(KINDS[code], loads.get((client, code), counting.Load())) for code in WAREHOUSE],
        "sizes": SIZES,
        "carriers": {code: _(carrier.name) for code, carrier in CARRIERS.items()},
        "carrier": request.POST.get("carrier", "yamato"),
        "may_do": may_do,
        "may_choose": (may_do and kind != "ship") or Permission.ISSUE_PAPERS in request.permissions,
        "paper_kinds": [(code, _(DOCUMENT_KINDS[code].label)) for code in OF_SHIPMENTS],
        **more,
    }
    return render(request, "operations/stage.html", context, status=status)


def selected(request: PortalRequest, kind: str) -> list[int]:
    """The shipments that a form names, or with all=1 those that wait at the stage."""
    if request.POST.get("all") == "1":
        return warehouse.waiting_ids(kind, _client(request), limit=MOST_AT_ONCE)
    keys = [int(value) for value in request.POST.getlist("selected") if value.isdigit()]
    if not keys:
        raise Refused(_("出荷を選んでください。"), code="nothing_selected")
    return keys


@page(Permission.WORK_QUEUE, methods=("GET", "POST"), side="operator")
def pick_list(request: PortalRequest) -> HttpResponse:
    """A list to print: what to fetch in all, and what goes into each shipment. Without a choice, what is due first."""
    client = _client(request)
    chosen = request.method == "POST"
    keys = selected(request, "pick") if chosen else warehouse.waiting_ids("pick", client, limit=50)
    rows = warehouse.listed(keys[:MOST_AT_ONCE], "pick", client)
    return render(
        request,
        "operations/pick_list.html",
        {"rows": rows, "totals": warehouse.totals(rows), "units": sum(row.units for row in rows), "at": clock.now()},
    )


@page(Permission.ISSUE_PAPERS, methods=("POST",), side="operator")
def issue_pick_list(request: PortalRequest) -> HttpResponse:
    """The list as a numbered paper, kept among the documents."""
    keys = selected(request, "pick")[:MOST_AT_ONCE]
    paper = services.issue_pick_list(keys, client=_client(request), actor=request.actor, at=clock.now())
    return HttpResponseRedirect(url(request, "documents:view", paper.document_id))


@page(Permission.ISSUE_PAPERS, methods=("POST",), side="operator")
def print_papers(request: PortalRequest, kind: str) -> HttpResponse:
    """A paper (`paper`) of each of the chosen shipments that wait at this stage, as one file."""
    if kind not in WAREHOUSE:
        raise Http404
    run = papers.ask_for_print(
        request.POST.get("paper", ""), selected(request, kind), actor=request.actor, at=clock.now()
    )
    return HttpResponseRedirect(url(request, "orders:print_run", run.pk))


@page(Permission.PICK_AND_PACK, methods=("POST",), side="operator")
def pick(request: PortalRequest) -> HttpResponse:
    """The chosen shipments are picked."""
    outcome = shipping.pick(selected(request, "pick"), actor=request.actor, at=clock.now())
    tell(request, outcome, _("%(count)s件のピッキングを完了しました。"))
    return _back(request, "pick")


@page(Permission.PICK_AND_PACK, methods=("POST",), side="operator")
def pack(request: PortalRequest) -> HttpResponse:
    """The chosen shipments are packed, all in the same size."""
    size = request.POST.get("size", "")
    outcome = shipping.pack(
        selected(request, "pack"), size=int(size) if size.isdigit() else 0, actor=request.actor, at=clock.now()
    )
    tell(request, outcome, _("%(count)s件の梱包を完了しました。"))
    return _back(request, "pack")


@page(Permission.SHIP_ORDERS, methods=("POST",), side="operator")
def ship(request: PortalRequest) -> HttpResponse:
    """Ship what the lines of the text field or of the file name; the page says of each what became of it."""
    carrier = request.POST.get("carrier", "")
    text = _text(request)
    if not text.strip():
        raise Refused(_("伝票番号を1行に1件ずつ貼り付けるか、CSVファイルを選んでください。"), code="empty")
    results = services.ship_by_list(text, carrier=carrier, actor=request.actor, at=clock.now())
    shipped = sum(result.is_shipped for result in results)
    failed = [result for result in results if not result.is_shipped]
    if shipped:
        messages.success(
            request, ngettext("%s件の伝票番号を登録しました。", "%s件の伝票番号を登録しました。", shipped) % shipped
        )
    return _stage(
        request,
        "ship",
        status=422 if failed and not shipped else 200,
        results=results,
        failed=failed,
        text="\n".join(result.text for result in failed),
    )


def _text(request: PortalRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("slips", "")
    if (file.size or 0) > MOST_BYTES:
        raise Refused(_("ファイルが大きすぎます（2MBまで）。分けて登録してください。"), code="too_large", field="file")
    return slips.decode(file.read())


def _back(request: PortalRequest, kind: str) -> HttpResponse:
    return back_to(request, reverse("operations:stage", args=[_client(request), kind]))
