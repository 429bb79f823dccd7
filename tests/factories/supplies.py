"""Suppliers, and how goods are got, for tests."""

from __future__ import annotations

from typing import Any

from orders.models import Supplier, SupplyItem


def supplier(code: str = "maker", **fields: Any) -> Supplier:
    """The supplier of this code, made where there is none."""
    values = {"name": "北陸陶器株式会社", "email": "orders@maker.example.jp", "transit_days": 1, **fields}
    return Supplier.objects.get_or_create(code=code, defaults=values)[0]


def item(sku: str, branch: str, by: Supplier | None = None, **fields: Any) -> SupplyItem:
    """How the goods whose SKU starts so are got."""
    values = {"branch": branch, "supplier": by, "lead_days": 3, "cost": 400, **fields}
    return SupplyItem.objects.get_or_create(sku=sku, defaults=values)[0]
