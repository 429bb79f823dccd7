"""The buyer's page of a quote: behind a link that nobody can guess, to be read, accepted, declined or asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.events import Actor
from documents.models import Document
from integrations.pages import behind_links
from integrations.queries import tracking
from integrations.tracking import offers
from orders.queries.quoting import detail, links
from orders.services import quoting
from tenants.doors import PortalRequest
from tenants.services import origin

_LONG = {"rows": 3}


class AcceptForm(forms.Form):
    """The buyer says yes, with their name."""

    name = forms.CharField(
        label=gettext_lazy("お名前"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("お見積りの内容と条件を確認し、注文します"),
        error_messages={"required": gettext_lazy("内容を確認のうえ、印を付けてください。")},
    )


class DeclineForm(forms.Form):
    """The buyer says no, and why."""

    reason = forms.CharField(label=gettext_lazy("ご辞退の理由"), max_length=1000, widget=forms.Textarea(attrs=_LONG))


class AskForm(forms.Form):
    """What the buyer wants to know first."""

    text = forms.CharField(label=gettext_lazy("ご質問"), max_length=2000, widget=forms.Textarea(attrs=_LONG))


_FORMS: Mapping[str, type[forms.Form]] = {"accept": AcceptForm, "decline": DeclineForm, "ask": AskForm}


@behind_links.page(links.version_of, policy=behind_links.FORM_POLICY)
def offer(request: HttpRequest, secret: str, version_id: int) -> HttpResponse:
    """The quote. Posting accepts it, declines it, or asks about it."""
    if request.method == "POST":
        return behind_links.posted(
            request,
            _FORMS,
            lambda act, given: _acted(request, version_id, act, given),
            lambda typed: _show(request, secret, version_id, typed=typed, status=422),
        )
    return _show(request, secret, version_id)


@behind_links.file(links.version_of)
def paper(version_id: int) -> Document | None:
    """The quote as it was printed."""
    return detail.paper_of(version_id)


def _acted(request: HttpRequest, version_id: int, act: str, given: Mapping[str, Any]) -> str:
    """Do what the buyer wants; returns what to say. Refused with a sentence."""
    now = clock.now()
    if act == "accept":
        came = origin.get()
        evidence = quoting.Evidence(given["name"], came.ip or "", request.headers.get("User-Agent", ""))
        quoting.accept(version_id, evidence, actor=Actor("buyer", "", given["name"]), at=now)
        return _("ご承諾を受け付けました。ありがとうございました。")
    buyer = Actor("buyer", "", _("購入者"))
    if act == "decline":
        quoting.decline(version_id, reason=given["reason"], actor=buyer, at=now)
        return _("ご辞退を受け付けました。ご検討ありがとうございました。")
    quoting.ask(version_id, text=given["text"], actor=buyer, at=now)
    return _("ご質問を受け付けました。回答はこのページに表示されます。")


def _show(
    request: HttpRequest,
    secret: str,
    version_id: int,
    *,
    typed: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = detail.of_version(version_id, at=clock.now())
    client = cast(PortalRequest, request).client
    context = {
        "detail": shown,
        "quote": shown.quote,
        "said": offers.said(shown.shown.version.state, is_over=shown.is_over),
        "is_open": "accept" in shown.moves and not shown.is_over,
        "secret": secret,
        "shop": tracking.shop(),
        "hue": client.hue if client else 0,
        "languages": settings.LANGUAGES,
        **{act: form(auto_id=f"{act}_%s") for act, form in _FORMS.items()},
        **(typed or {}),
    }
    return render(request, "tracking/offer.html", context, status=status)
