"""キュー: what there is to do, and who takes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused
from operations import services
from operations.kinds import KINDS
from operations.pages import desk as desks
from operations.pages.desk import Desk, back_to, queue_url, tell
from operations.queries import counting, people, queue
from operations.queries.queue import LATE, MINE, OTHERS, TODAY, UNDATED, Wish
from tenants.doors import PortalRequest, page
from tenants.roles import Permission

COUNT_LIMIT = 10_000
MOST_SELECTED = 2_000


class FilterForm(forms.Form):
    """What the queue can be narrowed to, besides kind and text."""

    client = forms.ChoiceField(label=gettext_lazy("取引先"), required=False)
    due = forms.ChoiceField(
        label=gettext_lazy("期限"),
        required=False,
        choices=[
            ("", gettext_lazy("すべて")),
            (LATE, gettext_lazy("期限超過")),
            (TODAY, gettext_lazy("本日まで")),
            (UNDATED, gettext_lazy("期限なし")),
        ],
    )
    held = forms.ChoiceField(
        label=gettext_lazy("担当"),
        required=False,
        choices=[
            ("", gettext_lazy("未着手")),
            (MINE, gettext_lazy("自分")),
            (OTHERS, gettext_lazy("ほかの人")),
        ],
    )

    def __init__(self, query: QueryDict, desk: Desk) -> None:
        super().__init__(query)
        choices = [("", _("すべて")), *((one.code, one.name) for one in desk.served.values())]
        self.fields["client"].choices = choices  # type: ignore[attr-defined]


def wish_of(query: QueryDict, desk: Desk) -> tuple[Wish, FilterForm]:
    """What an address asks for, within what the person may see."""
    form = FilterForm(query, desk)
    form.is_valid()
    clean = form.cleaned_data
    return (
        Wish(
            clients=desk.wanted_clients,
            kinds=desk.wanted_kinds,
            due=clean.get("due", ""),
            held=clean.get("held", ""),
            text=query.get("q", "").strip(),
        ),
        form,
    )


@page(Permission.WORK_QUEUE, side="operator")
def show(request: PortalRequest) -> HttpResponse:
    """The list, what the person has on their desk, and the button that gives them the next item."""
    at = clock.now()
    desk = desks.desk_of(request, kind=request.GET.get("kind", ""), client=request.GET.get("client", ""))
    wish, form = wish_of(request.GET, desk)
    loads = counting.loads(desk.served, at=at)
    found = queue.page(
        wish,
        desk.served,
        person_id=request.person.pk,
        at=at,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    total = queue.matching(wish, person_id=request.person.pk, at=at)[: COUNT_LIMIT + 1].count()
    return render(
        request,
        "operations/queue.html",
        {
            "page": found,
            "total": min(total, COUNT_LIMIT),
            "beyond": total > COUNT_LIMIT,
            "form": form,
            "wish": wish,
            "desk": desk,
            "kinds": _tabs(request, desk, loads),
            "load": counting.total(load for (client, kind), load in loads.items() if _covers(desk, client, kind)),
            "mine": queue.mine(request.person.pk, desk.served),
            "workers": people.workers() if Permission.REASSIGN_WORK in request.permissions else [],
            "narrowed": bool(desk.kind or desk.client or wish.due or wish.held or wish.text),
        },
    )


def _covers(desk: Desk, client: str, kind: str) -> bool:
    return kind in desk.wanted_kinds and client in desk.wanted_clients


def _tabs(request: PortalRequest, desk: Desk, loads: dict[tuple[str, str], counting.Load]) -> list[dict[str, Any]]:
    """Everything, then each kind that the person may do, with how much of it there is."""
    mine = {key: load for key, load in loads.items() if key[0] in desk.wanted_clients and key[1] in desk.kinds}
    by_kind = counting.summed(mine, lambda _client, kind: kind)
    tabs = [_tab(request, "", _("すべて"), counting.total(mine.values()), active=not desk.kind)]
    for code in desk.kinds:
        load = by_kind.get(code, counting.Load())
        tabs.append(_tab(request, code, _(KINDS[code].label), load, active=desk.kind == code))
    return tabs


def _tab(request: PortalRequest, kind: str, label: str, load: counting.Load, *, active: bool) -> dict[str, Any]:
    query = request.GET.copy()
    for name in ("after", "before", "kind"):
        query.pop(name, None)
    if kind:
        query["kind"] = kind
    return {"label": label, "load": load, "url": f"?{query.urlencode()}", "active": active}


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def claim_next(request: PortalRequest) -> HttpResponse:
    """次の作業: claim what comes first of what the person chose, and open it."""
    desk = desks.desk_of(request, kind=request.POST.get("kind", ""), client=request.POST.get("client", ""))
    desks.choose(request, desk)
    return desks.next_item(request, desk)


def selected(request: PortalRequest, desk: Desk) -> list[int]:
    """The items that a form names, or with all=1 those that the queue's filters let through."""
    if request.POST.get("all") == "1":
        narrowed = desks.desk_of(request, kind=request.GET.get("kind", ""), client=request.GET.get("client", ""))
        wish, _form = wish_of(request.GET, narrowed)
        items = queue.matching(wish, person_id=request.person.pk, at=clock.now()).order_by("rank", "id")
        return list(items.values_list("pk", flat=True)[:MOST_SELECTED])
    keys = [int(value) for value in request.POST.getlist("selected") if value.isdigit()]
    if not keys:
        raise Refused(_("作業を選んでください。"), code="nothing_selected")
    return keys


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def take(request: PortalRequest) -> HttpResponse:
    """Claim the chosen items; a lead takes them over from others too."""
    desk = desks.desk_of(request)
    outcome = services.take(
        selected(request, desk),
        clients=desk.served,
        actor=request.actor,
        at=clock.now(),
        from_others=_leads(request) and request.POST.get("over") == "1",
    )
    tell(request, outcome, _("%(count)s件を自分の担当にしました。"))
    return back_to(request, queue_url(desk))


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def give_back(request: PortalRequest) -> HttpResponse:
    """Put the chosen items back into the pool; a lead those of others too."""
    desk = desks.desk_of(request)
    keys = selected(request, desk)
    outcome = services.give_back(
        keys, clients=desk.served, actor=request.actor, at=clock.now(), of_others=_leads(request)
    )
    tell(request, outcome, _("%(count)s件をキューに戻しました。"))
    return back_to(request, queue_url(desk))


@page(Permission.WORK_QUEUE, methods=("POST",), side="operator")
def leave(request: PortalRequest) -> HttpResponse:
    """作業を終える: put back everything that the person holds."""
    desk = desks.desk_of(request)
    keys = [row.pk for row in queue.mine(request.person.pk, desk.served, limit=MOST_SELECTED)]
    outcome = services.give_back(keys, clients=desk.served, actor=request.actor, at=clock.now())
    tell(request, outcome, _("担当していた%(count)s件をキューに戻しました。お疲れさまでした。"))
    return back_to(request, queue_url(desk))


@page(Permission.REASSIGN_WORK, methods=("POST",), side="operator")
def reassign(request: PortalRequest) -> HttpResponse:
    """Give the chosen items to somebody."""
    desk = desks.desk_of(request)
    chosen = request.POST.get("to", "")
    to = people.worker(int(chosen)) if chosen.isdigit() else None
    if to is None:
        raise Refused(_("だれに割り当てるかを選んでください。"), code="nobody", field="to")
    outcome = services.reassign(
        selected(request, desk), clients=desk.served, to=to, actor=request.actor, at=clock.now()
    )
    tell(request, outcome, _("%(count)s件を割り当てました。"))
    return back_to(request, queue_url(desk))


@page(Permission.REASSIGN_WORK, methods=("POST",), side="operator")
def prioritise(request: PortalRequest) -> HttpResponse:
    """Put the chosen items before all others, or back in line."""
    desk = desks.desk_of(request)
    urgent = request.POST.get("priority") == "1"
    outcome = services.prioritise(
        selected(request, desk), clients=desk.served, priority=int(urgent), actor=request.actor, at=clock.now()
    )
    said = _("%(count)s件を最優先にしました。") if urgent else _("%(count)s件を通常の順番に戻しました。")
    tell(request, outcome, said)
    return back_to(request, queue_url(desk))


def _leads(request: PortalRequest) -> bool:
    return Permission.REASSIGN_WORK in request.permissions
