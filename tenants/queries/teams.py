"""The operator's companies, teams and who serves whom, as the administration shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from core.paging import Page, page_of
from tenants.models import Client, Membership, ServedClient, SpareSchema, Team, TeamMember

COMPANY_ROWS = 50


@dataclass(frozen=True)
class TeamRow:
    """A team: its people's names and its clients' names."""

    pk: int
    code: str
    name: str
    people: tuple[str, ...]
    clients: tuple[str, ...]


def teams() -> list[TeamRow]:
    """Every team, by name: three queries."""
    people: dict[int, tuple[str, ...]] = {}
    for team, name in TeamMember.objects.order_by("pk").values_list("team_id", "person__name"):
        people[team] = (*people.get(team, ()), name)
    clients: dict[int, tuple[str, ...]] = {}
    for team, name in ServedClient.objects.order_by("client__code").values_list("team_id", "client__name"):
        clients[team] = (*clients.get(team, ()), name)
    return [
        TeamRow(row.pk, row.code, row.name, people.get(row.pk, ()), clients.get(row.pk, ()))
        for row in Team.objects.order_by("name", "pk")
    ]


def team_of(pk: int) -> tuple[Team, list[int], list[str]] | None:
    """A team with the ids of its people and the codes of its clients; None where there is none."""
    team = Team.objects.filter(pk=pk).first()
    if team is None:
        return None
    people = list(TeamMember.objects.filter(team=team).values_list("person_id", flat=True))
    return team, people, list(ServedClient.objects.filter(team=team).values_list("client__code", flat=True))


def staff_choices() -> list[tuple[int, str]]:
    """The operator's people, for choosing: id and name."""
    return list(Membership.objects.filter(client="").order_by("person__name").values_list("person_id", "person__name"))


def team_choices() -> list[tuple[int, str]]:
    """The teams, for choosing: id and name."""
    return list(Team.objects.order_by("name").values_list("pk", "name"))


def client_choices() -> list[tuple[str, str]]:
    """The clients, for choosing: code and name."""
    return list(Client.objects.order_by("code").values_list("code", "name"))


@dataclass(frozen=True)
class Company:
    """A client as the administration lists it."""

    code: str
    name: str
    hue: int
    is_active: bool
    people: int
    teams: tuple[str, ...]
    created_at: datetime


def companies(*, after: str = "", before: str = "") -> Page[Company]:
    """Every client, by code, with how many people it has and who serves it: three queries."""
    found = page_of(Client.objects.all(), order=("code",), after=after, before=before, size=COMPANY_ROWS)
    codes = [row.code for row in found.rows]
    counted = Membership.objects.filter(client__in=codes).values_list("client").annotate(Count("pk"))
    people: dict[str, int] = dict(counted)
    serving = _serving(codes)
    return Page([_company(row, people, serving) for row in found.rows], after=found.after, before=found.before)


def company(code: str) -> Company | None:
    """One client, as the administration lists it; None where there is none."""
    row = Client.objects.filter(code=code).first()
    if row is None:
        return None
    return _company(row, {code: Membership.objects.filter(client=code).count()}, _serving([code]))


def client_record(code: str) -> Client | None:
    """The client's own row, for the form that changes it. Asked in the operator's scope, or in the client's own."""
    found: Client | None = Client.objects.filter(code=code).first()
    return found


def _serving(codes: list[str]) -> dict[str, tuple[str, ...]]:
    serving: dict[str, tuple[str, ...]] = {}
    rows = ServedClient.objects.filter(client_id__in=codes).order_by("team__name")
    for code, name in rows.values_list("client__code", "team__name"):
        serving[code] = (*serving.get(code, ()), name)
    return serving


def _company(row: Client, people: dict[str, int], serving: dict[str, tuple[str, ...]]) -> Company:
    return Company(
        code=row.code,
        name=row.name,
        hue=row.hue,
        is_active=row.state == Client.ACTIVE,
        people=people.get(row.code, 0),
        teams=serving.get(row.code, ()),
        created_at=row.created_at,
    )


def count_companies() -> tuple[int, int]:
    """How many clients there are, and how many schemas wait ready for new ones."""
    return Client.objects.count(), SpareSchema.objects.count()
