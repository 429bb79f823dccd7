"""Companies: made, changed, closed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from core import scope
from core.errors import Refused
from core.events import Actor
from tenants import queries, schemas
from tenants.models import AccessLog, Client, Domain, Membership, Person, ServedClient, Team

RESERVED_CODES = frozenset({"www", "api", "admin", "static", "track", "mail", "health", "public", "operator"})


def create_client(*, code: str, name: str, actor: Actor, at: datetime, **details: str | int | bool) -> Client:
    """Make a client: row, host, schema, role, grants and tables, in one transaction, or nothing at all.

    details: other fields of tenants.models.Client. Refused where the code is taken, reserved or not a host name.
    """
    _check_code(code)
    with scope.owner():
        if Client.objects.filter(code=code).exists():
            raise Refused(
                _("取引先コード「%s」はすでに使われています。別のコードにしてください。") % code,
                code="taken",
                field="code",
            )
        version = schemas.adopt_spare(code)
        if version is None:
            version = schemas.make(code)
        client = Client(code=code, name=name, schema_name=scope.schema_of(code), schema_version=version, **details)
        client.save(force_insert=True)
        Domain(tenant=client, domain=f"{code}.{settings.BASE_DOMAIN}", is_primary=True).save(force_insert=True)
        note_access(action="client.created", subject=code, client=code, actor=actor, at=at)
    queries.forget_hosts()
    return client


def _check_code(code: str) -> None:
    if not scope.CODE.fullmatch(code) or code in RESERVED_CODES or code.startswith("spare-") or code.endswith("-"):
        raise Refused(
            _("取引先コード「%s」は使えません。英小文字で始まる2～30文字の英小文字・数字・ハイフンにしてください。")
            % code,
            code="bad_code",
            field="code",
        )


def set_client_state(code: str, state: str, *, actor: Actor, at: datetime) -> None:
    """Open or close a client's door. Its data stays as it is."""
    with scope.operator():
        Client.objects.filter(code=code).update(state=state)
        note_access(action=f"client.{state}", subject=code, client=code, actor=actor, at=at)
    queries.forget_hosts()


def add_member(person: Person, *, client: str, role: str) -> Membership:
    """Give the person a role at the client ("" for the operator), or change the one they have."""
    membership, _created = Membership.objects.update_or_create(person=person, client=client, defaults={"role": role})
    return membership


def serve(team: Team, code: str) -> None:
    """Let the team serve the client."""
    ServedClient.objects.get_or_create(team=team, client_id=code)


def note_access(
    *, action: str, subject: str, client: str, actor: Actor, at: datetime, ip: str | None = None, **data: object
) -> None:
    """Write one line of the access log."""
    AccessLog.objects.bulk_create(
        [
            AccessLog(
                at=at,
                client=client,
                action=action,
                subject=subject,
                ip=ip,
                data=data,
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=actor.name,
            )
        ]
    )
