"""The buyer's page of a quote: behind a link that nobody can guess, to be read, accepted, declined or asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from csp.constants import SELF
from csp.decorators import csp_replace
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from core import clock
from core.errors import Refused
from core.events import Actor
from documents import services as documents
from integrations.pages.behind_links import POLICY, in_language, may_look, note_wrong_link, sheltered
from integrations.queries import tracking
from integrations.tracking import offers
from orders.queries.quoting import detail, links
from orders.services import quoting
from tenants.doors import PortalRequest, public
from tenants.services import origin

_LONG = {"rows": 3}
_POLICY = {**POLICY, "img-src": [SELF, "data:"]}
"""The tick of a checkbox is an image inside the style sheet."""


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


# What is posted goes to the secret address, which whoever would forge a form does not know (as in tracking).
@public
@csrf_exempt
@never_cache
@csp_replace(_POLICY)
@sheltered
def offer(request: HttpRequest, secret: str) -> HttpResponse:
    """The quote. Posting accepts it, declines it, or asks about it."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    if not may_look():
        return render(request, "tracking/busy.html", status=429)
    version_id = _found(secret)
    if request.GET.get("language") in dict(settings.LANGUAGES):
        return in_language(request)
    if request.method == "POST":
        return _posted(request, secret, version_id)
    return _show(request, secret, version_id)


@public
@never_cache
@sheltered
def paper(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The quote as it was printed."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    if not may_look():
        return render(request, "tracking/busy.html", status=429)
    document = detail.paper_of(_found(secret))
    if document is None:
        raise Http404
    content = documents.open_content(document)
    return FileResponse(content, filename=document.file_name, content_type=document.content_type)


def _found(secret: str) -> int:
    version_id = links.version_of(secret)
    if version_id is None:
        note_wrong_link()
        raise Http404
    return version_id


def _posted(request: HttpRequest, secret: str, version_id: int) -> HttpResponse:
    act = request.POST.get("act", "")
    if act not in _FORMS:
        return _show(request, secret, version_id, status=422)
    form = _FORMS[act](request.POST)
    if form.is_valid():
        try:
            messages.success(request, _acted(request, version_id, act, form.cleaned_data))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return HttpResponseRedirect(request.path)
    return _show(request, secret, version_id, **{act: form}, status=422)


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
    accept: forms.Form | None = None,
    decline: forms.Form | None = None,
    ask: forms.Form | None = None,
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
        "accept": accept or AcceptForm(auto_id="accept_%s"),
        "decline": decline or DeclineForm(auto_id="decline_%s"),
        "ask": ask or AskForm(auto_id="ask_%s"),
    }
    return render(request, "tracking/offer.html", context, status=status)
