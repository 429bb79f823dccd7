"""The mails that went out: the log, one letter, and what is about one order, with the buyer's page."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from integrations.notices.catalogue import KINDS
from integrations.pages.forms import LogForm
from integrations.queries import delivery
from integrations.queries import standing as standings
from integrations.queries import tracking as queries
from integrations.services import choosing
from integrations.services import tracking as services
from orders.models import Order
from tenants import doors
from tenants.doors import PortalRequest, page
from tenants.pages.sections import show
from tenants.roles import Permission


@page(Permission.MANAGE_SETTINGS)
def log(request: PortalRequest) -> HttpResponse:
    """Every mail: to whom, about what, and whether it arrived."""
    kinds = [kind for kind in KINDS.values() if request.side == "operator" or kind.audience != "operator"]
    form = LogForm(request.GET, kinds=kinds)
    words = request.GET.get("q", "").strip()
    found = delivery.log(
        form.wanted(words),
        side=request.side,
        permissions=request.permissions,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    filtered = bool(words or any(request.GET.get(name) for name in form.fields))
    return show(request, "notices/log.html", {"form": form, "words": words, "page": found, "filtered": filtered})


@page(Permission.VIEW_ORDERS)
def letter(request: PortalRequest, notice_id: int) -> HttpResponse:
    """One mail in the words it was sent in."""
    found = delivery.letter(notice_id, side=request.side, permissions=request.permissions)
    if found is None:
        raise Http404
    return render(request, "notices/letter.html", {"letter": found, "row": found.row})


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def open_address(request: PortalRequest, notice_id: int) -> HttpResponse:
    """Write to the address of this mail again."""
    found = delivery.letter(notice_id, side=request.side, permissions=request.permissions)
    if found is None:
        raise Http404
    choosing.open_address(found.row.address, actor=request.actor, at=clock.now())
    messages.success(request, _("この宛先への送信を再開しました。"))
    return HttpResponseRedirect(doors.url(request, "notices:letter", notice_id))


@page(Permission.VIEW_ORDERS)
def of_order(request: PortalRequest, order_id: int) -> HttpResponse:
    """What the buyer of an order was told, and the page where they look for themselves."""
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise Http404
    days, last = queries.visits_of(order_id)
    context = {
        "order": order,
        "address": queries.address_of(order_id),
        "link": queries.link_row(order_id),
        "days": days,
        "last": last,
        "rows": delivery.of_order(order_id, side=request.side, permissions=request.permissions),
        "is_live": standings.of_client().is_live(clock.now()),
    }
    return render(request, "notices/order.html", context)


@page(Permission.CANCEL_ORDERS, methods=("POST",))
def renew(request: PortalRequest, order_id: int) -> HttpResponse:
    """A new link to the order's page; the old one stops working."""
    services.renew([order_id], actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("新しいリンクにしました。前のリンクは使えません。"))
    return HttpResponseRedirect(doors.url(request, "notices:of_order", order_id))


@page(Permission.CANCEL_ORDERS, methods=("POST",))
def close(request: PortalRequest, order_id: int) -> HttpResponse:
    """Close the order's page."""
    services.close([order_id], actor=request.actor, at=clock.now()).sole()
    messages.success(request, _("追跡ページを閉じました。"))
    return HttpResponseRedirect(doors.url(request, "notices:of_order", order_id))
