"""The buyer's link to a version of a quote: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from core import scope, sealing
from orders.models import QuoteVersion
from tenants import queries as tenants


def secret_of(version: QuoteVersion) -> str:
    """The secret part of the buyer's address, "" before the version was sent and after its page was closed."""
    if version.sent_at is None or version.link_closed_at is not None:
        return ""
    return sealing.link_to(f"{version.pk}.{version.serial}", space=_space())


def address_of(version: QuoteVersion) -> str:
    """The whole address of the buyer's page of this version, "" where there is none."""
    secret = secret_of(version)
    path = reverse("quote_page", settings.CLIENT_URLCONF, args=[secret]) if secret else ""
    return tenants.address_of(scope.current_client(), path) if path else ""


def version_of(secret: str) -> int | None:
    """The version that a link leads to; None for one that is not ours, another client's, replaced or closed."""
    try:
        version, _dot, serial = sealing.linked(secret, space=_space()).partition(".")
    except sealing.NotOurs:
        return None
    found = QuoteVersion.objects.filter(pk=int(version), serial=int(serial), link_closed_at=None, sent_at__isnull=False)
    return found.values_list("pk", flat=True).first()


def _space() -> str:
    return f"quote:{scope.current_client()}"
