"""The buyer's page of a milestone that was handed in: to be accepted or rejected, and the whole to be evaluated."""

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
from core.periods import local_day
from documents import services as documents
from integrations.pages.behind_links import POLICY, in_language, may_look, note_wrong_link, sheltered
from integrations.queries import tracking
from integrations.tracking import acceptances
from orders.services.quoting import Evidence
from projects import services
from projects.pages.forms import EvaluationForm
from projects.queries import detail, links
from tenants.doors import PortalRequest, public
from tenants.services import origin

_LONG = {"rows": 3}
_POLICY = {**POLICY, "img-src": [SELF, "data:"]}
"""The tick of a checkbox is an image inside the style sheet."""


class AcceptForm(forms.Form):
    """The buyer accepts, with their name."""

    name = forms.CharField(
        label=gettext_lazy("お名前"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("納品の内容を確認し、検収します"),
        error_messages={"required": gettext_lazy("内容を確認のうえ、印を付けてください。")},
    )


class RejectForm(forms.Form):
    """The buyer rejects, and says what is missing."""

    name = forms.CharField(
        label=gettext_lazy("お名前"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    reason = forms.CharField(
        label=gettext_lazy("足りない点・直してほしい点"), max_length=1000, widget=forms.Textarea(attrs=_LONG)
    )


_FORMS: Mapping[str, type[forms.Form]] = {"accept": AcceptForm, "reject": RejectForm, "evaluate": EvaluationForm}


# What is posted goes to the secret address, which whoever would forge a form does not know (as in tracking).
@public
@csrf_exempt
@never_cache
@csp_replace(_POLICY)
@sheltered
def handed_in(request: HttpRequest, secret: str) -> HttpResponse:
    """The milestone. Posting accepts it, rejects it, or evaluates the whole."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    if not may_look():
        return render(request, "tracking/busy.html", status=429)
    acceptance_id = _found(secret)
    if request.GET.get("language") in dict(settings.LANGUAGES):
        return in_language(request)
    if request.method == "POST":
        return _posted(request, secret, acceptance_id)
    return _show(request, secret, acceptance_id)


@public
@never_cache
@sheltered
def certificate(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The 検収書 as it was printed."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    if not may_look():
        return render(request, "tracking/busy.html", status=429)
    paper = detail.of_acceptance(_found(secret)).paper
    if paper is None:
        raise Http404
    return FileResponse(documents.open_content(paper), filename=paper.file_name, content_type=paper.content_type)


def _found(secret: str) -> int:
    acceptance_id = links.acceptance_of(secret)
    if acceptance_id is None:
        note_wrong_link()
        raise Http404
    return acceptance_id


def _posted(request: HttpRequest, secret: str, acceptance_id: int) -> HttpResponse:
    act = request.POST.get("act", "")
    if act not in _FORMS:
        return _show(request, secret, acceptance_id, status=422)
    form = _FORMS[act](request.POST)
    if form.is_valid():
        try:
            messages.success(request, _acted(request, acceptance_id, act, form.cleaned_data))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return HttpResponseRedirect(request.path)
    return _show(request, secret, acceptance_id, typed={act: form}, status=422)


def _acted(request: HttpRequest, acceptance_id: int, act: str, given: Mapping[str, Any]) -> str:
    """Do what the buyer wants; returns what to say. Refused with a sentence."""
    now, buyer = clock.now(), Actor("buyer", "", given["name"])
    evidence = Evidence(given["name"], origin.get().ip or "", request.headers.get("User-Agent", ""))
    if act == "evaluate":
        project = detail.of_acceptance(acceptance_id).project.pk
        services.evaluate(project, evidence, score=given["score"], words=given["words"], actor=buyer, at=now)
        return _("評価をお送りいただきました。ありがとうございました。")
    accept = act == "accept"
    services.answer(acceptance_id, evidence, accept=accept, reason=given.get("reason", ""), actor=buyer, at=now)
    if accept:
        return _("検収を受け付けました。ありがとうございました。")
    return _("差し戻しを受け付けました。直して、あらためてお願いします。")


def _show(
    request: HttpRequest,
    secret: str,
    acceptance_id: int,
    *,
    typed: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = detail.of_acceptance(acceptance_id)
    client = cast(PortalRequest, request).client
    one = shown.acceptance
    is_late = one.answer_by < local_day(clock.now())
    context = {
        "detail": shown,
        "said": acceptances.said(one.verdict, is_late=is_late),
        "is_open": one.answered_at is None,
        "secret": secret,
        "shop": tracking.shop(),
        "hue": client.hue if client else 0,
        "languages": settings.LANGUAGES,
        **{act: form(auto_id=f"{act}_%s") for act, form in _FORMS.items()},
        **(typed or {}),
    }
    return render(request, "tracking/acceptance.html", context, status=status)
