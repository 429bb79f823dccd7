"""契約: what was agreed on by accepting a quote, signed, ordered, ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.wording import Sentence
from orders.pages.quote_files import kept
from orders.pages.quote_forms import SignatureForm
from orders.queries.quoting import contracts, detail
from orders.services import quoting
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def listing(request: PortalRequest) -> HttpResponse:
    """The list, the newest first; those that end soon by when they end."""
    now, standing, text = clock.now(), request.GET.get("standing", ""), request.GET.get("q", "").strip()
    found = contracts.page(
        standing, text, at=now, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    counts = contracts.counts(now)
    shown = {
        "page": found,
        "standing": standing if standing in contracts.STANDINGS else "",
        "text": text,
        "standings": [(code, Sentence(contracts.STANDINGS[code].label), n) for code, n in counts.items()],
        "all": sum(n for code, n in counts.items() if code != "ending"),
    }
    return render(request, "orders/contracts.html", shown)


@page(Permission.VIEW_ORDERS)
def contract(request: PortalRequest, contract_id: int) -> HttpResponse:
    """One contract: who accepted what when, its file, and the order that it became."""
    return _show(request, contract_id)


def _show(
    request: PortalRequest, contract_id: int, form: SignatureForm | None = None, *, status: int = 200
) -> HttpResponse:
    found = detail.of_contract(contract_id, at=clock.now())
    if found is None:
        raise Http404
    form = form or SignatureForm(initial={"starts_on": found.today, "terms": found.contract.terms})
    return render(request, "orders/contract.html", {"detail": found, "form": form}, status=status)


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def sign(request: PortalRequest, contract_id: int) -> HttpResponse:
    """A contract on paper was signed."""
    now = clock.now()
    found = detail.of_contract(contract_id, at=now)
    if found is None:
        raise Http404
    form = SignatureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, contract_id, form, status=422)
    given, quote = form.cleaned_data, found.quote
    buyer = quote.buyer_company or quote.buyer_name
    try:
        document = kept(
            request, given["file"], "buyer_contract", counterparty=buyer, amount=found.version.total, at=now
        )
        quoting.sign(
            contract_id,
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            terms=given["terms"],
            document_id=document,
            actor=request.actor,
            at=now,
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return _show(request, contract_id, form, status=422)
    messages.success(request, _("契約の締結を記録しました。"))
    return HttpResponseRedirect(url(request, "orders:contract", contract_id))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def order(request: PortalRequest, contract_id: int) -> HttpResponse:
    """Make the order of what was agreed."""
    quoting.order([contract_id], actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("契約の内容で受注を作りました。"))
    return HttpResponseRedirect(url(request, "orders:contract", contract_id))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def end(request: PortalRequest, contract_id: int) -> HttpResponse:
    """End the contract."""
    reason = request.POST.get("reason", "")
    quoting.end([contract_id], reason=reason, actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("契約を終了しました。"))
    return HttpResponseRedirect(url(request, "orders:contract", contract_id))
