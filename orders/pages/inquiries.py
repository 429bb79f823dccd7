"""問い合わせ: somebody asks for a price."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.wording import Sentence
from orders.models import Inquiry, QuoteVersion
from orders.pages.quote_forms import InquiryForm
from orders.queries.quoting import listing
from orders.quoting import INQUIRIES, QUOTES
from orders.services import quoting
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def inquiries(request: PortalRequest) -> HttpResponse:
    """The list, the newest first."""
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    found = listing.inquiries(
        state=state, text=text, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    states = [(code, Sentence(one.label), code == state) for code, one in INQUIRIES.items()]
    shown = {"page": found, "states": states, "state": state, "text": text}
    return render(request, "orders/inquiries.html", shown)


@page(Permission.MANAGE_QUOTES, methods=("GET", "POST"))
def new(request: PortalRequest) -> HttpResponse:
    """Write an inquiry down."""
    form = InquiryForm(request.POST or None, initial={"owner": request.person.name})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        inquiry = quoting.receive(
            form.buyer(),
            subject=given["subject"],
            text=given["text"],
            owner=given["owner"],
            actor=request.actor,
            at=clock.now(),
        )
        messages.success(request, _("問い合わせを登録しました。"))
        return HttpResponseRedirect(url(request, "orders:inquiry", inquiry.pk))
    return render(request, "orders/inquiry_form.html", {"form": form}, status=422 if form.is_bound else 200)


@page(Permission.VIEW_ORDERS)
def inquiry(request: PortalRequest, inquiry_id: int) -> HttpResponse:
    """One inquiry and the quotes that answer it."""
    found = Inquiry.objects.filter(pk=inquiry_id).first()
    if found is None:
        raise Http404
    current = QuoteVersion.objects.filter(quote__inquiry=found, is_current=True).select_related("quote").order_by("pk")
    quotes = [(one, Sentence(QUOTES[one.state].label), QUOTES[one.state].tone) for one in current]
    return render(request, "orders/inquiry.html", {"row": listing.inquiry_row(found), "quotes": quotes})


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def close(request: PortalRequest, inquiry_id: int) -> HttpResponse:
    """End an inquiry of which nothing will come."""
    reason = request.POST.get("reason", "")
    quoting.close([inquiry_id], reason=reason, actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("問い合わせを終了しました。"))
    return HttpResponseRedirect(url(request, "orders:inquiry", inquiry_id))
