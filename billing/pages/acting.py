"""What is done with closings: the client approves and disputes; the operator drafts, answers and issues."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from billing.models import Dispute
from billing.pages.reading import found_or_404
from billing.services import closing, issuing, review
from core import clock
from core.errors import Refused
from core.periods import local_day
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


@page(Permission.REVIEW_BILLING, methods=("POST",), side="client")
def approve(request: PortalRequest, invoice_id: int) -> HttpResponse:
    """The client agrees with a draft."""
    found_or_404(invoice_id)
    review.approve(invoice_id, actor=request.actor, at=clock.now())
    messages.success(request, _("請求案を承認しました。請求書の発行をお待ちください。"))
    return _to(request, invoice_id)


@page(Permission.REVIEW_BILLING, methods=("POST",), side="client")
def dispute(request: PortalRequest, invoice_id: int, code: str) -> HttpResponse:
    """The client does not agree with a line."""
    found_or_404(invoice_id)
    review.dispute(invoice_id, code, request.POST.get("text", ""), actor=request.actor, at=clock.now())
    messages.success(request, _("指摘を送りました。回答があるとここに表示されます。"))
    return _to(request, invoice_id)


@page(Permission.CLOSE_MONTH, methods=("POST",), side="operator")
def answer(request: PortalRequest, invoice_id: int, dispute_id: int) -> HttpResponse:
    """The operator answers a dispute."""
    if not Dispute.objects.filter(pk=dispute_id, invoice_id=invoice_id).exists():
        raise Refused(_("この指摘は見つかりません。"), code="not_found")
    review.answer(dispute_id, request.POST.get("text", ""), actor=request.actor, at=clock.now())
    messages.success(request, _("回答しました。"))
    return _to(request, invoice_id)


@page(Permission.CLOSE_MONTH, methods=("POST",), side="operator")
def draft(request: PortalRequest) -> HttpResponse:
    """Make, or make again, the draft of the closing that a day belongs to."""
    now = clock.now()
    made = closing.draft(_day(request.POST.get("day", ""), now), actor=request.actor, at=now)
    messages.success(request, _("請求案を作りました。"))
    return _to(request, made.pk)


@page(Permission.FINALISE_INVOICES, methods=("POST",), side="operator")
def finalise(request: PortalRequest, invoice_id: int) -> HttpResponse:
    """Fix an approved draft for good and issue its paper."""
    found_or_404(invoice_id)
    now = clock.now()
    final = issuing.finalise(invoice_id, actor=request.actor, at=now)
    issuing.issue(invoice_id, actor=request.actor, at=now)
    messages.success(request, _("請求書 %s を発行しました。") % final.number)
    return _to(request, invoice_id)


def _day(given: str, now: datetime) -> date:
    try:
        return date.fromisoformat(given) if given else local_day(now)
    except ValueError:
        raise Refused(_("日付は 2026-10-31 の形で入れてください。"), code="bad_date", field="day") from None


def _to(request: PortalRequest, invoice_id: int) -> HttpResponse:
    return HttpResponseRedirect(url(request, "billing:invoice", invoice_id))
