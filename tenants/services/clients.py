"""Companies: made, changed, opened and closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError
from django.utils.translation import gettext as _

from core import events, scope
from core.errors import Refused
from core.events import Actor, Happening
from tenants import queries, schemas
from tenants.models import Client, Domain, ServedClient
from tenants.services.access import note_access
from tenants.services.invitations import Guest, invite

RESERVED_CODES = frozenset({"www", "api", "admin", "static", "track", "mail", "health", "public", "operator"})
CHANGEABLE = frozenset({"name", "name_kana", "hue", "postcode", "address", "phone"})


def create_client(*, code: str, name: str, actor: Actor, at: datetime, **details: str | int | bool) -> Client:
    """Make a client: row, host, schema, role, grants and tables, in one transaction, or nothing at all.

    details: other fields of tenants.models.Client. Refused where the code is taken, reserved or not a host name.
    """
    _check_code(code)
    try:
        with scope.owner():
            version, spare = schemas.take_spare()
            client = Client(code=code, name=name, schema_name=scope.schema_of(code), schema_version=version, **details)
            # The row comes first: of two who want the same code the second waits here, and is refused.
            Client.objects.bulk_create([client])
            Domain.objects.bulk_create(
                [Domain(tenant=client, domain=f"{code}.{settings.BASE_DOMAIN}", is_primary=True)]
            )
            if spare:
                schemas.name_spare(spare, code)
            else:
                schemas.make(code, version)
            note_access(action="client.created", subject=code, client=code, actor=actor, at=at)
    except IntegrityError:
        raise Refused(
            _("取引先コード「%s」はすでに使われています。別のコードにしてください。") % code, code="taken", field="code"
        ) from None
    queries.forget_hosts()
    return client


def open_client(
    *,
    code: str,
    name: str,
    details: Mapping[str, str | int | bool],
    owner: Guest,
    teams: Iterable[int],
    actor: Actor,
    at: datetime,
) -> Client:
    """Make a client with all that it needs to begin: who serves it, what it starts with, and its owner's invitation.

    What a client starts with (promises, rates …) is set up by those who listen to `client.opened`. All or nothing.
    """
    with scope.operator():
        client = create_client(code=code, name=name, actor=actor, at=at, **details)
        ServedClient.objects.bulk_create([ServedClient(team_id=team, client_id=code) for team in sorted(set(teams))])
        with scope.client(code):
            events.publish([Happening("client.opened", "client", client.pk)], actor=actor, at=at)
            invite(owner, client=code, actor=actor, at=at)
    return client


def _check_code(code: str) -> None:
    if not scope.CODE.fullmatch(code) or code in RESERVED_CODES or code.startswith("spare-") or code.endswith("-"):
        raise Refused(
            _("取引先コード「%s」は使えません。英小文字で始まる2～30文字の英小文字・数字・ハイフンにしてください。")
            % code,
            code="bad_code",
            field="code",
        )


def change_client(code: str, changes: Mapping[str, str | int], *, actor: Actor, at: datetime) -> None:
    """Change what a client is called, where it is and how it looks. Raises ValueError for any other field."""
    if not changes.keys() <= CHANGEABLE:
        raise ValueError(f"Not to be changed here: {sorted(changes.keys() - CHANGEABLE)}")
    _update(code, changes, action="client.changed", actor=actor, at=at)


def require_second_factor(code: str, required: bool, *, actor: Actor, at: datetime) -> None:
    """Have a client's people log in with a second factor, or leave it to each of them."""
    _update(code, {"mfa_required": required}, action="client.second_factor", actor=actor, at=at)


def set_client_state(code: str, state: str, *, actor: Actor, at: datetime) -> None:
    """Open or close a client's door. Its data stays as it is."""
    _update(code, {"state": state}, action=f"client.{state}", actor=actor, at=at)


def go_live(code: str, live_at: datetime | None, *, actor: Actor, at: datetime) -> None:
    """Say from when the client is live; None: not yet. Mails begin then, with the orders from then on."""
    _update(code, {"live_at": live_at}, action="client.live", actor=actor, at=at)


def _update(code: str, changes: Mapping[str, object], *, action: str, actor: Actor, at: datetime) -> None:
    # A client's own role may read its company's row and not write it.
    with scope.operator():
        Client.objects.filter(code=code).update(**changes)
        note_access(action=action, subject=code, client=code, actor=actor, at=at, **_noted(changes))
    queries.forget_hosts()


def _noted(changes: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in changes.items()}
