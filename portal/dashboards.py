"""The operator's pages that need several packages: the home, and the clients at a glance.

Their figures come from the shared tables alone: a handful of queries, however many clients there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import clock
from core.periods import TOKYO
from operations.kinds import KINDS, Kind
from operations.pages import desk as desks
from operations.queries import counting, queue
from operations.queries.counting import Arrival, Day, Load
from tenants.doors import PortalRequest, page
from tenants.queries import ClientInfo
from tenants.roles import Permission

WEEKS = timedelta(days=14)


@dataclass(frozen=True)
class Health:
    """A client at a glance. load: its unfinished work; today: what moved today; month: this month's sums.

    daily: the orders received on each of the last fourteen days, the oldest first.
    """

    client: ClientInfo
    load: Load
    today: Day
    month: Day
    daily: Sequence[int]

    @property
    def trend(self) -> list[tuple[int, int, int]]:
        """The daily numbers as bars in a field of 112 by 28: left edge, top edge, height; the highest day fills it."""
        highest = max(self.daily, default=0)
        heights = [max(1, round(24 * number / highest)) if highest else 1 for number in self.daily]
        return [(nth * 8 + 1, 28 - height, height) for nth, height in enumerate(heights)]

    @property
    def trend_words(self) -> str:
        """The same for those who do not see it."""
        return _("14日間の受注: %s") % "、".join(f"{number:,}" for number in self.daily)

    @property
    def tone(self) -> str:
        """How it stands, as a tone of docs/components.md."""
        if self.load.late:
            return "trouble"
        return "attention" if self.load.today else "done"

    @property
    def word(self) -> str:
        """The same as a word."""
        return {"trouble": _("遅れあり"), "attention": _("本日期限あり"), "done": _("順調")}[self.tone]


@page(Permission.VIEW_HOME, side="operator")
def operator_home(request: PortalRequest) -> HttpResponse:
    """What is due today, what is late, who is overloaded, per client; what just arrived."""
    at = clock.now()
    desk = desks.desk_of(request)
    loads = counting.loads(desk.served, at=at)
    start, _end = counting.day_of(at)
    moved = counting.days(desk.served, since=start)
    return render(
        request,
        "portal/operator_home.html",
        {
            "at": at,
            "total": counting.total(loads.values()),
            "kinds": _kinds(loads),
            "clients": _healths(desk.served, loads, moved, at=at),
            "today": counting.add_up(day for days in moved.values() for day in days.values()),
            "mine": queue.mine(request.person.pk, desk.served, limit=5),
            "holders": counting.holders(desk.served, at=at)[:8],
            "arrivals": _arrivals(desk.served, since=start - timedelta(days=1)),
            "chart": _chart(loads),
        },
    )


@page(Permission.VIEW_HOME, side="operator")
def clients(request: PortalRequest) -> HttpResponse:
    """The clients that the person serves, and how each of them is."""
    at = clock.now()
    served = desks.desk_of(request).served
    start, _end = counting.day_of(at)
    first = start.replace(day=1)
    moved = counting.days(served, since=min(first, start - WEEKS))
    loads = counting.loads(served, at=at)
    return render(request, "portal/clients.html", {"at": at, "clients": _healths(served, loads, moved, at=at)})


def _kinds(loads: Mapping[tuple[str, str], Load]) -> list[tuple[Kind, Load]]:
    by_kind = counting.summed(loads, lambda _client, kind: kind)
    return [(kind, by_kind.get(kind.code, Load())) for kind in KINDS.values()]


def _healths(
    served: Mapping[str, ClientInfo],
    loads: Mapping[tuple[str, str], Load],
    moved: Mapping[str, Mapping[date, Day]],
    *,
    at: datetime,
) -> list[Health]:
    """Every client served, those with most that is late first."""
    today = at.astimezone(TOKYO).date()
    by_client = counting.summed(loads, lambda client, _kind: client)
    found = [
        Health(
            client=client,
            load=by_client.get(code, Load()),
            today=counting.of_day(moved, code, today),
            month=counting.add_up(day for on, day in moved.get(code, {}).items() if on >= today.replace(day=1)),
            daily=[counting.of_day(moved, code, today - timedelta(days=ago)).received for ago in range(13, -1, -1)],
        )
        for code, client in served.items()
    ]
    return sorted(found, key=lambda one: (-one.load.late, -one.load.today, one.client.code))


def _arrivals(served: Mapping[str, ClientInfo], *, since: datetime) -> list[tuple[ClientInfo, Arrival]]:
    return [(served[one.client], one) for one in counting.arrivals(served, since=since)]


def _chart(loads: Mapping[tuple[str, str], Load]) -> dict[str, object]:
    """What is due by tonight at each stage: late, and still in time."""
    kinds = [(kind, load) for kind, load in _kinds(loads) if load.due]
    return {
        "kind": "stacked",
        "categories": [_(kind.label) for kind, _load in kinds],
        "series": [
            {"name": _("期限超過"), "values": [load.late for _kind, load in kinds], "tone": "trouble"},
            {"name": _("本日期限"), "values": [load.today for _kind, load in kinds], "tone": "attention"},
        ],
        "unit": _("件"),
        "category": _("作業"),
    }
