"""取込: drop a file, watch it, see what did not go in, mend it and send it again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from documents import services as documents
from orders import registry
from orders.intake import MAX_BYTES
from orders.models import Channel, Intake
from orders.pages.uploads import OrderFiles, named
from orders.queries import arrivals
from orders.services import intake as receiving
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

MOST_FILES = 2


class FileForm(forms.Form):
    """A file of orders and the channel it comes from."""

    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=gettext_lazy("販売チャネル"), to_field_name="code", empty_label=None
    )
    file = OrderFiles(
        label=gettext_lazy("受注ファイル"),
        error_messages={
            "required": gettext_lazy("ファイルを選んでください。"),
            "empty": gettext_lazy("ファイルが空です。中身のあるファイルを選んでください。"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = Channel.objects.filter(is_active=True).exclude(profile=Channel.BY_HAND).order_by("name")
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        self.fields["channel"].label_from_instance = lambda channel: channel.name  # type: ignore[attr-defined]


@page(Permission.IMPORT_ORDERS, methods=("GET", "POST"))
def intakes(request: PortalRequest) -> HttpResponse:
    """The drop zone and the history; POST takes a file, or the two of a pair."""
    form = FileForm(_sent(request) if request.method == "POST" else None, request.FILES or None)
    offered: list[Channel] | None = None
    known = 0
    if request.method == "POST" and form.is_valid():
        try:
            return _led_to(request, _submit(request, form))
        except Refused as refusal:
            form.add_error("file", str(refusal))
            if refusal.code == "other_channel":
                offered = arrivals.channels_reading(refusal.params["profile"])
            known = refusal.params.get("intake", 0)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return render(
        request,
        "orders/intakes.html",
        {
            "form": form,
            "offered": offered,
            "known": known,
            "max_bytes": MAX_BYTES,
            "channels": arrivals.channels_with_forms(),
            "page": arrivals.history(after=after, before=before),
        },
        status=422 if form.errors else 200,
    )


def _sent(request: PortalRequest) -> QueryDict:
    """What was sent; a press on "take it as …" names another channel than the field has."""
    data = request.POST.copy()
    if data.get("as_channel"):
        data["channel"] = str(data["as_channel"])
    return data


def _led_to(request: PortalRequest, arrived: Intake) -> HttpResponse:
    address = url(request, "orders:intake", arrived.pk)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _submit(request: PortalRequest, form: FileForm) -> Intake:
    files = named(form.cleaned_data["file"])
    if len(files) > MOST_FILES:
        raise Refused(_("一度に送れるのは1つのファイルか、組になる2つのファイルです。"), code="too_many_files")
    mends = request.POST.get("mends", "")
    channel: Channel = form.cleaned_data["channel"]
    return receiving.submit(
        channel,
        file_name=files[0][0],
        stream=files[0][1],
        beside=files[1] if files[1:] else None,
        mends=Intake.objects.filter(pk=int(mends)).first() if mends.isdigit() else None,
        preview=channel.preview,
        actor=request.actor,
        at=clock.now(),
    )


@page(Permission.IMPORT_ORDERS)
def example(request: PortalRequest, profile: str, code: str) -> HttpResponse:
    """A small file of one form, to be looked at and filled in."""
    found = next((known for known in registry.examples(profile) if known.code == code), None)
    if found is None:
        raise Http404
    return _attachment(found.content(), found.file_name)


@page(Permission.IMPORT_ORDERS)
def intake(request: PortalRequest, intake_id: int) -> HttpResponse:
    """What came of one file."""
    found = found_intake(intake_id)
    return render(
        request,
        "orders/intake.html",
        {
            "intake": found,
            "progress": arrivals.progress(found),
            "error": arrivals.error_of(found),
            "read_as": arrivals.read_as(found),
            "page": arrivals.refused_rows(
                found, after=request.GET.get("after", ""), before=request.GET.get("before", "")
            ),
            "columns": arrivals.refused_columns(found),
            "problems": arrivals.problems(found),
            "differences": arrivals.differences(found, after=request.GET.get("differing", "")),
            "shown": arrivals.first_orders(found),
            "form_name": arrivals.form_name(found),
            "unchanged": found.orders_known - found.orders_changed,
            "refused_note": _("%(rows)s行") % {"rows": f"{found.rows_refused:,}"},
            "mended_by": found.mended_by.exclude(state=Intake.DISCARDED).order_by("pk"),
            "orders_url": f"{url(request, 'orders:list')}?intake={found.pk}",
            "form": FileForm(initial={"channel": found.channel.code}),
        },
    )


@page(Permission.IMPORT_ORDERS)
def progress(request: PortalRequest, intake_id: int) -> HttpResponse:
    """How far the reading is; when it has ended, the page is to be loaded anew."""
    found = found_intake(intake_id)
    if found.state not in Intake.READ_NOW:
        response = HttpResponse()
        response["HX-Redirect"] = url(request, "orders:intake", found.pk)
        return response
    return render(request, "orders/intake.html#progress", {"intake": found, "progress": arrivals.progress(found)})


@page(Permission.IMPORT_ORDERS)
def mend(request: PortalRequest, intake_id: int) -> HttpResponse:
    """The refused rows as a file, to be mended and sent again."""
    found = found_intake(intake_id)
    name, content = arrivals.mend_file(found)
    return _attachment(content, name)


@page(Permission.IMPORT_ORDERS)
def original(request: PortalRequest, intake_id: int) -> HttpResponse:
    """The file as it was sent; who opens one that was taken is noted."""
    found = found_intake(intake_id)
    document = arrivals.document_of(found)
    if document is not None:
        documents.read([document], how=documents.DOWNLOADED, actor=request.actor, at=clock.now())
    content = arrivals.original(found)
    return _attachment(content, arrivals.original_name(found, content))


def _attachment(content: bytes, name: str) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    kind = "text/csv" if name.lower().endswith(".csv") else "application/octet-stream"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": header})


def found_intake(intake_id: int) -> Intake:
    """The arrival, or 404."""
    found = Intake.objects.select_related("channel", "mends").filter(pk=intake_id).first()
    if found is None:
        raise Http404
    return found
