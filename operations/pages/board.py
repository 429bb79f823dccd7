"""当日ボード: will we make today's cut-offs, and what to move."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from core import clock
from operations.kinds import KINDS
from operations.pages import desk as desks
from operations.queries import board, counting
from tenants.doors import PortalRequest, page
from tenants.roles import Permission


@page(Permission.WORK_QUEUE, side="operator")
def show(request: PortalRequest) -> HttpResponse:
    """The board of the clients that the person serves."""
    at = clock.now()
    desk = desks.desk_of(request)
    found = board.board(desk.served, at=at)
    rows = [
        {
            "client": client,
            "loads": [(kind, found.by_client.get(code, {}).get(kind.code, counting.Load())) for kind in KINDS.values()],
            "total": counting.total(found.by_client.get(code, {}).values()),
        }
        for code, client in desk.served.items()
    ]
    return render(
        request,
        "operations/board.html",
        {
            "board": found,
            "rows": sorted(rows, key=_urgency),
            "kinds": KINDS.values(),
            "holders": counting.holders(desk.served, at=at),
            "at": at,
        },
    )


def _urgency(row: dict[str, object]) -> tuple[int, int]:
    total = row["total"]
    assert isinstance(total, counting.Load)
    return (-total.late, -total.due)
