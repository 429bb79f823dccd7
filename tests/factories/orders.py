"""Orders for tests: rows as an intake leaves them behind, and the steps that bring them further."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from core.text import search_key
from orders.models import Channel, Line, Order, Shipment, Verification
from orders.services import phases, shipping
from orders.tracking import check_digit
from tests.conftest import OPERATOR

MORNING = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
"""9:00 in Tokyo, Thursday 1 October 2026."""

_numbers = itertools.count(1)


def channel(code: str = "shop", profile: str = "nextengine") -> Channel:
    """The client's channel of this code, made where there is none."""
    return Channel.objects.get_or_create(code=code, defaults={"name": "本店", "profile": profile})[0]


def order(
    *,
    units: Sequence[int] = (1,),
    verifications: Sequence[str] = (),
    allocated: bool = True,
    branch: str = "stock",
    **fields: Any,
) -> Order:
    """An order with a line of that branch for each number of `units`, and an open verification for each reason."""
    nth = next(_numbers)
    values: dict[str, Any] = {
        "channel": fields.pop("channel", None) or channel(),
        "number": f"T-{nth:06}",
        "ordered_at": MORNING,
        "received_at": MORNING,
        "buyer_name": "山田 花子",
        "ship_name": "山田 花子",
        "ship_postcode": "1050011",
        "ship_prefecture": "東京都",
        "ship_address": "東京都港区芝公園4-2-8",
        "goods_total": 1000 * sum(units),
        "total": 1000 * sum(units),
        **fields,
    }
    values.setdefault("search", search_key(f"{values['number']}|{values['buyer_name']}"))
    made = Order.objects.create(**values)
    Line.objects.bulk_create(
        Line(
            order=made,
            position=position,
            sku=f"SKU-{position}",
            name=f"商品{position}",
            unit_price=1000,
            ordered=quantity,
            branch=branch,
            allocated=quantity if allocated and branch == "stock" else 0,
        )
        for position, quantity in enumerate(units, 1)
    )
    Verification.objects.bulk_create(
        Verification(order=made, reason=reason, opened_at=values["received_at"]) for reason in verifications
    )
    phases.refresh([made.pk])
    made.refresh_from_db()
    return made


def orders(count: int, **fields: Any) -> list[int]:
    """The ids of that many orders."""
    return [order(**fields).pk for _nth in range(count)]


def phase_of(order_id: int) -> str:
    """The order's phase as stored."""
    return Order.objects.values_list("phase", flat=True).get(pk=order_id)


def tracking_number() -> str:
    """Twelve digits with a right check digit, another each time."""
    body = f"{44441_000000 + next(_numbers):011}"
    return f"{body}{check_digit(body)}"


def released(*order_ids: int, at: datetime = MORNING) -> list[int]:
    """Release the orders; the ids of their newest shipments."""
    outcome = shipping.release(order_ids, actor=OPERATOR, at=at)
    assert not outcome.refused, outcome.reasons()
    newest = Shipment.objects.filter(order__in=order_ids).order_by("order_id", "-position").distinct("order_id")
    return list(newest.values_list("pk", flat=True))


def packed(*order_ids: int, at: datetime = MORNING) -> list[int]:
    """Release, pick and pack the orders; the ids of the shipments."""
    shipments = released(*order_ids, at=at)
    shipping.pick(shipments, actor=OPERATOR, at=at)
    shipping.pack(shipments, actor=OPERATOR, at=at)
    return shipments


def slips(shipment_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """One valid parcel for each shipment."""
    return {shipment_id: [("yamato", tracking_number())] for shipment_id in shipment_ids}


def shipped(*order_ids: int, at: datetime = MORNING) -> list[int]:
    """Bring the orders out of the door; the ids of the shipments."""
    shipments = packed(*order_ids, at=at)
    outcome = shipping.ship(shipments, parcels=slips(shipments), actor=OPERATOR, at=at)
    assert not outcome.refused, outcome.reasons()
    return shipments
