"""What a client has decided about its mails, read in a handful of queries however many mails are written by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core import scope
from integrations.models import NoticeSettings, NoticeSwitch, NoticeText, SuppressedAddress
from integrations.notices.catalogue import Kind
from tenants import queries as tenants
from tenants.models import Client


@dataclass(frozen=True)
class Wording:
    """The subject and words of a kind in one language, and which version of the client's they are (0: the usual)."""

    subject: str
    body: str
    version: int = 0


@dataclass(frozen=True)
class Standing:
    """Everything decided: since when mails go out, in whose name, which of them, in which words.

    live_at: None while the client is not live yet; nothing is told then, and nothing about older orders ever.
    """

    live_at: datetime | None
    shop: str
    settings: NoticeSettings
    switches: Mapping[str, bool]
    texts: Mapping[tuple[str, str], Wording]

    def is_live(self, at: datetime) -> bool:
        """Whether mails go out at all."""
        return self.live_at is not None and self.live_at <= at

    def is_on(self, kind: Kind) -> bool:
        """Whether the client lets this kind out."""
        return self.switches.get(kind.code, kind.is_on)

    def wording(self, kind: Kind, language: str) -> Wording:
        """In which words it goes out."""
        own = self.texts.get((kind.code, language))
        return own if own and own.body else Wording(*kind.usual(language))


def standing(record: Client) -> Standing:
    """What the client in scope, whose record is given, has decided. Three queries."""
    settings = settings_in_force()
    return Standing(
        live_at=record.live_at,
        shop=settings.sender or record.name,
        settings=settings,
        switches=switches(),
        texts=_texts(),
    )


def of_client() -> Standing:
    """The same for a page, which has no record at hand."""
    record = tenants.client_record(scope.current_client())
    assert record is not None  # the scope is that client's
    return standing(record)


def settings_in_force() -> NoticeSettings:
    """The client's settings, or the usual ones."""
    return NoticeSettings.objects.order_by("pk").first() or NoticeSettings()


def switches() -> dict[str, bool]:
    """Which kinds the client chose to send or not to send; the others go as is usual."""
    return dict(NoticeSwitch.objects.values_list("kind", "is_on"))


def _texts() -> dict[tuple[str, str], Wording]:
    rows = NoticeText.objects.order_by("kind", "language", "-version").distinct("kind", "language")
    return {(row.kind, row.language): Wording(row.subject, row.body, row.version) for row in rows}


def suppressed(addresses: list[str]) -> set[str]:
    """Which of these addresses (in lower case) take no mail."""
    return set(SuppressedAddress.objects.filter(address__in=addresses).values_list("address", flat=True))


def versions(kind: str, language: str) -> list[NoticeText]:
    """The client's own versions of a text, the newest first; at most fifty."""
    return list(NoticeText.objects.filter(kind=kind, language=language).order_by("-version")[:50])
