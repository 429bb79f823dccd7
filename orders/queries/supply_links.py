"""The supplier's link to an order to it: derived each time, kept nowhere (ADR 9)."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from core import scope, sealing
from orders.models import Supply
from tenants import queries as tenants


def secret_of(supply: Supply) -> str:
    """The secret part of the supplier's address, "" before it was sent and where nobody supplies it."""
    if supply.sent_at is None or supply.supplier_id is None:
        return ""
    return sealing.link_to(f"{supply.pk}.{supply.serial}", space=_space())


def address_of(supply: Supply) -> str:
    """The whole address of the supplier's page, "" where there is none."""
    secret = secret_of(supply)
    path = reverse("supply_page", settings.CLIENT_URLCONF, args=[secret]) if secret else ""
    return tenants.address_of(scope.current_client(), path) if path else ""


def supply_of(secret: str) -> int | None:
    """The order to a supplier that a link leads to; None for one that is not ours, another client's or replaced."""
    try:
        key, _dot, serial = sealing.linked(secret, space=_space()).partition(".")
    except sealing.NotOurs:
        return None
    found = Supply.objects.filter(pk=int(key), serial=int(serial), sent_at__isnull=False, supplier__isnull=False)
    return found.values_list("pk", flat=True).first()


def _space() -> str:
    return f"supply:{scope.current_client()}"
