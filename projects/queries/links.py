"""The buyer's link to what they are asked to accept: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from projects.models import Acceptance
from tenants.queries import Links

_LINKS = Links("acceptance", "acceptance_page")


def secret_of(acceptance: Acceptance) -> str:
    """The secret part of the buyer's address, "" after the question was taken back."""
    if acceptance.withdrawn_at is not None:
        return ""
    return _LINKS.secret(acceptance.pk, acceptance.serial)


def address_of(acceptance: Acceptance) -> str:
    """The whole address of the buyer's page, "" where there is none."""
    return _LINKS.address(secret_of(acceptance))


def acceptance_of(secret: str) -> int | None:
    """What a link leads to; None for one that is not ours, another client's, replaced or taken back."""
    named = _LINKS.read(secret)
    if named is None:
        return None
    acceptance, serial = named
    found = Acceptance.objects.filter(pk=acceptance, serial=serial, withdrawn_at=None)
    return found.values_list("pk", flat=True).first()
