"""One document: what it is, its content, who looked at it."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from core import clock
from documents import queries, services
from documents.models import Document
from documents.pages import the_document
from tenants import doors
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.VIEW_DOCUMENTS)
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    """What the document is, its versions and what happened to it; its content beside it."""
    document = the_document(request, pk)
    return render(
        request,
        "documents/detail.html",
        {
            "it": queries.detail(document, side=request.side),
            "order_url": _address(request, "orders:detail", document.order_id),
            "invoice_url": _address(request, "billing:invoice", document.invoice_id),
        },
    )


def _address(request: PortalRequest, name: str, pk: int | None) -> str:
    """Where the order or invoice is shown that the document belongs to; "" where there is none."""
    try:
        return doors.url(request, name, pk) if pk else ""
    except NoReverseMatch:
        return ""


@page(Permission.VIEW_DOCUMENTS)
def standing(request: PortalRequest, pk: int) -> HttpResponse:
    """How the check of an uploaded document goes: asked by its page until it is over, then the page is loaded anew."""
    document = the_document(request, pk)
    if document.state != Document.QUARANTINE:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "documents/detail.html#standing", {"it": queries.detail(document, side=request.side)})


@xframe_options_sameorigin  # the page of the document shows it in a frame
@page(Permission.VIEW_DOCUMENTS)
def view(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The content, to be shown by the browser itself."""
    document = the_document(request, pk)
    if document.content_type not in queries.IN_BROWSER:
        raise Http404
    services.read([document], how=services.VIEWED, actor=request.actor, at=clock.now())
    return _file(document, as_attachment=False)


@page(Permission.VIEW_DOCUMENTS)
def download(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The content as a file: by a short-lived link to the store where that can be reached, else through us."""
    document = the_document(request, pk)
    services.read([document], how=services.DOWNLOADED, actor=request.actor, at=clock.now())
    link = services.download_link(document)
    if link:
        return HttpResponseRedirect(link, headers={"Cache-Control": "no-store"})
    return _file(document, as_attachment=True)


def _file(document: Document, *, as_attachment: bool) -> FileResponse:
    return FileResponse(
        services.open_content(document),
        as_attachment=as_attachment,
        filename=document.file_name,
        content_type=document.content_type,
        headers={"Cache-Control": "private, no-store"},
    )


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def hold(request: PortalRequest, pk: int) -> HttpResponse:
    """Place or lift the legal hold."""
    document = the_document(request, pk)
    on = request.POST.get("on") == "1"
    services.set_legal_hold([document.pk], on=on, actor=request.actor, at=clock.now()).sole()
    said = _("法的保全の対象にしました。保存期間が過ぎても削除されません。") if on else _("法的保全を解きました。")
    messages.success(request, said)
    return HttpResponseRedirect(doors.url(request, "documents:detail", pk))
