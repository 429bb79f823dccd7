"""The buyer's link to a version of a quote: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from orders.models import QuoteVersion
from tenants.queries import Links

_LINKS = Links("quote", "quote_page")


def secret_of(version: QuoteVersion) -> str:
    """The secret part of the buyer's address, "" before the version was sent and after its page was closed."""
    if version.sent_at is None or version.link_closed_at is not None:
        return ""
    return _LINKS.secret(version.pk, version.serial)


def address_of(version: QuoteVersion) -> str:
    """The whole address of the buyer's page of this version, "" where there is none."""
    return _LINKS.address(secret_of(version))


def version_of(secret: str) -> int | None:
    """The version that a link leads to; None for one that is not ours, another client's, replaced or closed."""
    named = _LINKS.read(secret)
    if named is None:
        return None
    version, serial = named
    found = QuoteVersion.objects.filter(pk=version, serial=serial, link_closed_at=None, sent_at__isnull=False)
    return found.values_list("pk", flat=True).first()
