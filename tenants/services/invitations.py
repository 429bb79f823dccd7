"""People come by invitation: a mail with a link that is good for 48 hours and for one person."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core import mailing, scope
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from tenants import queries
from tenants.models import Invitation, Membership, Person, TeamMember
from tenants.roles import ROLES, side_of
from tenants.secrecy import hashed
from tenants.services.access import note_access

GOOD_FOR = timedelta(hours=48)


@dataclass(frozen=True)
class Guest:
    """Whom to invite, and as what. team: the id of the operator's team they are to join, for the operator's people."""

    email: str
    name: str
    role: str
    team: int | None = None


def invite(guest: Guest, *, client: str, actor: Actor, at: datetime) -> Invitation:
    """Invite somebody to the company ("" for the operator) and have the mail sent.

    An invitation to the same address that is still open is replaced. Refused for somebody who is there already, and
    for a role that the company does not have.
    """
    if guest.role not in ROLES or ROLES[guest.role].side != side_of(client):
        raise Refused(
            _("その権限はこの会社にはありません。一覧から選んでください。"), code="no_such_role", field="role"
        )
    if Membership.objects.filter(client=client, person__email__iexact=guest.email).exists():
        raise Refused(_("{email} の方はすでに担当者です。").format(email=guest.email), code="member", field="email")
    _open(client).filter(email__iexact=guest.email).update(revoked_at=at)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        client=client,
        email=guest.email.lower(),
        name=guest.name,
        role=guest.role,
        team_id=guest.team,
        secret_hash=hashed(secret),
        invited_by=actor.name,
        created_at=at,
        expires_at=at + GOOD_FOR,
    )
    _mail(invitation, secret)
    note_access(action="invitation.sent", subject=guest.email, client=client, actor=actor, at=at, role=guest.role)
    return invitation


def send_again(invitation_id: int, *, client: str, actor: Actor, at: datetime) -> Invitation:
    """Send a new link for another 48 hours; the old link stops working."""
    old = _open(client).select_for_update(of=("self",)).filter(pk=invitation_id).first()
    if old is None:
        raise Refused(_("この招待はすでに使われたか、取り消されています。"), code="closed")
    guest = Guest(email=old.email, name=old.name, role=old.role, team=old.team_id)
    return invite(guest, client=client, actor=actor, at=at)


def revoke_invitations(invitation_ids: Iterable[int], *, client: str, actor: Actor, at: datetime) -> Outcome:
    """Take invitations back before they are accepted."""
    chosen = set(invitation_ids)
    found = {row.pk: row for row in _open(client).select_for_update(of=("self",)).filter(pk__in=chosen).order_by("pk")}
    Invitation.objects.filter(pk__in=found).update(revoked_at=at)
    for row in found.values():
        note_access(action="invitation.revoked", subject=row.email, client=client, actor=actor, at=at)
    closed = Refused(_("この招待はすでに使われたか、取り消されています。"), code="closed")
    return Outcome.of(found, dict.fromkeys(chosen - found.keys(), closed))


def accept(secret: str, *, name: str, password: str, at: datetime) -> Person:
    """Let the holder of the link in: a new person with this name and password, or one who has an account already.

    Of somebody who has an account (at another company) name and password stay as they are. The link proves the
    address. Refused, with what to do, where the link is unknown, used, taken back or too old.
    """
    invitation = queries.open_invitation(secret, at=at, lock=True)
    with scope.operator():  # a person belongs to no client, so that a client's role may not make one
        person = Person.objects.select_for_update().filter(email__iexact=invitation.email).first()
        if person is None:
            person = Person.objects.create_user(invitation.email, password, name=name)
        EmailAddress.objects.update_or_create(
            user=person, email=person.email, defaults={"verified": True, "primary": True}
        )
        Membership.objects.update_or_create(person=person, client=invitation.client, defaults={"role": invitation.role})
        if invitation.team_id is not None:
            TeamMember.objects.get_or_create(team_id=invitation.team_id, person=person)
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=at)
        actor = Actor("person", str(person.pk), person.name)
        note_access(action="invitation.accepted", subject=person.email, client=invitation.client, actor=actor, at=at)
    return person


def _open(client: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(client=client, accepted_at=None, revoked_at=None)


def _mail(invitation: Invitation, secret: str) -> None:
    company = queries.name_of(invitation.client)
    text = render_to_string(
        "tenants/mail/invitation.txt",
        {
            "invitation": invitation,
            "company": company,
            "role": ROLES[invitation.role].label,
            "url": queries.address_of(invitation.client, f"/account/invitation/{secret}"),
            "hours": int(GOOD_FOR.total_seconds() // 3600),
        },
    )
    subject = _("【受注代行ポータル】{company}のポータルへの招待").format(company=company or _("受注代行ポータル"))
    mailing.send(to=invitation.email, name=invitation.name, subject=subject, text=text)
