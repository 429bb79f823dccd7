"""What is asked about companies and people."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from core import scope
from core.errors import Refused
from tenants.models import ApiToken, Client, Invitation, Membership, Person, ServedClient
from tenants.secrecy import hashed

CACHED_SECONDS = 10.0


@dataclass(frozen=True)
class ClientInfo:
    """What a request needs to know of its client."""

    code: str
    name: str
    state: str
    hue: int
    timezone: str
    mfa_required: bool

    @property
    def is_active(self) -> bool:
        return self.state == Client.ACTIVE

    @property
    def host(self) -> str:
        return f"{self.code}.{settings.BASE_DOMAIN}"


_FIELDS = ("code", "name", "state", "hue", "timezone", "mfa_required")
_by_host: dict[str, tuple[float, ClientInfo | None]] = {}


def client_of_host(host: str) -> ClientInfo | None:
    """The client that `host` (lower case, no port) leads to; None for a stranger. Remembered for ten seconds."""
    known = _by_host.get(host)
    now = time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    with scope.operator():
        row = Client.objects.filter(domains__domain=host).values(*_FIELDS).first()
    found = ClientInfo(**row) if row else None
    if len(_by_host) > 10_000:
        _by_host.clear()
    _by_host[host] = (now + CACHED_SECONDS, found)
    return found


def forget_hosts() -> None:
    """Drop what this process remembers of hosts; called where a client changes."""
    _by_host.clear()


def client_of_code(code: str) -> ClientInfo | None:
    """The client with that code. Asked in the operator's scope, or in the client's own."""
    row = Client.objects.filter(code=code).values(*_FIELDS).first()
    return ClientInfo(**row) if row else None


def all_clients() -> list[ClientInfo]:
    """Every client, by code. Asked in the operator's scope."""
    return [ClientInfo(**row) for row in Client.objects.values(*_FIELDS).order_by("code")]


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


def served_by(person_id: int, role: str) -> list[ClientInfo]:
    """The clients that the person's teams serve; an administrator sees all. Asked in the operator's scope."""
    clients = Client.objects.values(*_FIELDS).order_by("code")
    if role != "admin":
        served = ServedClient.objects.filter(team__members__person_id=person_id)
        clients = clients.filter(code__in=served.values("client"))
    return [ClientInfo(**row) for row in clients]


def served_client(person_id: int, role: str, code: str) -> ClientInfo | None:
    """The client `code`, where one of the person's teams serves it (an administrator serves all); else None."""
    clients = Client.objects.filter(code=code)
    if role != "admin":
        clients = clients.filter(servedclient__team__members__person_id=person_id)
    row = clients.values(*_FIELDS).first()
    return ClientInfo(**row) if row else None


def client_roles(client: str) -> dict[int, str]:
    """The role of every person of the client, by person id."""
    return dict(Membership.objects.filter(client=client).values_list("person_id", "role"))


def name_of(client: str) -> str:
    """The client's name; "" for the operator. Asked in the operator's scope, or in the client's own."""
    return Client.objects.filter(code=client).values_list("name", flat=True).first() or ""


def address_of(client: str, path: str = "/") -> str:
    """The full address of a page on the client's host; "" is the operator's."""
    host = f"{client}.{settings.BASE_DOMAIN}" if client else settings.BASE_DOMAIN
    port = "" if settings.PRODUCTION else f":{settings.SITE_PORT}"
    return f"{settings.SITE_SCHEME}://{host}{port}{path}"


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


def token_of(secret: str, *, at: datetime) -> ApiToken | None:
    """The token of the client in scope with that secret, where it is in force at `at`.

    It is found by its hash, so that how long the answer takes says nothing about the secret.
    """
    digest = hashed(secret)
    token = ApiToken.objects.filter(
        secret_hash=digest, client=scope.current().client or "", revoked_at=None, expires_at__gt=at
    ).first()
    return token if token is not None and hmac.compare_digest(token.secret_hash, digest) else None
