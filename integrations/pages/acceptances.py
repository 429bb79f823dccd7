"""The buyer's page of a milestone that was handed in: to be accepted or rejected, and the whole to be evaluated."""

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
from core.periods import local_day
from documents.models import Document
from integrations.pages import behind_links
from integrations.queries import tracking
from integrations.tracking import acceptances
from orders.services.quoting import Evidence
from projects import services
from projects.pages.forms import EvaluationForm
from projects.queries import detail, links
from tenants.doors import PortalRequest
from tenants.services import origin

_LONG = {"rows": 3}


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


@behind_links.page(links.acceptance_of, policy=behind_links.FORM_POLICY)
def handed_in(request: HttpRequest, secret: str, acceptance_id: int) -> HttpResponse:
    """The milestone. Posting accepts it, rejects it, or evaluates the whole."""
    if request.method == "POST":
        return behind_links.posted(
            request,
            _FORMS,
            lambda act, given: _acted(request, acceptance_id, act, given),
            lambda typed: _show(request, secret, acceptance_id, typed=typed, status=422),
        )
    return _show(request, secret, acceptance_id)


@behind_links.file(links.acceptance_of)
def certificate(acceptance_id: int) -> Document | None:
    """The 検収書 as it was printed."""
    return detail.of_acceptance(acceptance_id).paper


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
