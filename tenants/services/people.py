"""People at a company: their roles, their leaving, their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from tenants.models import Membership, Person, Session, TeamMember
from tenants.roles import ROLES, side_of
from tenants.services.access import note_access

# Somebody has to be left who can let others in.
KEEPERS = {"client": "owner", "operator": "admin"}


def add_member(person: Person, *, client: str, role: str) -> Membership:
    """Give the person a role at the client ("" for the operator), or change the one they have."""
    membership, _created = Membership.objects.update_or_create(person=person, client=client, defaults={"role": role})
    return membership


def change_role(person_ids: Iterable[int], *, client: str, role: str, actor: Actor, at: datetime) -> Outcome:
    """Give people of the company another of its roles. The last owner (administrator) is refused."""
    if role not in ROLES or ROLES[role].side != side_of(client):
        raise Refused(
            _("その権限はこの会社にはありません。一覧から選んでください。"), code="no_such_role", field="role"
        )
    members = _lock(client)
    done, refused = _sift(members, set(person_ids), leaves=role != KEEPERS[side_of(client)])
    Membership.objects.filter(pk__in=[members[pk].pk for pk in done]).update(role=role)
    for pk in done:
        _note("member.role_changed", members[pk], actor=actor, at=at, before=members[pk].role, after=role)
    return Outcome.of(done, refused)


def remove_members(person_ids: Iterable[int], *, client: str, actor: Actor, at: datetime) -> Outcome:
    """Shut people out of the company: no role, no team, no session here. The last owner (administrator) is refused.

    What they did stays in the record under their name, and what they are at other companies is not touched.
    """
    members = _lock(client)
    done, refused = _sift(members, set(person_ids), leaves=True)
    Membership.objects.filter(pk__in=[members[pk].pk for pk in done]).delete()
    if client == "":
        TeamMember.objects.filter(person_id__in=done).delete()
    for pk in done:
        end_sessions(pk, client=client)
        _note("member.removed", members[pk], actor=actor, at=at)
    return Outcome.of(done, refused)


def end_sessions(person_id: int, *, client: str) -> int:
    """Log the person out of the company's host everywhere; returns how many sessions that were."""
    keys = UserSession.objects.filter(user_id=person_id).values("session_key")
    ended, _by_table = Session.objects.filter(client=client, session_key__in=keys).delete()
    return ended


def reset_second_factor(person_id: int, *, client: str, actor: Actor, at: datetime) -> None:
    """Take away the person's second factors, after they lost them, and log them out here.

    Where the company asks for one, they set it up anew with the next log-in.
    """
    member = Membership.objects.select_related("person").get(client=client, person_id=person_id)
    Authenticator.objects.filter(user_id=person_id).delete()
    end_sessions(person_id, client=client)
    _note("member.second_factor_reset", member, actor=actor, at=at)


def _lock(client: str) -> dict[int, Membership]:
    """Every membership of the company, locked, by person: two owners who remove each other come one after the other."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("person").filter(client=client)
    return {row.person_id: row for row in rows.order_by("pk")}


def _sift(members: dict[int, Membership], chosen: set[int], *, leaves: bool) -> tuple[list[int], dict[int, Refused]]:
    """Which of the chosen may lose (`leaves`) or change their role, so that a keeper is left."""
    refused = {pk: Refused(_("この担当者は一覧にいません。"), code="not_a_member") for pk in chosen - members.keys()}
    known = sorted(chosen & members.keys())
    keepers = {pk for pk, row in members.items() if row.role in KEEPERS.values()}
    if leaves and keepers and keepers <= chosen:
        last = max(keepers)
        refused[last] = Refused(
            _("{name}さんは最後の管理者です。先に別の方を管理者にしてください。").format(
                name=members[last].person.name
            ),
            code="last_owner",
        )
    return [pk for pk in known if pk not in refused], refused


def _note(action: str, member: Membership, *, actor: Actor, at: datetime, **data: object) -> None:
    note_access(action=action, subject=member.person.email, client=member.client, actor=actor, at=at, **data)
