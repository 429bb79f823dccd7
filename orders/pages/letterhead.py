"""帳票の設定: in whose name papers go out and how they look, seen on the newest order while it is changed."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from core.text import narrow
from documents import pictures, queries
from documents.kinds import KINDS
from documents.models import Letterhead
from documents.services import letterheads
from orders.queries.papers import OF_ORDERS, OF_SHIPMENTS
from orders.services import papers
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission

ACCEPTED_LOGO, ACCEPTED_SEAL = ".png,.svg", ".png"
PICTURES = ("logo", "seal")
VERSIONS = 10
SHOWN_FIRST = "delivery_note"


class LetterheadForm(forms.Form):
    """What papers say of their sender, and the texts around what they are about."""

    name = forms.CharField(label=gettext_lazy("発行者名"), max_length=100)
    registration = forms.CharField(label=gettext_lazy("登録番号"), max_length=30, required=False)
    postcode = forms.RegexField(
        r"^\d{3}-?\d{4}$",
        label=gettext_lazy("郵便番号"),
        required=False,
        error_messages={"invalid": gettext_lazy("郵便番号は7桁の数字で入力してください（例: 100-0001）。")},
    )
    address = forms.CharField(
        label=gettext_lazy("住所"), max_length=200, required=False, widget=forms.TextInput({"list": "places"})
    )
    phone = forms.CharField(label=gettext_lazy("電話番号"), max_length=20, required=False)
    email = forms.EmailField(label=gettext_lazy("メールアドレス"), max_length=254, required=False)
    logo = forms.FileField(label=gettext_lazy("ロゴ"), required=False)
    remove_logo = forms.BooleanField(label=gettext_lazy("ロゴを外す"), required=False)
    seal = forms.FileField(label=gettext_lazy("角印"), required=False)
    remove_seal = forms.BooleanField(label=gettext_lazy("角印を外す"), required=False)
    greeting = forms.CharField(
        label=gettext_lazy("納品書のあいさつ"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    return_policy = forms.CharField(
        label=gettext_lazy("返品・交換について"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    footer = forms.CharField(label=gettext_lazy("結びの言葉"), max_length=300, required=False)
    receipt_for = forms.CharField(label=gettext_lazy("領収書の但し書き"), max_length=60, required=False)
    show_prices = forms.BooleanField(label=gettext_lazy("納品書に価格を載せる"), required=False)

    def __init__(self, *args: Any, may_seal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_seal:
            del self.fields["seal"], self.fields["remove_seal"]

    def clean_registration(self) -> str:
        """As it is kept: T and 13 digits, however it was typed."""
        return narrow(self.cleaned_data["registration"]).upper().replace("-", "").replace(" ", "")

    def clean_postcode(self) -> str:
        """Seven digits."""
        return str(self.cleaned_data["postcode"]).replace("-", "")

    def texts(self) -> dict[str, str]:
        """The texts by their names."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in letterheads.TEXTS}

    def pictures_given(self) -> dict[str, bytes | None]:
        """The pictures that are to change: the new bytes, None for one that is taken away."""
        given: dict[str, bytes | None] = {}
        for name in PICTURES:
            if self.cleaned_data.get(f"remove_{name}"):
                given[name] = None
            elif upload := self.cleaned_data.get(name):
                given[name] = upload.read(pictures.LARGEST + 1)
        return given


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def settings(request: PortalRequest) -> HttpResponse:
    """The letterhead in force; POST makes its next version. What was issued keeps the version it was issued with."""
    before = queries.letterhead() or letterheads.proposed()
    if request.method == "GET":
        return _show(request, _form(request, before), before)
    form = _form(request, before, posted=True)
    if form.is_valid() and _changed(request, form):
        messages.success(request, _("帳票の設定を保存しました。これから発行する帳票に使われます。"))
        return HttpResponseRedirect(url(request, "orders:letterhead"))
    return _show(request, form, before, status=422)


def _changed(request: PortalRequest, form: LetterheadForm) -> bool:
    """Whether it could be saved; where not, the form says why."""
    try:
        letterheads.change(
            form.texts(),
            show_prices=form.cleaned_data["show_prices"],
            pictures_given=form.pictures_given(),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return False
    return True


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def preview(request: PortalRequest) -> HttpResponse:
    """The paper `kind` of the newest order as the form would have it printed; GET as it is printed now."""
    before = queries.letterhead() or letterheads.proposed()
    if request.method == "GET":
        return render(request, "orders/parts/letterhead_preview.html", _preview(request, before, {}))
    form = _form(request, before, posted=True)
    if not form.is_valid():
        return render(request, "orders/parts/letterhead_preview.html", {"problems": _problems(form)})
    try:
        letterhead = letterheads.draft(before, form.texts(), show_prices=form.cleaned_data["show_prices"])
        given = {
            field: letterheads.taken(field, content) if content is not None else None
            for field, content in form.pictures_given().items()
        }
        shown = _preview(request, letterhead, given)
    except Refused as refusal:
        shown = {"problems": [str(refusal)]}
    return render(request, "orders/parts/letterhead_preview.html", shown)


def _preview(
    request: PortalRequest, letterhead: Letterhead, given: dict[str, pictures.Picture | None]
) -> dict[str, Any]:
    kind = request.POST.get("preview_kind") or request.GET.get("preview_kind") or SHOWN_FIRST
    if kind not in _kinds():
        kind = SHOWN_FIRST
    picture = papers.picture(kind, letterhead, given, at=clock.now())
    shown = f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else ""
    return {"picture": shown, "kind_label": _(KINDS[kind].label)}


def _problems(form: LetterheadForm) -> list[str]:
    return [f"{form.fields[name].label}: {error}" for name, errors in form.errors.items() for error in errors]


def _kinds() -> dict[str, str]:
    return {kind: _(KINDS[kind].label) for kind in (*OF_SHIPMENTS, *OF_ORDERS)}


def _form(request: PortalRequest, before: Letterhead, *, posted: bool = False) -> LetterheadForm:
    may_seal = Permission.MANAGE_SEAL in request.permissions
    if posted:
        return LetterheadForm(request.POST, request.FILES, may_seal=may_seal)
    said = {name: getattr(before, name) for name in (*letterheads.TEXTS, "show_prices")}
    return LetterheadForm(initial=said, may_seal=may_seal)


def _show(request: PortalRequest, form: LetterheadForm, before: Letterhead, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "letterhead": before,
        "versions": queries.letterheads(limit=VERSIONS),
        "kinds": _kinds(),
        "shown_first": SHOWN_FIRST,
        "accepted_logo": ACCEPTED_LOGO,
        "accepted_seal": ACCEPTED_SEAL,
        "limit": pictures.LARGEST // 1024,
        **_preview(request, before, {}),
    }
    return show(request, "orders/letterhead.html", context, status)
