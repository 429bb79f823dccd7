"""The access log: who looked at, changed or took out what."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from core.events import Actor
from tenants.models import AccessLog


@dataclass(frozen=True)
class Origin:
    """Where a request came from; empty for work that nobody's request asks for."""

    ip: str | None = None
    request_id: str = ""


NOWHERE = Origin()
# Set by the middleware for the time of a request, so that no service has to pass it on.
origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def note_access(*, action: str, subject: str, client: str, actor: Actor, at: datetime, **data: object) -> None:
    """Write one line of the access log, in the scope at hand.

    action: a dotted word ("document.opened"), a key of tenants.queries.ACTIONS where people are to read it.
    data: figures that explain it. Address and id of the request at hand are added.
    """
    where = origin.get()
    AccessLog.objects.bulk_create(
        [
            AccessLog(
                at=at,
                client=client,
                action=action,
                subject=subject[:100],
                ip=where.ip,
                request_id=where.request_id,
                data=data,
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=actor.name,
            )
        ]
    )
