"""手配: what is ordered from suppliers or made, what they answer, and what arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.batches import Outcome
from core.errors import Refused
from core.periods import local_day
from orders.models import Supply
from orders.pages.acting import selected, told
from orders.pages.filtering import key_in
from orders.queries import supplies as queries
from orders.queries import supply_links
from orders.services import supplying
from orders.supplying import DIRECT, OVERDUE
from orders.tracking import CARRIERS
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission


@page(Permission.VIEW_ORDERS)
def supplies(request: PortalRequest) -> HttpResponse:
    """The list."""
    today, shown, words = local_day(clock.now()), request.GET.get("shown", "open"), request.GET.get("q", "").strip()
    shown = shown if shown in queries.SHOWN else "open"
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = queries.page(shown, words=words, today=today, after=after, before=before)
    counted = queries.counts(today)
    here = url(request, "orders:supplies")
    tabs = [(_(label), f"{here}?shown={name}", name == shown, counted[name]) for name, label in queries.SHOWN.items()]
    narrow = {"page": found, "shown": shown, "words": words, "tabs": tabs, "total": counted[shown]}
    return render(
        request, "orders/supplies.html", {**narrow, "can_send": Permission.SOURCE_GOODS in request.permissions}
    )


@page(Permission.VIEW_ORDERS)
def supply(request: PortalRequest, supply_id: int) -> HttpResponse:
    """One of them, with what can be done now."""
    found = queries.of_supply(supply_id, today=local_day(clock.now()))
    if found is None:
        raise Http404
    carriers = [(code, _(carrier.name)) for code, carrier in CARRIERS.items()]
    shown = {
        "detail": found,
        "supply": found.row.supply,
        "carriers": carriers,
        "link": supply_links.address_of(found.row.supply) if Permission.SOURCE_GOODS in request.permissions else "",
        "overdue": _(OVERDUE[found.row.supply.overdue]) if found.row.supply.overdue else "",
    }
    return render(request, "orders/supply.html", shown)


@page(Permission.SOURCE_GOODS, methods=("POST",))
def place(request: PortalRequest) -> HttpResponse:
    """Order what the selected orders need; drafts are made, to look at and send."""
    outcome = supplying.place(selected(request), actor=request.actor, at=clock.now())
    if outcome.supplies:
        messages.info(
            request, _("手配の下書きを%s件作りました。内容を見て送ってください。") % f"{len(outcome.supplies):,}"
        )
    return told(request, outcome, lambda n: _("%s件の受注の商品を手配しました。") % f"{n:,}")


@page(Permission.SOURCE_GOODS, methods=("POST",))
def send(request: PortalRequest) -> HttpResponse:
    """The selected drafts go to their suppliers."""
    ids = [key for given in request.POST.getlist("selected") if (key := key_in(given))]
    outcome = supplying.send(ids, actor=request.actor, at=clock.now())
    done = _("%s件を発注しました。発注書は書類に保管し、メールアドレスのある仕入先には送ります。")
    return _answered(request, outcome, done % f"{len(outcome.done):,}")


@page(Permission.SOURCE_GOODS, methods=("POST",))
def confirm(request: PortalRequest, supply_id: int) -> HttpResponse:
    """The supplier has said when it comes."""
    _known(supply_id)
    given = request.POST.get("expected_on", "").strip()
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Refused(_("納期の日付を入れてください。"), code="bad_date", field="expected_on") from None
    answer = request.POST.get("answer", "").strip()
    outcome = supplying.confirm([supply_id], expected_on=day, answer=answer, actor=request.actor, at=clock.now())
    return _answered(request, outcome, _("納期を記録し、受注のお届け予定日に反映しました。"))


@page(Permission.SOURCE_GOODS, methods=("POST",))
def decline(request: PortalRequest, supply_id: int) -> HttpResponse:
    """The supplier has said that it cannot deliver."""
    _known(supply_id)
    answer = request.POST.get("answer", "").strip()
    outcome = supplying.decline([supply_id], answer=answer, actor=request.actor, at=clock.now())
    return _answered(
        request, outcome, _("納品できないとの回答を記録しました。別の仕入先に頼むときは、手配を取り消します。")
    )


@page(Permission.SOURCE_GOODS, methods=("POST",))
def resend(request: PortalRequest, supply_id: int) -> HttpResponse:
    """The supplier gets the mail once more."""
    _known(supply_id)
    outcome = supplying.resend([supply_id], actor=request.actor)
    return _answered(request, outcome, _("発注書のメールをもう一度送ります。"))


@page(Permission.SOURCE_GOODS, methods=("POST",))
def renew_link(request: PortalRequest, supply_id: int) -> HttpResponse:
    """The supplier's page gets another address."""
    _known(supply_id)
    supplying.renew_link(supply_id, actor=request.actor, at=clock.now())
    return _answered(
        request, Outcome(frozenset({supply_id})), _("リンクを作り直しました。メールをもう一度送ってください。")
    )


@page(Permission.SOURCE_GOODS, methods=("POST",))
def arrive(request: PortalRequest, supply_id: int) -> HttpResponse:
    """Goods have come, were made, or were sent to the buyer by the supplier."""
    found = _known(supply_id)
    carrier, numbers = request.POST.get("carrier", ""), request.POST.get("numbers", "").split()
    outcome = supplying.arrive(
        [supply_id],
        pieces=_pieces(request, found),
        parcels={supply_id: [(carrier, number) for number in numbers]},
        actor=request.actor,
        at=clock.now(),
    )
    done = (
        _("仕入先からの出荷を記録しました。")
        if found.kind == DIRECT
        else _("到着を記録し、古い受注から引き当てました。")
    )
    return _answered(request, outcome, done)


@page(Permission.SOURCE_GOODS, methods=("POST",))
def cancel(request: PortalRequest, supply_id: int) -> HttpResponse:
    """What has not come is not wanted any more."""
    _known(supply_id)
    reason = request.POST.get("reason", "").strip()
    outcome = supplying.cancel([supply_id], reason=reason, actor=request.actor, at=clock.now())
    return _answered(request, outcome, _("まだ届いていない分を取り消しました。仕入先にもお知らせください。"))


def _known(supply_id: int) -> Supply:
    found = Supply.objects.filter(pk=supply_id).first()
    if found is None:
        raise Http404
    return found


def _pieces(request: PortalRequest, supply: Supply) -> Mapping[int, int]:
    """SupplyLine id to pieces, from the fields `item-<nth>`: so many pieces of the nth item, the oldest order first."""
    given = {
        int(name.removeprefix("item-")): str(value).strip() or "0"
        for name, value in request.POST.items()
        if name.startswith("item-") and name.removeprefix("item-").isdecimal()
    }
    if any(not (value.isascii() and value.isdecimal() and len(value) < 10) for value in given.values()):
        raise Refused(_("数は0以上の整数で入れてください。"), code="bad_quantity", field="pieces")
    skus = _skus(supply)
    return supplying.shared_out(supply.pk, {skus[nth]: int(n) for nth, n in given.items() if nth < len(skus)})


def _skus(supply: Supply) -> Sequence[str]:
    """The SKUs in the order in which the page shows them."""
    found = queries.of_supply(supply.pk, today=local_day(clock.now()))
    return [item.sku for item in found.items] if found else []


def _answered(request: PortalRequest, outcome: Outcome, words: str) -> HttpResponse:
    """Say that it was done, or why some were not; back where the person was."""
    if outcome.done:
        messages.success(request, words)
    for sentence, count in outcome.reasons().items():
        messages.warning(request, _("%(count)s件は対象外です: %(why)s") % {"count": f"{count:,}", "why": sentence})
    return told(request, Outcome(), lambda _count: "")
