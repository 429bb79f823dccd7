"""The operator's administration: clients, staff and teams."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from tenants import queries, services
from tenants.doors import PortalRequest, page
from tenants.models import Client
from tenants.pages.forms import ClientForm, CompanyForm, NewTeamForm, TeamForm
from tenants.pages.sections import show
from tenants.pages.settings import COMPANY_FIELDS
from tenants.roles import Permission
from tenants.services import Guest


@page(Permission.VIEW_ROLES, side="operator")
def overview(request: PortalRequest) -> HttpResponse:
    """The way into every part of the administration."""
    clients, spares = queries.count_companies()
    people, without = queries.count_people("")
    context = {"clients": clients, "spares": spares, "people": people, "without": without, "teams": queries.teams()}
    return show(request, "tenants/admin/overview.html", context)


@page(Permission.MANAGE_CLIENTS, side="operator")
def clients(request: PortalRequest) -> HttpResponse:
    """Every client: who serves it, and whether its door is open."""
    found = queries.companies(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return show(request, "tenants/admin/clients.html", {"page": found, "total": queries.count_companies()[0]})


@page(Permission.MANAGE_CLIENTS, methods=("GET", "POST"), side="operator")
def new_client(request: PortalRequest) -> HttpResponse:
    """A new client, from its name to the invitation of its first owner."""
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            client = _open(request, form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("%sを作成し、管理者へ招待メールを送りました。") % client.name)
            return HttpResponseRedirect(reverse("admin:client", args=[client.code]))
    status = 422 if form.errors else 200
    return show(request, "tenants/admin/new_client.html", {"form": form, "example": queries.address_of("aoba")}, status)


def _open(request: PortalRequest, form: ClientForm) -> Client:
    given = form.cleaned_data
    return services.open_client(
        code=given["code"],
        name=given["name"],
        details={name: given[name] for name in COMPANY_FIELDS if name != "name"},
        owner=Guest(email=given["owner_email"], name=given["owner_name"], role="owner"),
        teams=given["teams"],
        actor=request.actor,
        at=clock.now(),
    )


@page(Permission.MANAGE_CLIENTS, methods=("GET", "POST"), side="operator")
def client(request: PortalRequest, code: str) -> HttpResponse:
    """One client: its company, its door, and what is left to do before it goes live."""
    found, record = queries.company(code), queries.client_record(code)
    if found is None or record is None:
        raise Http404
    initial = {name: getattr(record, name) for name in COMPANY_FIELDS}
    form = CompanyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_client(code, form.cleaned_data, actor=request.actor, at=clock.now())
        messages.success(request, _("会社情報を保存しました。"))
        return HttpResponseRedirect(request.path)
    context = {
        "client": found,
        "record": record,
        "form": form,
        "address": queries.address_of(code),
        "invitations": queries.invitations_of(code, at=clock.now()),
        "steps": _steps(found),
    }
    return show(request, "tenants/admin/client.html", context, 422 if form.errors else 200)


def _steps(found: queries.Company) -> list[dict[str, object]]:
    """What has to be there before work begins, and which of it is next."""
    wanted = [
        (_("取引先を作成"), True, ""),
        (_("管理者が招待を受ける"), found.people > 0, _("招待メールは48時間有効です")),
        (_("担当チームを決める"), bool(found.teams), "、".join(found.teams)),
    ]
    first_open = next((n for n, (_label, done, _note) in enumerate(wanted) if not done), len(wanted))
    states = ["done" if done else "now" if n == first_open else "next" for n, (_l, done, _n) in enumerate(wanted)]
    return [
        {"label": label, "state": state, "note": note}
        for (label, _done, note), state in zip(wanted, states, strict=True)
    ]


@page(Permission.MANAGE_CLIENTS, methods=("POST",), side="operator")
def switch(request: PortalRequest, code: str) -> HttpResponse:
    """Open or close a client's door."""
    if queries.company(code) is None:
        raise Http404
    state = Client.ACTIVE if request.POST.get("state") == Client.ACTIVE else Client.INACTIVE
    services.set_client_state(code, state, actor=request.actor, at=clock.now())
    said = _("ポータルを再開しました。") if state == Client.ACTIVE else _("ポータルを停止しました。")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:client", args=[code]))


@page(Permission.MANAGE_STAFF, side="operator")
def teams(request: PortalRequest) -> HttpResponse:
    """The teams, their people, and whom they serve."""
    return show(request, "tenants/admin/teams.html", {"teams": queries.teams()})


@page(Permission.MANAGE_STAFF, methods=("GET", "POST"), side="operator")
def new_team(request: PortalRequest) -> HttpResponse:
    """A team that does not exist yet."""
    form = NewTeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            team = services.create_team(code=given["code"], name=given["name"], actor=request.actor, at=at)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            return _arranged(request, team.pk, form)
    return show(request, "tenants/admin/team.html", {"form": form}, 422 if form.errors else 200)


@page(Permission.MANAGE_STAFF, methods=("GET", "POST"), side="operator")
def team(request: PortalRequest, pk: int) -> HttpResponse:
    """One team: who is in it and whom it serves."""
    found = queries.team_of(pk)
    if found is None:
        raise Http404
    team, people, served = found
    form = TeamForm(request.POST or None, initial={"name": team.name, "people": people, "clients": served})
    if request.method == "POST" and form.is_valid():
        return _arranged(request, pk, form)
    return show(request, "tenants/admin/team.html", {"form": form, "team": team}, 422 if form.errors else 200)


def _arranged(request: PortalRequest, pk: int, form: TeamForm) -> HttpResponse:
    given = form.cleaned_data
    services.arrange_team(
        pk,
        name=given["name"],
        person_ids=given["people"],
        clients=given["clients"],
        actor=request.actor,
        at=clock.now(),
    )
    messages.success(request, _("チーム「%s」を保存しました。") % given["name"])
    return HttpResponseRedirect(reverse("admin:teams"))


@page(Permission.MANAGE_STAFF, methods=("POST",), side="operator")
def remove_team(request: PortalRequest, pk: int) -> HttpResponse:
    """Dissolve a team."""
    if queries.team_of(pk) is None:
        raise Http404
    services.remove_team(pk, actor=request.actor, at=clock.now())
    messages.success(request, _("チームを解散しました。"))
    return HttpResponseRedirect(reverse("admin:teams"))
