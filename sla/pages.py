"""SLA: what was promised, how it was kept, and every miss down to its minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core import clock as clocks
from core.errors import Refused
from core.periods import first_of_month
from sla import queries, services
from sla.models import Clock, PromiseVersion
from sla.queries import Clocks, Figure, Month
from tenants import doors
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

LATEST_MISSES = 10
PRINTED_MISSES = 500
"""The most misses that a statement prints; a month with more is better read as a file."""


@page(Permission.VIEW_SLA)
def overview(request: PortalRequest) -> HttpResponse:
    """This month's promises, or another month's."""
    now = clocks.now()
    shown = _month(request, now)
    context = {
        **_of_month(shown, now),
        **_charts(shown),
        "figures": [(figure, _addresses(request, shown, figure.promise_id)) for figure in shown.figures],
        "all_misses": _addresses(request, shown)["missed"],
        "misses": queries.misses(shown.period, limit=LATEST_MISSES),
        "missed": sum(figure.misses for figure in shown.figures),
        "offered": [(p.code, _(p.name)) for p in queries.missing_defaults(now)] if _may_promise(request) else [],
    }
    return render(request, "sla/overview.html", context)


def _may_promise(request: PortalRequest) -> bool:
    return request.side == "operator" and Permission.MANAGE_SETTINGS in request.permissions


def _month(request: PortalRequest, now: datetime) -> Month:
    return queries.month_shown(queries.month_named(request.GET.get("month", ""), at=now), at=now)


def _of_month(shown: Month, now: datetime) -> dict[str, Any]:
    """What every page of a month needs: the month, its neighbours, and whether it is over."""
    first = shown.period.start
    running = queries.month_of(now)
    return {
        "shown": shown,
        "month": f"{first:%Y-%m}",
        "title": _("%(year)s年%(month)s月") % {"year": first.year, "month": first.month},
        "earlier": f"{first_of_month(first, -1):%Y-%m}",
        "later": f"{first_of_month(first, 1):%Y-%m}" if first < running.start else "",
        "over": first < running.start,
        "now": now,
    }


def _addresses(request: PortalRequest, shown: Month, promise_id: int | None = None) -> dict[str, str]:
    """Where the clocks of the month are listed, by how they stand."""
    given = {"month": f"{shown.period.start:%Y-%m}"} | ({"promise": str(promise_id)} if promise_id else {})
    base = doors.url(request, "sla:clocks")
    return {standing: f"{base}?{urlencode({**given, 'standing': standing})}" for standing in queries.STANDINGS}


def _charts(shown: Month) -> dict[str, Any]:
    """When promises were missed, and whether they are kept better than before."""
    missed = queries.daily_misses(shown.period)
    months, rates = queries.trend(shown.period)
    names = {figure.code: figure.label for figure in shown.figures}
    daily = {
        "kind": "stacked",
        "categories": [f"{day.month}/{day.day}" for day in shown.period],
        "series": [{"name": name, "values": values} for name, values in missed.items()],
        "unit": _("件"),
        "category": _("日付"),
    }
    trend = {
        "kind": "line",
        "categories": [_("%(month)s月") % {"month": first.month} for first in months],
        "series": [{"name": names.get(code, code), "values": _percents(values)} for code, values in rates.items()],
        "unit": "%",
        "category": _("年月"),
    }
    return {"daily": daily if missed else None, "trend": trend if _has_past(rates) else None}


def _percents(ratios: list[float | None]) -> list[float | None]:
    return [None if ratio is None else round(100 * ratio, 1) for ratio in ratios]


def _has_past(rates: dict[str, list[float | None]]) -> bool:
    """Whether there is anything to compare with: more than one month was judged."""
    return any(sum(ratio is not None for ratio in ratios) > 1 for ratios in rates.values())


@page(Permission.VIEW_SLA)
def listing(request: PortalRequest) -> HttpResponse:
    """The clocks of a month, by how they stand."""
    now = clocks.now()
    shown = _month(request, now)
    wanted = _wanted(request, shown)
    found = queries.listing(wanted, at=now, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    figures = [figure for figure in shown.figures if wanted.promise_id in (None, figure.promise_id)]
    context = {
        **_of_month(shown, now),
        "wanted": wanted,
        "found": found,
        "promise_name": figures[0].label if wanted.promise_id else "",
        "back_url": f"{doors.url(request, 'sla:overview')}?month={shown.period.start:%Y-%m}",
        "total": queries.count(wanted, at=now),
        "tabs": _tabs(figures, wanted.standing),
    }
    return render(request, "sla/clocks.html", context)


def _tabs(figures: list[Figure], shown: str) -> list[tuple[str, str, int, bool]]:
    """How clocks can stand: word for the address, label, how many, and whether it is what is shown."""
    counts = (
        ("missed", _("未達"), sum(figure.misses for figure in figures)),
        ("risk", _("期限間近"), sum(figure.at_risk for figure in figures)),
        ("running", _("計測中"), sum(figure.running for figure in figures)),
        ("kept", _("達成"), sum(figure.hits for figure in figures)),
        ("excluded", _("対象外"), sum(figure.excluded for figure in figures)),
    )
    return [(standing, label, number, standing == shown) for standing, label, number in counts]


def _wanted(request: PortalRequest, shown: Month) -> Clocks:
    standing, promise = request.GET.get("standing", ""), request.GET.get("promise", "")
    known = {figure.promise_id for figure in shown.figures}
    return Clocks(
        period=shown.period,
        standing=standing if standing in queries.STANDINGS else "missed",
        promise_id=int(promise) if promise.isdecimal() and int(promise) in known else None,
    )


@page(Permission.VIEW_SLA)
def export(request: PortalRequest) -> HttpResponse:
    """The same clocks as a CSV file."""
    now = clocks.now()
    shown = _month(request, now)
    wanted = _wanted(request, shown)
    name = f"SLA_{shown.period.start:%Y%m}_{wanted.standing}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(queries.export(wanted, at=now), content_type="text/csv", headers=headers)


@page(Permission.VIEW_SLA)
def clock(request: PortalRequest, pk: int) -> HttpResponse:
    """One clock: its time line and what it comes from."""
    found = get_object_or_404(Clock.objects.select_related("promise"), pk=pk)
    now = clocks.now()
    back = doors.url(request, "sla:clocks")
    context = {
        "story": queries.story(found, at=now),
        "back_url": f"{back}?month={timezone.localdate(found.started_at):%Y-%m}",
    }
    return render(request, "sla/clock.html", context)


@page(Permission.VIEW_SLA)
def promise(request: PortalRequest, pk: int) -> HttpResponse:
    """One version of a promise, in words."""
    found = get_object_or_404(PromiseVersion, pk=pk)
    [worded] = queries.in_words([found], at=clocks.now())
    return render(request, "sla/promise.html", {"it": worded})


@page(Permission.VIEW_SLA)
def statement(request: PortalRequest) -> HttpResponse:
    """The month's statement, made to be printed: every promise in words, its figures, every miss."""
    now = clocks.now()
    shown = _month(request, now)
    rows = PromiseVersion.objects.in_bulk([figure.promise_id for figure in shown.figures])
    worded = queries.in_words([rows[figure.promise_id] for figure in shown.figures], at=now)
    misses = queries.misses(shown.period, limit=PRINTED_MISSES)
    context = {
        **_of_month(shown, now),
        "promises": list(zip(shown.figures, worded, strict=True)),
        "misses": misses,
        "unprinted": sum(figure.misses for figure in shown.figures) - len(misses),
    }
    return render(request, "sla/statement.html", context)


@page(Permission.CLOSE_MONTH, methods=("POST",), side="operator")
def freeze(request: PortalRequest) -> HttpResponse:
    """Freeze the month: its figures are what was achieved, for good."""
    now = clocks.now()
    period = queries.month_named(request.POST.get("month", ""), at=now)
    services.freeze(period, actor=request.actor, at=now)
    messages.success(request, _("%(month)s のSLA実績を確定しました。") % {"month": f"{period.start:%Y-%m}"})
    return HttpResponseRedirect(f"{doors.url(request, 'sla:statement')}?month={period.start:%Y-%m}")


@page(Permission.MANAGE_SETTINGS, methods=("POST",), side="operator")
def add_promise(request: PortalRequest) -> HttpResponse:
    """Promise the client what everybody is promised."""
    try:
        services.add_default(request.POST.get("code", ""), actor=request.actor, at=clocks.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("取り決めを登録しました。これから届く分を計測します。"))
    return HttpResponseRedirect(doors.url(request, "sla:overview"))
