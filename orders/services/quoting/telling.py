"""What the record keeps of a quote's happenings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from core.events import Actor, Happening, publish
from orders.models import QuoteVersion


def tell(name: str, versions: Collection[QuoteVersion], *, actor: Actor, at: datetime, **more: Any) -> None:
    """Say that this happened to these versions, whose quotes are loaded."""
    publish([_happening(name, version, more) for version in versions], actor=actor, at=at)


def _happening(name: str, version: QuoteVersion, more: dict[str, Any]) -> Happening:
    quote = version.quote
    data = {
        "number": quote.number,
        "version_id": version.pk,
        "version": version.version,
        "subject": quote.subject,
        "total": int(version.total),
        "valid_until": version.valid_until.isoformat(),
        "reason": version.reason,
        **more,
    }
    return Happening(name, "quote", quote.pk, data)
