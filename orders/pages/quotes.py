"""見積: the list, one quote with its versions, and what is done with it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from core.wording import Sentence
from orders.models import QuoteVersion
from orders.pages.filtering import key_in
from orders.pages.quote_files import kept
from orders.pages.quote_forms import AcceptanceForm
from orders.queries.quoting import detail, listing
from orders.quoting import QUOTES
from orders.services import quoting
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def quotes(request: PortalRequest) -> HttpResponse:
    """The list."""
    filters, counts = _filters(request), listing.by_state()
    found = listing.page(
        filters, at=clock.now(), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    shown = {
        "page": found,
        "filters": filters,
        "states": [(code, Sentence(QUOTES[code].label), n) for code, n in counts.items() if n or code == filters.state],
        "all": sum(counts.values()),
        "owners": listing.owners(),
    }
    return render(request, "orders/quotes.html", shown)


def _filters(request: PortalRequest) -> listing.Filters:
    state, sort = request.GET.get("state", ""), request.GET.get("sort", "")
    return listing.Filters(
        state=state if state in QUOTES else "",
        text=request.GET.get("q", "").strip(),
        owner=request.GET.get("owner", ""),
        sort=sort if sort in listing.SORTS else "-made_at",
    )


@page(Permission.EXPORT_ORDERS)
def export(request: PortalRequest) -> HttpResponse:
    """What the list shows, as a file."""
    name = f"{_('見積')}_{localtime(clock.now()):%Y%m%d%H%M}.csv"
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    content = listing.export(_filters(request))
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": header})


@page(Permission.VIEW_ORDERS)
def quote(request: PortalRequest, quote_id: int) -> HttpResponse:
    """One quote: its version (?version=2, or the current one) beside the one before and the buyer's past."""
    return _show(request, quote_id)


def _show(
    request: PortalRequest, quote_id: int, form: AcceptanceForm | None = None, *, status: int = 200
) -> HttpResponse:
    found = detail.of_quote(quote_id, at=clock.now(), number=key_in(request.GET.get("version", "")))
    if found is None:
        raise Http404
    form = form or AcceptanceForm(initial={"name": found.quote.buyer_name})
    return render(request, "orders/quote.html", {"detail": found, "quote": found.quote, "form": form}, status=status)


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def send(request: PortalRequest, quote_id: int) -> HttpResponse:
    """Send the draft to the buyer."""
    outcome = quoting.send([quote_id], actor=request.actor, at=clock.now())
    return _told(request, quote_id, outcome, _("見積を送りました。購入者のページから承諾を受けられます。"))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def revise(request: PortalRequest, quote_id: int) -> HttpResponse:
    """Begin the next version."""
    made, refused = quoting.revise([quote_id], actor=request.actor, at=clock.now())
    for why in refused.values():
        raise why
    messages.success(request, _("改訂版の下書きを作りました。送るまで、前の版が有効です。"))
    return HttpResponseRedirect(url(request, "orders:edit_quote", made[0].pk))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def withdraw(request: PortalRequest, quote_id: int) -> HttpResponse:
    """Take the quote back."""
    reason = request.POST.get("reason", "")
    outcome = quoting.withdraw([quote_id], reason=reason, actor=request.actor, at=clock.now())
    return _told(request, quote_id, outcome, _("見積を取り下げました。購入者は承諾できません。"))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def accept(request: PortalRequest, version_id: int) -> HttpResponse:
    """Write down that the buyer accepted, with their order form."""
    version = _version(version_id)
    form = AcceptanceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, version.quote_id, form, status=422)
    given, now = form.cleaned_data, clock.now()
    buyer = version.quote.buyer_company or version.quote.buyer_name
    document = kept(request, given["file"], "buyer_order", counterparty=buyer, amount=version.total, at=now)
    contract = quoting.record_acceptance(
        version_id,
        quoting.Evidence(given["name"]),
        kind=given["kind"],
        document_id=document,
        reference=given["reference"],
        actor=request.actor,
        at=now,
    )
    messages.success(request, _("承諾を記録しました。"))
    return HttpResponseRedirect(url(request, "orders:contract", contract.pk))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def decline(request: PortalRequest, version_id: int) -> HttpResponse:
    """Write down that the buyer declined."""
    version = quoting.decline(version_id, reason=request.POST.get("reason", ""), actor=request.actor, at=clock.now())
    return _told(request, version.quote_id, Outcome(), _("辞退を記録しました。"))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def renew_link(request: PortalRequest, version_id: int) -> HttpResponse:
    """A new link for the buyer; the old one stops working."""
    quoting.renew_links([version_id], at=clock.now())
    return _told(
        request, _version(version_id).quote_id, Outcome(), _("新しいリンクにしました。前のリンクは使えません。")
    )


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def close_link(request: PortalRequest, version_id: int) -> HttpResponse:
    """Close the buyer's page of this version."""
    quoting.close_links([version_id], at=clock.now())
    return _told(request, _version(version_id).quote_id, Outcome(), _("購入者のページを閉じました。"))


@page(Permission.MANAGE_QUOTES, methods=("POST",))
def answer(request: PortalRequest, question_id: int) -> HttpResponse:
    """Answer what the buyer asked."""
    words = request.POST.get("answer", "")
    question = quoting.answer_question(question_id, answer=words, actor=request.actor, at=clock.now())
    return _told(request, question.version.quote_id, Outcome(), _("回答しました。購入者のページに表示されます。"))


def _version(version_id: int) -> QuoteVersion:
    found = QuoteVersion.objects.select_related("quote").filter(pk=version_id).first()
    if found is None:
        raise Http404
    return found


def _told(request: PortalRequest, quote_id: int, outcome: Outcome, words: str) -> HttpResponse:
    for why in outcome.refused.values():
        raise Refused(why.message, code=why.code)
    messages.success(request, words)
    return HttpResponseRedirect(url(request, "orders:quote", quote_id))
