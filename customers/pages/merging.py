"""名寄せ: pairs side by side, and what a person says to them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.batches import Outcome
from core.errors import Refused
from customers import services
from customers.queries import proposals as queries
from customers.services.merging import Keep
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

_LONGEST_KEY = 18


@page(Permission.VIEW_BUYERS)
def proposals(request: PortalRequest) -> HttpResponse:
    """What waits for a decision, and what was decided lately."""
    found = queries.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    shown = {"page": found, "waiting": queries.count(), "decided": queries.decided()}
    return render(request, "customers/proposals.html", shown)


@page(Permission.MERGE_BUYERS, methods=("POST",))
def accept(request: PortalRequest) -> HttpResponse:
    """They are one; `keep` names the one who stands for both."""
    keep: Keep = "second" if request.POST.get("keep") == "second" else "first"
    outcome = services.accept(_chosen(request), keep=keep, actor=request.actor, at=clock.now())
    said = ngettext("%(n)s組を1人にまとめました。", "%(n)s組をそれぞれ1人にまとめました。", len(outcome.done))
    return _answer(request, outcome, said)


@page(Permission.MERGE_BUYERS, methods=("POST",))
def decline(request: PortalRequest) -> HttpResponse:
    """They are two."""
    outcome = services.decline(_chosen(request), actor=request.actor, at=clock.now())
    said = ngettext("%(n)s組を別人としました。", "%(n)s組をそれぞれ別人としました。", len(outcome.done))
    return _answer(request, outcome, said)


@page(Permission.MERGE_BUYERS, methods=("POST",))
def undo(request: PortalRequest) -> HttpResponse:
    """It was a mistake."""
    outcome = services.undo(_chosen(request), actor=request.actor, at=clock.now())
    said = ngettext("%(n)s組の判断を取り消しました。", "%(n)s組の判断をそれぞれ取り消しました。", len(outcome.done))
    return _answer(request, outcome, said)


def _chosen(request: PortalRequest) -> list[int]:
    chosen = [text for text in request.POST.getlist("proposal") if text.isascii() and text.isdigit()]
    if not chosen:
        raise Refused(_("候補が選ばれていません。"), code="nothing_chosen")
    return [int(text) for text in chosen if len(text) <= _LONGEST_KEY]


def _answer(request: PortalRequest, outcome: Outcome, said: str) -> HttpResponse:
    if outcome.done:
        messages.success(request, said % {"n": len(outcome.done)})
    for reason in outcome.reasons():
        messages.error(request, reason)
    return HttpResponseRedirect(url(request, "customers:proposals"))
