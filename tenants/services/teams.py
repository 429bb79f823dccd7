"""The operator's teams: who is in them and which clients they serve."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import Refused
from core.events import Actor
from tenants.models import Client, Membership, ServedClient, Team, TeamMember
from tenants.services.access import note_access


def create_team(*, code: str, name: str, actor: Actor, at: datetime) -> Team:
    """Make a team. Refused where the code is taken."""
    if Team.objects.filter(code=code).exists():
        raise Refused(_("チームコード「%s」はすでに使われています。") % code, code="taken", field="code")
    team = Team.objects.create(code=code, name=name)
    note_access(action="team.created", subject=code, client="", actor=actor, at=at)
    return team


def serve(team: Team, code: str) -> None:
    """Let the team serve the client."""
    ServedClient.objects.get_or_create(team=team, client_id=code)


def arrange_team(
    team_id: int, *, name: str, person_ids: Iterable[int], clients: Iterable[str], actor: Actor, at: datetime
) -> None:
    """Say who is in the team and whom it serves: the whole of both lists. Strangers are left out."""
    team = Team.objects.select_for_update().get(pk=team_id)
    staff = set(Membership.objects.filter(client="", person_id__in=set(person_ids)).values_list("person_id", flat=True))
    codes = set(Client.objects.filter(code__in=set(clients)).values_list("code", flat=True))
    Team.objects.filter(pk=team.pk).update(name=name)
    _members(team, staff)
    _served(team, codes)
    note_access(
        action="team.arranged",
        subject=team.code,
        client="",
        actor=actor,
        at=at,
        people=len(staff),
        clients=sorted(codes),
    )


def _members(team: Team, staff: set[int]) -> None:
    TeamMember.objects.filter(team=team).exclude(person_id__in=staff).delete()
    TeamMember.objects.bulk_create([TeamMember(team=team, person_id=pk) for pk in sorted(staff)], ignore_conflicts=True)


def _served(team: Team, codes: set[str]) -> None:
    ServedClient.objects.filter(team=team).exclude(client_id__in=codes).delete()
    ServedClient.objects.bulk_create(
        [ServedClient(team=team, client_id=code) for code in sorted(codes)], ignore_conflicts=True
    )


def remove_team(team_id: int, *, actor: Actor, at: datetime) -> None:
    """Dissolve a team; its people keep their roles and lose the clients that only this team served."""
    team = Team.objects.select_for_update().get(pk=team_id)
    note_access(action="team.removed", subject=team.code, client="", actor=actor, at=at)
    team.delete()
