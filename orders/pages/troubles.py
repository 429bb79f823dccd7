"""Exceptions, requests to change and returns, from the pages of either side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from orders.models import OrderException
from orders.pages.acting import selected, told
from orders.services import arranging, changes, exceptions, returning
from orders.services.exceptions import Answer
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

ADDRESS = ("postcode", "address", "name", "phone")


@page(Permission.OPEN_EXCEPTIONS, methods=("POST",), side="operator")
def open_exception(request: PortalRequest) -> HttpResponse:
    """Say that something is wrong with orders; whoever decides is asked."""
    outcome = exceptions.open_for(
        selected(request),
        kind=request.POST.get("kind", ""),
        note=_words(request, "note"),
        quantities=_pieces(request),
        party=request.POST.get("party", ""),
        expected_date=_day(request, "expected_date"),
        actor=request.actor,
        at=clock.now(),
    )
    return told(request, outcome, lambda n: _("%s件の例外を登録しました。") % f"{n:,}")


@page(Permission.ANSWER_QUESTIONS, methods=("POST",), side="client")
def answer_exception(request: PortalRequest, exception_id: int) -> HttpResponse:
    """The client decides; the order goes on by itself."""
    return _decide(request, exception_id, _("お返事を受け付けました。受注は次の工程に進みます。"))


@page(Permission.ANSWER_QUESTIONS, methods=("POST",), side="client")
def answer_together(request: PortalRequest) -> HttpResponse:
    """The client decides several alike, with one click; where a day is needed, each has the one proposed with it."""
    orders = dict(OrderException.objects.filter(pk__in=selected(request)).order_by("pk").values_list("pk", "order_id"))
    answer = Answer(choice=request.POST.get("choice", ""), as_proposed=True)
    decided = exceptions.decide(orders, answer=answer, by=request.side, actor=request.actor, at=clock.now())
    refused = {orders[key]: why for key, why in decided.refused.items()}
    outcome = Outcome.of([orders[key] for key in decided.done], refused)
    return told(request, outcome, lambda n: _("%s件のお返事を受け付けました。受注は次の工程に進みます。") % f"{n:,}")


@page(Permission.DECIDE_EXCEPTIONS, methods=("POST",), side="operator")
def decide_exception(request: PortalRequest, exception_id: int) -> HttpResponse:
    """The operator's lead decides, or writes down what the buyer or the supplier decided."""
    return _decide(request, exception_id, _("対応を決めました。"))


def _decide(request: PortalRequest, exception_id: int, said: str) -> HttpResponse:
    answer = Answer(
        choice=request.POST.get("choice", ""),
        words=_words(request, "answer"),
        date=_day(request, "date"),
        address={name: request.POST.get(name, "") for name in ADDRESS},
        item=_words(request, "item"),
    )
    _known(exception_id)
    outcome = exceptions.decide([exception_id], answer=answer, by=request.side, actor=request.actor, at=clock.now())
    return _said(request, outcome, said)


@page(Permission.OPEN_EXCEPTIONS, methods=("POST",), side="operator")
def withdraw_exception(request: PortalRequest, exception_id: int) -> HttpResponse:
    """Nothing has to be decided after all."""
    _known(exception_id)
    outcome = exceptions.withdraw([exception_id], note=_words(request, "note"), actor=request.actor, at=clock.now())
    return _said(request, outcome, _("例外を取り下げました。"))


@page(Permission.DECIDE_EXCEPTIONS, methods=("POST",), side="operator")
def reopen_exception(request: PortalRequest, exception_id: int) -> HttpResponse:
    """The decision did not hold."""
    _known(exception_id)
    outcome = exceptions.reopen([exception_id], note=_words(request, "note"), actor=request.actor, at=clock.now())
    return _said(request, outcome, _("もう一度対応します。"))


@page(Permission.CHANGE_ORDERS, methods=("POST",), side="client")
def ask_change(request: PortalRequest) -> HttpResponse:
    """Ask for a change; what the warehouse has not been given is changed at once."""
    kind = request.POST.get("change", "")
    wanted: dict[str, object] = {name: request.POST.get(name, "") for name in (*ADDRESS, "date", "slot", "note")}
    wanted["lines"] = _pieces(request)
    outcome = changes.ask(
        selected(request),
        kind=kind,
        wanted=wanted,
        reason=_words(request, "reason"),
        actor=request.actor,
        at=clock.now(),
    )
    return _said(request, outcome, _("変更を受け付けました。出荷作業中の受注は、委託先の回答をお待ちください。"))


@page(Permission.CHANGE_ORDERS, methods=("POST",), side="operator")
def answer_change(request: PortalRequest, change_id: int) -> HttpResponse:
    """Answer a request: `accept` 1 makes the change, anything else leaves the order as it is."""
    accept = request.POST.get("accept") == "1"
    outcome = changes.answer(
        [change_id], accept=accept, answer=_words(request, "answer"), actor=request.actor, at=clock.now()
    )
    return _said(request, outcome, _("変更しました。") if accept else _("変更の依頼をお断りしました。"))


@page(Permission.CHANGE_ORDERS, methods=("POST",))
def request_return(request: PortalRequest) -> HttpResponse:
    """Goods of orders are to come back."""
    outcome = returning.request(
        selected(request),
        quantities=_pieces(request),
        reason=_words(request, "reason"),
        actor=request.actor,
        at=clock.now(),
    )
    return told(request, outcome, lambda n: _("%s件の返品を受け付けました。") % f"{n:,}")


@page(Permission.PICK_AND_PACK, methods=("POST",), side="operator")
def receive_return(request: PortalRequest, return_id: int) -> HttpResponse:
    """The goods are here."""
    outcome = returning.receive([return_id], quantities=_pieces(request), actor=request.actor, at=clock.now())
    return _said(request, outcome, _("返品の受け取りを記録しました。続けて検品してください。"))


@page(Permission.PICK_AND_PACK, methods=("POST",), side="operator")
def inspect_return(request: PortalRequest, return_id: int) -> HttpResponse:
    """The goods were looked at."""
    outcome = returning.inspect(
        [return_id],
        accepted=_pieces(request),
        finding=_words(request, "finding"),
        actor=request.actor,
        at=clock.now(),
    )
    return _said(request, outcome, _("検品の結果を記録しました。"))


@page(Permission.RELEASE_ORDERS, methods=("POST",), side="operator")
def allocate(request: PortalRequest) -> HttpResponse:
    """What orders waited for has come in."""
    outcome = arranging.allocate(selected(request), actor=request.actor, at=clock.now())
    return told(request, outcome, lambda n: _("%s件に入荷分を引き当てました。") % f"{n:,}")


def _known(exception_id: int) -> None:
    if not OrderException.objects.filter(pk=exception_id).exists():
        raise Http404


def _said(request: PortalRequest, outcome: Outcome, words: str) -> HttpResponse:
    """Say that it was done, or raise why not; back on the page where the person was."""
    outcome.sole()
    messages.success(request, words)
    return told(request, Outcome(), lambda _count: "")


def _words(request: PortalRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _day(request: PortalRequest, name: str) -> date | None:
    """A day of the form, None where the field is empty."""
    given = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Refused(_("日付を確かめてください。"), code="bad_date", field=name) from None


def _pieces(request: PortalRequest) -> Mapping[int, int] | None:
    """Line id to pieces, from the fields `line-<id>` that are filled in; None where the form has none at all."""
    given = {
        int(name.removeprefix("line-")): str(value).strip()
        for name, value in request.POST.items()
        if name.startswith("line-") and name.removeprefix("line-").isdecimal()
    }
    if any(value and not value.isdecimal() for value in given.values()):
        raise Refused(_("数は0以上の整数で入れてください。"), code="bad_quantity", field="lines")
    return {line: int(value) for line, value in given.items() if value} if given else None
