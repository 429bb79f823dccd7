"""The buyer's page: behind a link that nobody can guess, without a log-in, without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from core.text import phone_label
from integrations.pages import behind_links
from integrations.queries import tracking as queries
from integrations.services import tracking as services
from orders.services.exceptions import Answer
from tenants.doors import PortalRequest


class PostcodeForm(forms.Form):
    """The postcode that proves who one is."""

    postcode = forms.CharField(
        label=gettext_lazy("お届け先の郵便番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )


class AnswerForm(forms.Form):
    """What the buyer says to a question, and the date that would suit them."""

    hold = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("お答え"), max_length=1500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    wished = forms.DateField(
        label=gettext_lazy("ご希望のお届け日（あれば）"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class DecisionForm(forms.Form):
    """What the buyer chooses, and what the choice needs."""

    exception = forms.IntegerField(widget=forms.HiddenInput)
    choice = forms.CharField(max_length=40)
    date = forms.DateField(required=False)
    postcode = forms.CharField(max_length=20, required=False)
    address = forms.CharField(max_length=255, required=False)
    item = forms.CharField(max_length=255, required=False)
    words = forms.CharField(max_length=1500, required=False)

    def answer(self) -> Answer:
        """The answer as the services take it."""
        given = self.cleaned_data
        address = {name: given[name] for name in ("postcode", "address") if given[name]}
        return Answer(given["choice"], given["words"], date=given["date"], address=address, item=given["item"])


@behind_links.page(queries.order_of)
def track(request: HttpRequest, _secret: str, found: tuple[int, int]) -> HttpResponse:
    """Where the order is. Posting proves the postcode, or answers what the buyer is asked."""
    order_id, serial = found
    if request.method == "POST" and request.POST.get("act") == "answer":
        return _answer(request, order_id, serial)
    if request.method == "POST" and request.POST.get("act") == "decide":
        return _decide(request, order_id, serial)
    if request.method == "POST":
        return _prove(request, order_id, serial)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        services.visit(order_id, at=clock.now())
    return _show(request, order_id, serial)


def _prove(request: HttpRequest, order_id: int, serial: int) -> HttpResponse:
    form = PostcodeForm(request.POST)
    if form.is_valid():
        try:
            right = services.prove(order_id, form.cleaned_data["postcode"], at=clock.now())
        except Refused as refusal:
            form.add_error("postcode", str(refusal))
            return _show(request, order_id, serial, proof=form, status=429)
        if right:
            _remember(request, order_id, serial)
            return HttpResponseRedirect(request.path)
        form.add_error("postcode", _("郵便番号が違います。お届け先かご注文者の郵便番号を入れてください。"))
    return _show(request, order_id, serial, proof=form, status=422)


def _answer(request: HttpRequest, order_id: int, serial: int) -> HttpResponse:
    if not _may_answer(request, order_id, serial):
        return _show(request, order_id, serial, status=403)
    form = AnswerForm(request.POST)

    def answer() -> None:
        given = form.cleaned_data
        services.answer(order_id, given["hold"], text=given["text"], wished=given["wished"], at=clock.now())

    return _taken(request, form, answer) or _show(request, order_id, serial, answer=form, status=422)


def _decide(request: HttpRequest, order_id: int, serial: int) -> HttpResponse:
    if not _may_answer(request, order_id, serial):
        return _show(request, order_id, serial, status=403)
    form = DecisionForm(request.POST)

    def decide() -> None:
        services.decide(order_id, form.cleaned_data["exception"], answer=form.answer(), at=clock.now())

    return _taken(request, form, decide) or _show(request, order_id, serial, decision=form, status=422)


def _taken(request: HttpRequest, form: forms.Form, act: Callable[[], None]) -> HttpResponse | None:
    """Do what the form asks for. Back to the page where it is done, now or before; None where the form says why not."""
    if not form.is_valid():
        return None
    try:
        act()
    except Refused as refusal:
        if refusal.code != "answered":
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return None
        messages.success(request, str(refusal))
    else:
        messages.success(request, _("お答えを受け取りました。ありがとうございました。"))
    return HttpResponseRedirect(request.path)


def _show(
    request: HttpRequest,
    order_id: int,
    serial: int,
    *,
    proof: PostcodeForm | None = None,
    answer: AnswerForm | None = None,
    decision: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = queries.shown(order_id)
    if shown is None:
        raise Http404
    proven = _is_proven(request, order_id, serial)
    client = cast(PortalRequest, request).client
    asked = [(one, _answer_form(one.pk, answer)) for one in shown.asked]
    may_answer = proven or not shown.can_prove
    context = {
        "shown": shown,
        "shop": queries.shop(),
        "hue": client.hue if client else 0,
        "languages": settings.LANGUAGES,
        "proven": proven,
        "proof": proof or PostcodeForm(),
        "asked": asked if may_answer else [],
        "decisions": shown.decisions if may_answer else [],
        "decision": decision,
        "hidden_question": bool(asked or shown.decisions) and not may_answer,
        "phone": _phone(shown.order.ship_phone),
    }
    return render(request, "tracking/page.html", context, status=status)


def _answer_form(hold_id: int, given: AnswerForm | None) -> AnswerForm:
    if given is not None and str(given.data.get("hold")) == str(hold_id):
        return given
    return AnswerForm(initial={"hold": hold_id}, auto_id=f"id_{hold_id}_%s")


def _phone(number: str) -> str:
    return phone_label(number) if number.startswith("+") else number


def _key(order_id: int, serial: int) -> str:
    return f"tracking:{order_id}:{serial}"


def _remember(request: HttpRequest, order_id: int, serial: int) -> None:
    """Remember the proof until the browser is closed."""
    request.session[_key(order_id, serial)] = True
    if not request.user.is_authenticated:
        request.session.set_expiry(0)


def _is_proven(request: HttpRequest, order_id: int, serial: int) -> bool:
    return request.session.get(_key(order_id, serial)) is True


def _may_answer(request: HttpRequest, order_id: int, serial: int) -> bool:
    """Whoever proved the postcode; for an order that has none, whoever has the link."""
    return _is_proven(request, order_id, serial) or not queries.postcodes_of(order_id)
