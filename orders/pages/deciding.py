"""取込の判断: what a person says of a file that was read, and how they take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from orders.models import Intake
from orders.pages.intakes import found_intake
from orders.services import intake as receiving
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

NAMED = 5


@page(Permission.IMPORT_ORDERS, methods=("POST",))
def take(request: PortalRequest, intake_id: int) -> HttpResponse:
    """Take a file that was shown: its good rows, or with whole=1 all of it or nothing."""
    found = found_intake(intake_id)
    try:
        receiving.take(found.pk, whole=request.POST.get("whole") == "1", actor=request.actor, at=clock.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return HttpResponseRedirect(url(request, "orders:intake", found.pk))


@page(Permission.IMPORT_ORDERS, methods=("POST",))
def discard(request: PortalRequest, intake_id: int) -> HttpResponse:
    """Throw a file away that was shown."""
    found = found_intake(intake_id)
    try:
        receiving.discard(found.pk, actor=request.actor, at=clock.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return HttpResponseRedirect(url(request, "orders:intake", found.pk))
    messages.success(request, _("「%(name)s」を破棄しました。注文は登録されていません。") % {"name": found.file_name})
    return HttpResponseRedirect(url(request, "orders:intakes"))


@page(Permission.IMPORT_ORDERS, methods=("POST",))
def stop(request: PortalRequest, intake_id: int) -> HttpResponse:
    """End the reading of a file; nothing of it stays."""
    found = found_intake(intake_id)
    try:
        ended = receiving.stop(found.pk, actor=request.actor, at=clock.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("読み込みを中止しました。") if ended else _("中止しています。まもなく止まります。"))
    return HttpResponseRedirect(url(request, "orders:intake", found.pk))


@page(Permission.IMPORT_ORDERS, methods=("GET", "POST"))
def undo(request: PortalRequest, intake_id: int) -> HttpResponse:
    """Which orders of an import can be taken back, and why others cannot; POST takes them back."""
    found = found_intake(intake_id)
    if request.method == "POST":
        return _undone(request, found)
    if found.state != Intake.DONE or not found.orders_new:
        return HttpResponseRedirect(url(request, "orders:intake", found.pk))
    may = receiving.may_undo(found)
    context = {"intake": found, "may": may, "reasons": may.reasons()}
    return render(request, "orders/undo.html", context)


def _undone(request: PortalRequest, found: Intake) -> HttpResponse:
    whole = request.POST.get("whole") == "1"
    try:
        outcome = receiving.undo(found.pk, whole=whole, actor=request.actor, at=clock.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return HttpResponseRedirect(url(request, "orders:intake", found.pk))
    if outcome.done:
        messages.success(request, _("%(count)s件の受注を取り消しました。") % {"count": f"{len(outcome.done):,}"})
    for why, count in outcome.reasons().items():
        words = {"count": f"{count:,}", "why": why}
        messages.warning(request, _("%(count)s件は取り消していません: %(why)s") % words)
    return HttpResponseRedirect(url(request, "orders:intake", found.pk))
