"""The buyer's link to what they are asked to accept: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from core import scope, sealing
from projects.models import Acceptance
from tenants import queries as tenants


def secret_of(acceptance: Acceptance) -> str:
    """The secret part of the buyer's address, "" after the question was taken back."""
    if acceptance.withdrawn_at is not None:
        return ""
    return sealing.link_to(f"{acceptance.pk}.{acceptance.serial}", space=_space())


def address_of(acceptance: Acceptance) -> str:
    """The whole address of the buyer's page, "" where there is none."""
    secret = secret_of(acceptance)
    path = reverse("acceptance_page", settings.CLIENT_URLCONF, args=[secret]) if secret else ""
    return tenants.address_of(scope.current_client(), path) if path else ""


def acceptance_of(secret: str) -> int | None:
    """What a link leads to; None for one that is not ours, another client's, replaced or taken back."""
    try:
        acceptance, _dot, serial = sealing.linked(secret, space=_space()).partition(".")
    except sealing.NotOurs:
        return None
    found = Acceptance.objects.filter(pk=int(acceptance), serial=int(serial), withdrawn_at=None)
    return found.values_list("pk", flat=True).first()


def _space() -> str:
    return f"acceptance:{scope.current_client()}"
