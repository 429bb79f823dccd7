"""取込形式: a client maps the columns of a file of its own, with a sample before its eyes."""

from __future__ import annotations

import polars as pl
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from orders.models import FileFormat
from orders.pages.mapping_form import MappingForm
from orders.pages.uploads import OrderFiles, named
from orders.queries import arrivals
from orders.queries import formats as asked
from orders.services import formats as mapping
from orders.services.intake import previewing
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission

FIRST_ORDERS = 5


class BeginForm(forms.Form):
    """A name and a sample, of one file or of two."""

    name = forms.CharField(label=gettext_lazy("名前"), max_length=60)
    file = OrderFiles(
        label=gettext_lazy("見本のファイル"),
        error_messages={"required": gettext_lazy("ファイルを選んでください。")},
    )


class SampleForm(forms.Form):
    """A sample alone."""

    file = OrderFiles(
        label=gettext_lazy("ファイル"), error_messages={"required": gettext_lazy("ファイルを選んでください。")}
    )


class NameForm(forms.Form):
    """What a layout is called."""

    name = forms.CharField(label=gettext_lazy("名前"), max_length=60)


class JsonForm(forms.Form):
    """A layout that was exported."""

    file = forms.FileField(
        label=gettext_lazy("ファイル"), error_messages={"required": gettext_lazy("ファイルを選んでください。")}
    )


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def formats(request: PortalRequest) -> HttpResponse:
    """The layouts there are; POST begins one from a sample, or takes one that was exported."""
    wanted = request.method == "POST" and request.POST.get("action", "begin")
    begin = BeginForm(request.POST if wanted == "begin" else None, request.FILES if wanted == "begin" else None)
    taken = JsonForm(
        request.POST if wanted == "import" else None, request.FILES if wanted == "import" else None, prefix="json"
    )
    form = {"begin": begin, "import": taken}.get(wanted or "")
    if form is not None and form.is_valid():
        try:
            own = _begun(begin) if form is begin else _imported(request, taken)
            return HttpResponseRedirect(url(request, "orders:format", own.pk))
        except Refused as refusal:
            form.add_error("file", str(refusal))
    context = {"formats": asked.listed(), "begin": begin, "taken": taken}
    return show(request, "orders/formats.html", context, status=422 if form is not None and form.errors else 200)


def _begun(form: BeginForm) -> FileFormat:
    return mapping.begin(name=form.cleaned_data["name"], files=named(form.cleaned_data["file"]))


def _imported(request: PortalRequest, form: JsonForm) -> FileFormat:
    content = form.cleaned_data["file"].read(mapping.LARGEST_JSON + 1)
    return mapping.import_json(content, actor=request.actor, at=clock.now())


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def edit(request: PortalRequest, format_id: int) -> HttpResponse:
    """One layout: its columns, what they are mapped to, and what the sample comes to by that."""
    own = _found(format_id)
    definition = asked.definition_of(own)
    sample = SampleForm(request.POST, request.FILES) if request.POST.get("action") == "sample" else SampleForm()
    if sample.is_bound and sample.is_valid():
        try:
            mapping.sample_again(own.pk, files=named(sample.cleaned_data["file"]), definition=definition)
            return HttpResponseRedirect(url(request, "orders:format", own.pk))
        except Refused as refused:
            sample.add_error("file", str(refused))
    columns = asked.columns(own, definition)
    sent = request.method == "POST" and not sample.is_bound
    form = MappingForm(columns, definition, request.POST if sent else None)
    refusal = ""
    if sent:
        definition = form.definition()
        mapping.keep_draft(own.pk, definition)
        if request.POST.get("action") == "save":
            try:
                version = mapping.save(own.pk, definition, actor=request.actor, at=clock.now())
                messages.success(request, _("第%(version)s版として保存しました。") % {"version": version.version})
                return HttpResponseRedirect(url(request, "orders:format", own.pk))
            except Refused as refused:
                refusal = asked.why_not(refused)
    trial = asked.trial(own, definition)
    context = {
        "format": own,
        "form": form,
        "naming": NameForm(initial={"name": own.name}),
        "joined_on": asked.joined_on(definition),
        "sample": sample,
        "refusal": refusal,
        "trial": trial,
        "shown": _first_orders(trial),
        "versions": own.versions.all(),
    }
    return show(request, "orders/format.html", context, status=422 if refusal or sample.errors else 200)


def _first_orders(trial: asked.Trial | None) -> list[arrivals.FirstOrder]:
    if trial is None or trial.read is None:
        return []
    none = pl.DataFrame(schema={"number": pl.String, "id": pl.Int64})
    return arrivals.as_shown(previewing.shown(trial.read, none, pl.Series([], dtype=pl.Int64), most=FIRST_ORDERS))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def use(request: PortalRequest, format_id: int) -> HttpResponse:
    """Read new files by another version."""
    own = _found(format_id)
    number = request.POST.get("version", "")
    mapping.use(
        own.pk, int(number) if number.isdecimal() and len(number) < 6 else 0, actor=request.actor, at=clock.now()
    )
    messages.success(request, _("これからのファイルは第%(version)s版で読み取ります。") % {"version": number})
    return HttpResponseRedirect(url(request, "orders:format", own.pk))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def rename(request: PortalRequest, format_id: int) -> HttpResponse:
    """Call it otherwise."""
    own = _found(format_id)
    form = NameForm(request.POST)
    if not form.is_valid():
        raise Refused(_("名前を60文字までで入れてください。"), code="bad_name", field="name")
    mapping.rename(own.pk, form.cleaned_data["name"], actor=request.actor, at=clock.now())
    messages.success(request, _("取込形式の名前を変えました。"))
    return HttpResponseRedirect(url(request, "orders:format", own.pk))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def remove(request: PortalRequest, format_id: int) -> HttpResponse:
    """Delete it, or keep it in the archive where something was read by it."""
    own = _found(format_id)
    if mapping.remove(own.pk, actor=request.actor, at=clock.now()):
        messages.success(request, _("取込形式「%(name)s」を削除しました。") % {"name": own.name})
    else:
        sentence = _(
            "取込形式「%(name)s」を無効にしました。この形式で取り込んだファイルがあるため、過去の取込はそのまま見られます。"
        )
        messages.success(request, sentence % {"name": own.name})
    return HttpResponseRedirect(url(request, "orders:formats"))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def restore(request: PortalRequest, format_id: int) -> HttpResponse:
    """Take it out of the archive."""
    own = _found(format_id)
    mapping.restore(own.pk, actor=request.actor, at=clock.now())
    messages.success(request, _("取込形式「%(name)s」をもう一度使えるようにしました。") % {"name": own.name})
    return HttpResponseRedirect(url(request, "orders:format", own.pk))


@page(Permission.MANAGE_SETTINGS)
def export(request: PortalRequest, format_id: int) -> HttpResponse:
    """The version in force as a JSON file."""
    own = _found(format_id)
    header = content_disposition_header(as_attachment=True, filename=f"{own.name}.json") or "attachment"
    return HttpResponse(mapping.exported(own), content_type="application/json", headers={"Content-Disposition": header})


def _found(format_id: int) -> FileFormat:
    found = FileFormat.objects.filter(pk=format_id).first()
    if found is None:
        raise Http404
    return found
