"""取込: drop a file, watch it, see what did not go in, mend it and send it again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from orders.intake import MAX_BYTES
from orders.models import Channel, Intake
from orders.queries import arrivals
from orders.services import intake as receiving
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


class FileForm(forms.Form):
    """A file of orders and the channel it comes from."""

    channel = forms.ModelChoiceField(
        Channel.objects.none(), label=gettext_lazy("販売チャネル"), to_field_name="code", empty_label=None
    )
    file = forms.FileField(
        label=gettext_lazy("受注ファイル"),
        error_messages={
            "required": gettext_lazy("ファイルを選んでください。"),
            "empty": gettext_lazy("ファイルが空です。中身のあるファイルを選んでください。"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = Channel.objects.filter(is_active=True).order_by("name")
        self.fields["channel"].queryset = channels  # type: ignore[attr-defined]
        self.fields["channel"].label_from_instance = lambda channel: channel.name  # type: ignore[attr-defined]


@page(Permission.IMPORT_ORDERS, methods=("GET", "POST"))
def intakes(request: PortalRequest) -> HttpResponse:
    """The drop zone and the history; POST takes a file."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            arrived = _submit(request, form)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return HttpResponseRedirect(url(request, "orders:intake", arrived.pk))
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    return render(
        request,
        "orders/intakes.html",
        {
            "form": form,
            "max_bytes": MAX_BYTES,
            "channels": Channel.objects.filter(is_active=True).exists(),
            "page": arrivals.history(after=after, before=before),
        },
        status=422 if form.errors else 200,
    )


def _submit(request: PortalRequest, form: FileForm) -> Intake:
    file: UploadedFile[bytes] = form.cleaned_data["file"]
    mends = request.POST.get("mends", "")
    return receiving.submit(
        form.cleaned_data["channel"],
        file_name=file.name or _("受注ファイル"),
        stream=file.file,  # type: ignore[arg-type]
        mends=Intake.objects.filter(pk=int(mends)).first() if mends.isdigit() else None,
        actor=request.actor,
        at=clock.now(),
    )


@page(Permission.IMPORT_ORDERS)
def intake(request: PortalRequest, intake_id: int) -> HttpResponse:
    """What came of one file."""
    found = _found(intake_id)
    return render(
        request,
        "orders/intake.html",
        {
            "intake": found,
            "progress": arrivals.progress(found),
            "error": arrivals.error_of(found),
            "page": arrivals.refused_rows(
                found, after=request.GET.get("after", ""), before=request.GET.get("before", "")
            ),
            "columns": arrivals.refused_columns(found),
            "orders_url": f"{url(request, 'orders:list')}?intake={found.pk}",
            "form": FileForm(initial={"channel": found.channel.code}),
        },
    )


@page(Permission.IMPORT_ORDERS)
def progress(request: PortalRequest, intake_id: int) -> HttpResponse:
    """How far the reading is; when it has ended, the page is to be loaded anew."""
    found = _found(intake_id)
    if found.state in (Intake.DONE, Intake.REFUSED):
        response = HttpResponse()
        response["HX-Redirect"] = url(request, "orders:intake", found.pk)
        return response
    return render(request, "orders/intake.html#progress", {"intake": found, "progress": arrivals.progress(found)})


@page(Permission.IMPORT_ORDERS)
def mend(request: PortalRequest, intake_id: int) -> HttpResponse:
    """The refused rows as a file, to be mended and sent again."""
    found = _found(intake_id)
    name, content = arrivals.mend_file(found)
    return _attachment(content, name)


@page(Permission.IMPORT_ORDERS)
def original(request: PortalRequest, intake_id: int) -> HttpResponse:
    """The file as it was sent."""
    found = _found(intake_id)
    return _attachment(arrivals.original(found), found.file_name)


def _attachment(content: bytes, name: str) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type="text/csv", headers={"Content-Disposition": header})


def _found(intake_id: int) -> Intake:
    found = Intake.objects.select_related("channel", "mends").filter(pk=intake_id).first()
    if found is None:
        raise Http404
    return found
