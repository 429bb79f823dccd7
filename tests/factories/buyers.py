"""Buyers for tests: orders by people, recognised."""

from __future__ import annotations

from typing import Any

from orders.models import Order
from orders.services import buyers
from tests.factories import orders

HANAKO: dict[str, Any] = {
    "buyer_name": "山田 花子",
    "buyer_email": "hanako@example.jp",
    "buyer_phone": "+819012345678",
    "buyer_postcode": "1050011",
    "buyer_prefecture": "東京都",
    "buyer_address": "東京都港区芝公園4-2-8",
}


def ordered(**fields: Any) -> int:
    """An order by HANAKO, but for what `fields` says otherwise, recognised; its buyer's id."""
    order = orders.order(**{**HANAKO, **fields})
    buyers.recognise(at=orders.MORNING)
    buyer = Order.objects.values_list("buyer_id", flat=True).get(pk=order.pk)
    assert buyer is not None
    return buyer


def pair() -> tuple[int, int]:
    """Two buyers with one phone number, proposed as one."""
    first = ordered(buyer_email="a@example.jp")
    return first, ordered(buyer_name="山田 はな", buyer_email="b@example.jp", buyer_postcode="", buyer_address="")
