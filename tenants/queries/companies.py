"""Companies and their hosts: what every request asks."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.conf import settings

from core import scope
from tenants.models import Client, ServedClient

CACHED_SECONDS = 10.0
UNKNOWN_SECONDS = 1.0


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
    _by_host[host] = (now + (CACHED_SECONDS if found else UNKNOWN_SECONDS), found)
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


def name_of(client: str) -> str:
    """The client's name; "" for the operator. Asked in the operator's scope, or in the client's own."""
    return Client.objects.filter(code=client).values_list("name", flat=True).first() or ""


def address_of(client: str, path: str = "/") -> str:
    """The full address of a page on the client's host; "" is the operator's."""
    host = f"{client}.{settings.BASE_DOMAIN}" if client else settings.BASE_DOMAIN
    port = "" if settings.PRODUCTION else f":{settings.SITE_PORT}"
    return f"{settings.SITE_SCHEME}://{host}{port}{path}"
