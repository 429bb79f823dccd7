"""受注: the list with its filters, saved views, file export and what may be done with many."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from core.text import PREFECTURES
from orders.lifecycle import PHASES
from orders.models import Channel, SavedView
from orders.queries import listing
from orders.queries.listing import AT_RISK, DUE_TODAY, LATE, Filters
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

DUE = {LATE: gettext_lazy("遅れ"), AT_RISK: gettext_lazy("まもなく期限"), DUE_TODAY: gettext_lazy("本日期限")}
KEPT = ("phase", "channel", "q", "first", "last", "prefecture", "due", "sort")
"""The parameters that make up a view."""


class FilterForm(forms.Form):
    """What the list can be narrowed to, besides phase and text."""

    channel = forms.ChoiceField(label=gettext_lazy("チャネル"), required=False)
    due = forms.ChoiceField(
        label=gettext_lazy("出荷期限"), required=False, choices=[("", gettext_lazy("すべて")), *DUE.items()]
    )
    first = forms.DateField(
        label=gettext_lazy("受注日（から）"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("受注日（まで）"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    prefecture = forms.ChoiceField(
        label=gettext_lazy("お届け先"),
        required=False,
        choices=[("", gettext_lazy("すべて")), *((name, name) for name in PREFECTURES)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = Channel.objects.order_by("name").values_list("code", "name")
        self.fields["channel"].choices = [("", _("すべて")), *channels]  # type: ignore[attr-defined]


def filters_of(query: QueryDict) -> tuple[Filters, FilterForm]:
    """The filters of an address; what makes no sense in it narrows nothing and is said beside its field."""
    form = FilterForm(query)
    form.is_valid()
    clean = form.cleaned_data
    known = {phase.code for phase in PHASES}
    return (
        Filters(
            phases=tuple(code for code in query.getlist("phase") if code in known),
            channel=clean.get("channel", ""),
            text=query.get("q", "").strip(),
            first=clean.get("first"),
            last=clean.get("last"),
            prefecture=clean.get("prefecture", ""),
            due=clean.get("due", ""),
            sort=query.get("sort", "-ordered_at"),
        ),
        form,
    )


@page(Permission.VIEW_ORDERS)
def orders(request: PortalRequest) -> HttpResponse:
    """The list."""
    filters, form = filters_of(request.GET)
    now = clock.now()
    found = listing.page(filters, at=now, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    total = listing.count(filters, at=now)
    return render(
        request,
        "orders/list.html",
        {
            "page": found,
            "filters": filters,
            "form": form,
            "total": total,
            "beyond": total > listing.COUNT_LIMIT,
            "phases": _phase_chips(request, filters),
            "views": SavedView.objects.filter(person_id=request.person.pk, side=request.side).order_by("name"),
            "query": _kept(request.GET),
        },
    )


def _phase_chips(request: PortalRequest, filters: Filters) -> list[dict[str, Any]]:
    """Each phase with its number and the address that shows it alone, or all again."""
    counts = listing.by_phase()
    chips = []
    for phase in PHASES:
        if not counts[phase.code] and phase.code not in filters.phases:
            continue
        query = request.GET.copy()
        for name in ("after", "before", "phase"):
            query.pop(name, None)
        if phase.code not in filters.phases:
            query["phase"] = phase.code
        label = phase.staff if request.side == "operator" else phase.client
        chips.append(
            {
                "label": _(label),
                "count": counts[phase.code],
                "tone": phase.tone,
                "active": phase.code in filters.phases,
                "query": query.urlencode(),
            }
        )
    return chips


def _kept(query: QueryDict) -> str:
    return urlencode([(name, value) for name in KEPT for value in query.getlist(name) if value])


@page(Permission.EXPORT_ORDERS)
def export(request: PortalRequest) -> HttpResponse:
    """What the list shows, as a file."""
    filters, _form = filters_of(request.GET)
    encoding = "cp932" if request.GET.get("encoding") == "cp932" else "utf-8-sig"
    now: datetime = clock.now()
    content = listing.export(filters, at=now, encoding=encoding)
    name = f"{_('受注')}_{now:%Y%m%d%H%M}.csv"
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    charset = "cp932" if encoding == "cp932" else "utf-8"
    return HttpResponse(content, content_type=f"text/csv; charset={charset}", headers={"Content-Disposition": header})


@page(Permission.VIEW_ORDERS, methods=("POST",))
def save_view(request: PortalRequest) -> HttpResponse:
    """Keep the filters at hand under a name; the same name again replaces."""
    name = request.POST.get("name", "").strip()[:60]
    query = _kept(QueryDict(request.POST.get("query", "")))
    if not name:
        raise Refused(_("ビューの名前を入れてください。"), code="no_name", field="name")
    SavedView.objects.update_or_create(
        person_id=request.person.pk, side=request.side, name=name, defaults={"query": query}
    )
    messages.success(request, _("ビュー「%s」を保存しました。") % name)
    return HttpResponseRedirect(f"{url(request, 'orders:list')}?{query}")


@page(Permission.VIEW_ORDERS, methods=("POST",))
def delete_view(request: PortalRequest, view_id: int) -> HttpResponse:
    """Forget a saved view of one's own."""
    SavedView.objects.filter(pk=view_id, person_id=request.person.pk).delete()
    messages.success(request, _("ビューを削除しました。"))
    return HttpResponseRedirect(url(request, "orders:list"))
