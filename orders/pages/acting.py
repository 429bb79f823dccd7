"""What is done with orders from the pages: with one or with many, the same way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from orders.models import Hold, Order
from orders.pages.filtering import filters_of, key_in
from orders.queries import listing
from orders.services import arranging, cancelling, holds, shipping, verification
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

MOST = listing.COUNT_LIMIT
NAMED = 5
"""How many refused orders of one reason are named."""


def selected(request: PortalRequest) -> list[int]:
    """The orders that a form names, or with all=1 those that the list's filters let through."""
    if request.POST.get("all") == "1":
        filters, _form = filters_of(request.GET)
        return list(listing.matching(filters, at=clock.now()).order_by("pk").values_list("pk", flat=True)[:MOST])
    keys = [key for key in map(key_in, request.POST.getlist("selected")) if key is not None]
    if not keys:
        raise Refused(_("受注を選んでください。"), code="nothing_selected")
    return keys[:MOST]


def told(request: PortalRequest, outcome: Outcome, done: Callable[[int], str]) -> HttpResponse:
    """Say what went and why the rest did not, back on the page where the person was."""
    if outcome.done:
        messages.success(request, done(len(outcome.done)))
    for sentence, numbers in _refused(outcome.refused).items():
        named = "、".join(numbers[:NAMED]) + (_(" ほか") if len(numbers) > NAMED else "")
        words = {"count": f"{len(numbers):,}", "why": sentence, "numbers": named}
        messages.warning(request, _("%(count)s件は対象外です: %(why)s（%(numbers)s）") % words)
    back = request.POST.get("next") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = url(request, "orders:list")
    return HttpResponseRedirect(back)


def _refused(refused: Mapping[int, Refused]) -> dict[str, list[str]]:
    """The order numbers by the sentence that refused them, most frequent first."""
    numbers = _numbers(refused)
    by_sentence: dict[str, list[str]] = {}
    for key, refusal in refused.items():
        by_sentence.setdefault(str(refusal), []).append(numbers.get(key, f"#{key}"))
    return dict(sorted(by_sentence.items(), key=lambda item: -len(item[1])))


def _numbers(keys: Collection[int]) -> dict[int, str]:
    return dict(Order.objects.filter(pk__in=list(keys)).values_list("pk", "number")) if keys else {}


@page(Permission.CANCEL_ORDERS, methods=("POST",))
def cancel(request: PortalRequest) -> HttpResponse:
    """Cancel orders, or ask for it where the warehouse works on them."""
    reason = request.POST.get("reason", "").strip() or _("画面からのキャンセル")
    outcome = cancelling.cancel(selected(request), by=request.side, reason=reason, actor=request.actor, at=clock.now())
    asked = len(outcome.requested)
    if asked:
        sentence = _("%s件は出荷作業中のため、キャンセルを依頼しました。結果は受注の履歴に表示されます。")
        messages.info(request, sentence % asked)
    gone = Outcome.of(outcome.done - outcome.requested, outcome.refused)
    return told(request, gone, lambda n: _("%s件をキャンセルしました。") % f"{n:,}")


@page(Permission.CANCEL_ORDERS, methods=("POST",), side="operator")
def answer_cancel(request: PortalRequest) -> HttpResponse:
    """Answer the client's request to cancel: `accept` 1 cancels the order, anything else lets it go on."""
    accept = request.POST.get("accept") == "1"
    words = request.POST.get("answer", "").strip()
    outcome = cancelling.answer_request(
        selected(request), accept=accept, answer=words, actor=request.actor, at=clock.now()
    )
    done = _("%s件のキャンセルの依頼をお受けしました。") if accept else _("%s件のキャンセルの依頼をお断りしました。")
    return told(request, outcome, lambda n: done % f"{n:,}")


@page(Permission.CHANGE_ORDERS, methods=("POST",))
def mark_paid(request: PortalRequest) -> HttpResponse:
    """Payments that were seen to come in, where no shop tells of them."""
    outcome = arranging.mark_paid(selected(request), actor=request.actor, at=clock.now())
    return told(request, outcome, lambda n: _("%s件を入金済みにしました。") % f"{n:,}")


@page(Permission.VERIFY_ORDERS, methods=("POST",), side="operator")
def verify(request: PortalRequest) -> HttpResponse:
    """Answer every open reason of the orders."""
    answer = request.POST.get("answer", "").strip() or _("内容を確認しました")
    outcome = verification.answer(selected(request), answer=answer, actor=request.actor, at=clock.now())
    return told(request, outcome, lambda n: _("%s件を確認済みにしました。") % f"{n:,}")


@page(Permission.HOLD_ORDERS, methods=("POST",), side="operator")
def hold(request: PortalRequest) -> HttpResponse:
    """Hold orders for a reason; one that waits for the client carries a question."""
    outcome = holds.place(
        selected(request),
        reason=request.POST.get("hold_reason", ""),
        question=request.POST.get("question", "").strip(),
        actor=request.actor,
        at=clock.now(),
    )
    return told(request, outcome, lambda n: _("%s件を保留にしました。") % f"{n:,}")


@page(Permission.HOLD_ORDERS, methods=("POST",), side="operator")
def release_hold(request: PortalRequest) -> HttpResponse:
    """Release every hold of the orders."""
    reason = request.POST.get("reason", "").strip() or _("確認が済みました")
    outcome = holds.release(selected(request), reason=reason, actor=request.actor, at=clock.now())
    return told(request, outcome, lambda n: _("%s件の保留を解除しました。") % f"{n:,}")


@page(Permission.RELEASE_ORDERS, methods=("POST",), side="operator")
def release(request: PortalRequest) -> HttpResponse:
    """Hand orders to the warehouse."""
    outcome = shipping.release(selected(request), actor=request.actor, at=clock.now())
    return told(request, outcome, lambda n: _("%s件を出荷指示しました。") % f"{n:,}")


@page(Permission.ANSWER_QUESTIONS, methods=("POST",), side="client")
def answer(request: PortalRequest, hold_id: int) -> HttpResponse:
    """The client answers what a hold asks; that moves the order on by itself."""
    if not Hold.objects.filter(pk=hold_id, party="client").exists():
        raise Http404
    holds.answer(hold_id, answer=request.POST.get("answer", "").strip(), actor=request.actor, at=clock.now())
    messages.success(request, _("回答しました。受注は次の工程に進みます。"))
    return told(request, Outcome(), lambda _count: "")
