"""People at a company: who they are, what they may do, how they come and go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import scope
from core.errors import Refused
from core.paging import Page, page_of
from tenants.models import Invitation, Membership, Person, Team, TeamMember
from tenants.roles import ROLES, Permission, holders
from tenants.secrecy import hashed

PEOPLE_ROWS = 50
SECOND_FACTORS = ["totp", "webauthn"]


def member(person_id: int) -> Person | None:
    """The person as one of the people of the company whose scope is in force, with `role_here`; None for a stranger.

    In a client's scope the company is that client, elsewhere the operator. Somebody who was shut out is a stranger.
    """
    company = scope.current().client or ""
    people = Person.objects.filter(pk=person_id, is_active=True, memberships__client=company)
    person = people.annotate(role_at=F("memberships__role")).first()
    if person is not None:
        person.role_here = person.role_at
    return person


def role_of(person_id: int, client: str) -> str:
    """The person's role at the client ("" for the operator); "" where there is none."""
    found = Membership.objects.filter(person_id=person_id, client=client).values_list("role", flat=True).first()
    return found or ""


def client_roles(client: str) -> dict[int, str]:
    """The role of every person of the client, by person id."""
    return dict(Membership.objects.filter(client=client).values_list("person_id", "role"))


def open_invitation(secret: str, *, at: datetime, lock: bool = False) -> Invitation:
    """The invitation to the company in scope whose link carries `secret`.

    Refused, with what to do, where there is none, or where it is used, taken back or older than 48 hours.
    """
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects
    found = rows.filter(secret_hash=hashed(secret), client=scope.current().client or "").first()
    if found is None or found.revoked_at is not None:
        raise Refused(_("この招待は無効です。招待した方に、もう一度招待を依頼してください。"), code="no_invitation")
    if found.accepted_at is not None:
        raise Refused(_("この招待はすでに使われています。ログインしてください。"), code="used")
    if found.expires_at <= at:
        raise Refused(
            _("この招待は期限（48時間）が過ぎています。招待した方に、もう一度招待を依頼してください。"), code="expired"
        )
    return found


def has_account(email: str) -> bool:
    """Whether there is a person with that address, at whatever company. For the holder of an invitation only."""
    with scope.operator():
        return Person.objects.filter(email__iexact=email).exists()


@dataclass(frozen=True)
class Reader:
    """Somebody to whom something is written, in their language."""

    person_id: int
    name: str
    email: str
    language: str


def people_with(client: str, permission: Permission) -> list[Reader]:
    """The client's people who have the permission. Asked in the operator's scope, or in the client's own."""
    return _readers(Membership.objects.filter(client=client), permission)


def staff_with(client: str, permission: Permission) -> list[Reader]:
    """The operator's people who have the permission and whose teams serve the client. In the operator's scope."""
    serving = TeamMember.objects.filter(team__serves__client__code=client).values("person_id")
    return _readers(Membership.objects.filter(client="", person__in=serving), permission)


def _readers(members: QuerySet[Membership], permission: Permission) -> list[Reader]:
    roles = [role.key for role in holders(permission)]
    rows = members.filter(role__in=roles, person__is_active=True).order_by("person_id")
    return [Reader(*row) for row in rows.values_list("person_id", "person__name", "person__email", "person__language")]


@dataclass(frozen=True)
class Colleague:
    """A person of a company, as the list of people shows them."""

    pk: int
    name: str
    email: str
    role: str
    role_label: str | Promise
    has_second_factor: bool
    last_login: datetime | None
    teams: tuple[str, ...] = ()


def people_of(client: str, *, after: str = "", before: str = "") -> Page[Colleague]:
    """The people of the company ("" for the operator), in the order of their coming."""
    factor = Authenticator.objects.filter(user_id=OuterRef("person_id"), type__in=SECOND_FACTORS)
    rows = Membership.objects.filter(client=client).select_related("person").annotate(has_factor=Exists(factor))
    found = page_of(rows, order=("id",), after=after, before=before, size=PEOPLE_ROWS)
    teams = _teams_of([row.person_id for row in found.rows]) if client == "" else {}
    return Page([_colleague(row, teams) for row in found.rows], after=found.after, before=found.before)


def _colleague(row: Membership, teams: dict[int, tuple[str, ...]]) -> Colleague:
    return Colleague(
        pk=row.person_id,
        name=row.person.name,
        email=row.person.email,
        role=row.role,
        role_label=ROLES[row.role].label if row.role in ROLES else row.role,
        has_second_factor=row.has_factor,  # type: ignore[attr-defined]
        last_login=row.person.last_login,
        teams=teams.get(row.person_id, ()),
    )


def _teams_of(person_ids: list[int]) -> dict[int, tuple[str, ...]]:
    teams: dict[int, tuple[str, ...]] = {}
    rows = Team.objects.filter(members__person_id__in=person_ids).order_by("name")
    for person_id, name in rows.values_list("members__person_id", "name"):
        if person_id in person_ids:
            teams[person_id] = (*teams.get(person_id, ()), name)
    return teams


def colleague(client: str, person_id: int) -> Colleague | None:
    """One of the company's people; None for a stranger."""
    factor = Authenticator.objects.filter(user_id=OuterRef("person_id"), type__in=SECOND_FACTORS)
    rows = Membership.objects.filter(client=client, person_id=person_id).select_related("person")
    row = rows.annotate(has_factor=Exists(factor)).first()
    return _colleague(row, _teams_of([person_id]) if client == "" else {}) if row else None


def count_people(client: str) -> tuple[int, int]:
    """How many people the company has, and how many of them log in without a second factor."""
    factor = Authenticator.objects.filter(user_id=OuterRef("person_id"), type__in=SECOND_FACTORS)
    rows = Membership.objects.filter(client=client).annotate(has_factor=Exists(factor))
    counted = rows.aggregate(people=Count("pk"), without=Count("pk", filter=Q(has_factor=False)))
    return counted["people"], counted["without"]


def names_by_role(client: str) -> dict[str, list[str]]:
    """The names of the company's people, by role."""
    names: dict[str, list[str]] = {}
    for role, name in Membership.objects.filter(client=client).order_by("pk").values_list("role", "person__name"):
        names.setdefault(role, []).append(name)
    return names


@dataclass(frozen=True)
class Invited:
    """An invitation that nobody has answered yet."""

    pk: int
    name: str
    email: str
    role_label: str | Promise
    invited_by: str
    expires_at: datetime
    is_expired: bool


def invitations_of(client: str, *, at: datetime) -> list[Invited]:
    """The company's invitations that are neither accepted nor taken back, the newest first; at most a hundred."""
    rows = Invitation.objects.filter(client=client, accepted_at=None, revoked_at=None).order_by("-pk")[:100]
    return [
        Invited(
            pk=row.pk,
            name=row.name,
            email=row.email,
            role_label=ROLES[row.role].label if row.role in ROLES else row.role,
            invited_by=row.invited_by,
            expires_at=row.expires_at,
            is_expired=row.expires_at <= at,
        )
        for row in rows
    ]
