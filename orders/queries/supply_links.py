"""The supplier's link to an order to it: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from orders.models import Supply
from tenants.queries import Links

_LINKS = Links("supply", "supply_page")


def secret_of(supply: Supply) -> str:
    """The secret part of the supplier's address, "" before it was sent and where nobody supplies it."""
    if supply.sent_at is None or supply.supplier_id is None:
        return ""
    return _LINKS.secret(supply.pk, supply.serial)


def address_of(supply: Supply) -> str:
    """The whole address of the supplier's page, "" where there is none."""
    return _LINKS.address(secret_of(supply))


def supply_of(secret: str) -> int | None:
    """The order to a supplier that a link leads to; None for one that is not ours, another client's or replaced."""
    named = _LINKS.read(secret)
    if named is None:
        return None
    key, serial = named
    found = Supply.objects.filter(pk=key, serial=serial, sent_at__isnull=False, supplier__isnull=False)
    return found.values_list("pk", flat=True).first()
