"""The client's home: what is where, what waits for me, are the promises kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing import queries as billing
from core import clock
from core.periods import local_day, month_of
from integrations.queries import answered
from orders.lifecycle import PHASES
from orders.queries import listing, overview, supplies, troubles
from orders.queries.naming import phase_names
from orders.queries.overview import Movement
from portal.look import figures
from portal.look.charts import Data, Part
from sla import queries as sla
from sla.queries import Figure
from tenants.doors import PortalRequest, page, url
from tenants.roles import Permission

SHOWN_QUESTIONS = 5
SHOWN_FILES = 3
AT_AN_END = frozenset({"cancelled", "completed"})
"""Phases of orders that nobody looks for any more."""


@page(Permission.VIEW_HOME)
def home(request: PortalRequest) -> HttpResponse:
    """Everything on one page that a client asks in the morning."""
    now = clock.now()
    counts, days = listing.by_phase(whether=AT_AN_END), overview.daily(now)
    shown = {
        "is_new": not any(counts.values()),
        "phases": _parts(request, counts),
        "open": sum(n for code, n in counts.items() if code not in AT_AN_END),
        "today": days[-1][1],
        "late": overview.late_count(now),
        "movement": _chart(days),
        "summary": _summary(days),
        "questions": overview.questions(limit=SHOWN_QUESTIONS, side=request.side),
        "decisions": troubles.decisions(side="client", limit=SHOWN_QUESTIONS),
        "question_count": overview.unanswered_count(),
        "to_chase": supplies.to_chase() if Permission.SOURCE_GOODS in request.permissions else [],
        "unmended": overview.unmended(limit=SHOWN_FILES) if Permission.IMPORT_ORDERS in request.permissions else [],
        "review": billing.to_review() if Permission.VIEW_BILLING in request.permissions else None,
        "answered": answered.answered(month_of(local_day(now))),
        "promises": _promises(now) if Permission.VIEW_SLA in request.permissions else [],
    }
    return render(request, "portal/home_client.html", shown)


@page(Permission.VIEW_BILLING)
def cost(request: PortalRequest) -> HttpResponse:
    """What this month has cost so far, as a part of the home page: it is counted while the page already stands."""
    return render(request, "portal/parts/cost.html", {"estimate": billing.month_estimate(clock.now())})


def _parts(request: PortalRequest, counts: Mapping[str, int]) -> list[Part]:
    """The orders on their way, by the name that the reader's side has for each phase, in the order of the way."""
    names = phase_names(request.side)
    grouped: dict[str, list[str]] = defaultdict(list)
    tones: dict[str, str] = {}
    for phase in reversed(PHASES):
        if phase.code not in AT_AN_END and counts[phase.code]:
            label = str(names[phase.code])
            grouped[label].append(phase.code)
            tones[label] = phase.tone
    return [
        Part(label=label, value=sum(counts[code] for code in codes), tone=tones[label], url=_list_of(request, codes))
        for label, codes in grouped.items()
    ]


def _list_of(request: PortalRequest, codes: Sequence[str]) -> str:
    return f"{url(request, 'orders:list')}?{'&'.join(f'phase={code}' for code in codes)}"


def _chart(days: Sequence[tuple[date, Movement]]) -> Data:
    return Data(
        kind="bar",
        categories=[figures.day(day, get_language(), this_year=days[-1][0].year) for day, _moved in days],
        series=[
            {"name": _("受注"), "values": [moved.received for _day, moved in days]},
            {"name": _("出荷"), "values": [moved.shipped for _day, moved in days], "tone": "done"},
        ],
        unit=_("件"),
        category=_("日付"),
    )


def _summary(days: Sequence[tuple[date, Movement]]) -> str:
    """The chart's answer in words."""
    came, went = (sum(getattr(moved, name) for _day, moved in days) for name in ("received", "shipped"))
    words = ngettext("%(days)s日で受注%(came)s件、出荷%(went)s件", "%(days)s日で受注%(came)s件、出荷%(went)s件", came)
    return words % {"days": len(days), "came": f"{came:,}", "went": f"{went:,}"}


def _promises(now: datetime) -> list[dict[str, Any]]:
    return [_promise(figure) for figure in sla.summary(now)]


def _promise(figure: Figure) -> dict[str, Any]:
    tone = "waiting" if figure.rate is None else "done" if not figure.misses else "attention"
    return {"figure": figure, "ratio": None if figure.rate is None else figure.rate / 100, "tone": tone}
