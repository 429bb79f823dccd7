"""A document is sent, or the next version of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from documents import services, sniffing
from documents.models import Document
from documents.pages import shown_kinds, the_document
from documents.pages.forms import UploadForm
from tenants import doors
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

ACCEPTED = ",".join(ending for kind in sniffing.KINDS for ending in kind.endings)
KEPT_FROM_BEFORE = ("kind", "title", "transaction_date", "counterparty", "amount")


@page(Permission.UPLOAD_DOCUMENTS, methods=("GET", "POST"))
def add(request: PortalRequest) -> HttpResponse:
    """Send a document; `?replaces=` makes it the next version of that one."""
    replaced = _replaced(request)
    shown = shown_kinds(request)
    status = 200
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, shown=shown)
        sent = _sent(request, form, replaced)
        if sent is not None:
            return _thanks(request, sent)
        status = 422
    else:
        form = UploadForm(initial=_initial(replaced), shown=shown)
    context = {"form": form, "replaced": replaced, "accepted": ACCEPTED, "largest": services.LARGEST >> 20}
    return render(request, "documents/add.html", context, status=status)


def _replaced(request: PortalRequest) -> Document | None:
    given = request.GET.get("replaces", "")
    return the_document(request, int(given)) if given.isdecimal() else None


def _initial(replaced: Document | None) -> dict[str, Any]:
    if replaced is None:
        return {"transaction_date": timezone.localdate(clock.now())}
    return {name: getattr(replaced, name) for name in KEPT_FROM_BEFORE}


def _sent(request: PortalRequest, form: UploadForm, replaced: Document | None) -> Document | None:
    """The document that was kept; None where something is wrong, which the form then says."""
    if not form.is_valid():
        return None
    facts = dict(form.cleaned_data)
    upload = facts.pop("file")
    usual = Document.ISSUED if request.side == "operator" else Document.RECEIVED
    try:
        return services.upload(
            upload.file,
            file_name=upload.name,
            direction=replaced.direction if replaced else usual,
            supersedes_id=replaced.pk if replaced else None,
            actor=request.actor,
            at=clock.now(),
            **facts,
        )
    except Refused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return None


def _thanks(request: PortalRequest, document: Document) -> HttpResponse:
    if document.state == Document.READY:
        messages.success(request, _("「%(title)s」を保管しました。") % {"title": document.title})
    return HttpResponseRedirect(doors.url(request, "documents:detail", document.pk))
