"""Writing a quote: its head, its lines and terms, with the sums and the buyer's past beside them while one types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.periods import local_day
from core.text import phone, search_key
from orders.models import Inquiry, QuoteVersion
from orders.pages.filtering import key_in
from orders.pages.quote_forms import (
    Cells,
    QuoteForm,
    SettingsForm,
    cells_of,
    initial_from,
    initial_of,
    read,
    readable,
    typed,
    with_blanks,
)
from orders.queries import quoting as queries
from orders.queries.quoting.past import Whom, of_buyer
from orders.quoting import RATES, add_up, against_past, refusal
from orders.services import quoting
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission


@page(Permission.MANAGE_QUOTES, methods=("GET", "POST"))
def new(request: PortalRequest) -> HttpResponse:
    """A new quote, for ?inquiry= or out of the blue."""
    inquiry = _inquiry(request)
    if request.method == "POST":
        return _posted(request, None, inquiry)
    usual = queries.settings()
    day = local_day(clock.now()) + timedelta(days=usual.validity_days)
    begins = {"owner": request.person.name, "valid_until": day, "payment": usual.payment}
    begins |= {"delivery_time": usual.delivery_time} | (initial_from(inquiry) if inquiry else {})
    return _show(request, QuoteForm(initial=begins), [], None, inquiry)


@page(Permission.MANAGE_QUOTES, methods=("GET", "POST"))
def edit(request: PortalRequest, version_id: int) -> HttpResponse:
    """Change a draft."""
    version = queries.with_lines(QuoteVersion.objects.filter(pk=version_id)).first()
    if version is None:
        raise Http404
    if request.method == "POST":
        return _posted(request, version, None)
    why = refusal("edit", version.state)
    if why is not None:
        raise why
    return _show(request, QuoteForm(initial=initial_of(version)), cells_of(version), version, None)


def _inquiry(request: PortalRequest) -> Inquiry | None:
    key = key_in(request.GET.get("inquiry", ""))
    if key is None:
        return None
    found = Inquiry.objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _posted(request: PortalRequest, version: QuoteVersion | None, inquiry: Inquiry | None) -> HttpResponse:
    form, rows = QuoteForm(request.POST), typed(request.POST)
    if request.POST.get("press") == "more":
        return _show(request, _unjudged(request), rows, version, inquiry, more=True)
    if form.is_valid():
        try:
            saved = _saved(request, form, rows, version, inquiry)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return saved
    return _show(request, form, rows, version, inquiry, status=422)


def _unjudged(request: PortalRequest) -> QuoteForm:
    """The form as typed, with nothing said about it yet."""
    return QuoteForm(initial={name: request.POST.get(name, "") for name in QuoteForm.base_fields})


def _saved(
    request: PortalRequest,
    form: QuoteForm,
    rows: Sequence[Cells],
    version: QuoteVersion | None,
    inquiry: Inquiry | None,
) -> HttpResponse:
    """Write the draft; with the button "send", send it too. Refused with what is wrong."""
    given, now = form.cleaned_data, clock.now()
    draft = quoting.Draft(given["subject"], given["owner"], form.buyer(), read(rows), form.terms())
    if version is None:
        written = quoting.create(draft, inquiry_id=inquiry.pk if inquiry else None, actor=request.actor, at=now)
    else:
        seen = _seen(request.POST.get("seen", ""))
        written = quoting.change(version.pk, draft, seen=seen, actor=request.actor, at=now)
    if request.POST.get("press") == "send":
        quoting.send([written.quote_id], actor=request.actor, at=now).sole()
        messages.success(request, _("見積を送りました。購入者のページから承諾を受けられます。"))
    else:
        messages.success(request, _("下書きを保存しました。"))
    return HttpResponseRedirect(url(request, "orders:quote", written.quote_id))


def _seen(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _show(
    request: PortalRequest,
    form: QuoteForm,
    rows: Sequence[Cells],
    version: QuoteVersion | None,
    inquiry: Inquiry | None,
    *,
    more: bool = False,
    status: int = 200,
) -> HttpResponse:
    said = form.data if form.is_bound else form.initial
    context = {
        "form": form,
        "rows": with_blanks(rows, more=more),
        "rates": [str(rate) for rate in RATES],
        "version": version,
        "quote": version.quote if version else None,
        "inquiry": inquiry,
        **_beside(said, rows, version.quote_id if version else None),
    }
    return render(request, "orders/quote_form.html", context, status=status)


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def preview(request: PortalRequest) -> HttpResponse:
    """The sums, and what this buyer paid before, of what is being typed."""
    shown = _beside(request.POST, typed(request.POST), key_in(request.POST.get("quote", "")))
    return render(request, "orders/parts/quote_beside.html", shown)


def _beside(said: Any, rows: Sequence[Cells], quote_id: int | None) -> dict[str, Any]:
    lines = readable(rows)
    postage = readable([Cells("-", "-", "1", unit_price=str(said.get("postage") or "0"))])
    past = of_buyer(_whom(said), without=quote_id)
    return {
        "sums": add_up(lines, postage=round(postage[0].unit_price) if postage else 0),  # type: ignore[arg-type]
        "differences": against_past(lines, past),
        "past": past,
    }


def _whom(said: Any) -> Whom:
    company, email, number = (str(said.get(name) or "") for name in ("company", "email", "phone"))
    return Whom(search_key(company)[:200], email.strip().lower(), phone(number) or number.strip())


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def settings(request: PortalRequest) -> HttpResponse:
    """What quotes begin with, and whether an acceptance becomes an order by itself."""
    usual = queries.settings()
    form = SettingsForm(request.POST or None, initial={name: getattr(usual, name) for name in SettingsForm.base_fields})
    if request.method == "POST" and form.is_valid():
        quoting.choose(**form.cleaned_data, actor=request.actor, at=clock.now())
        messages.success(request, _("見積の設定を保存しました。"))
        return HttpResponseRedirect(url(request, "orders:quote_settings"))
    context = {"form": form, "usual": usual}
    return show(request, "orders/quote_settings.html", context, 422 if form.is_bound else 200)
