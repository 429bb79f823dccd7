"""A mail as it would look, filled with an order that there is; with an example where there is none yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core import clock
from integrations.notices import rendering
from integrations.notices.catalogue import OUTSIDE, Kind
from integrations.queries import figures, links, tracking
from integrations.queries import standing as standings
from orders.models import Order, Parcel


@dataclass(frozen=True)
class Preview:
    """A filled mail, from whom it would come, and with which order it was filled ("" for an example)."""

    sender: str
    subject: str
    body: str
    number: str


def preview(kind: Kind, language: str, *, subject: str, body: str, order_id: int | None) -> Preview:
    """The mail in these words, with the figures of the order, or of the newest one."""
    standing = standings.of_client()
    found = Order.objects.filter(pk=order_id).first() if order_id else None
    order = found or Order.objects.order_by("-ordered_at", "-id").first()
    filling = figures.Filling(standing.shop, language, kind.audience)
    filled = filling.figures(_row(kind, order))
    link = links.example_of(kind.event)
    if order and kind.audience == "buyer" and kind.event.partition(".")[0] not in links.EXAMPLES:
        link = tracking.address_of(order.pk)
    return Preview(
        sender=standing.shop if kind.audience in OUTSIDE else "",
        subject=rendering.subject_of(subject, filled).replace(rendering.LINK, link),
        body=rendering.filled(body, filled).replace(rendering.LINK, link),
        number=order.number if order else "",
    )


def order_named(number: str) -> int | None:
    """The order with that number, the newest where channels share it."""
    return Order.objects.filter(number=number.strip()).order_by("-id").values_list("pk", flat=True).first()


def _row(kind: Kind, order: Order | None) -> Mapping[str, Any]:
    """A happening of the kind as it might be: the order's own figures where there is one."""
    now = clock.now()
    row: dict[str, Any] = {
        **_example(kind.event, now),
        "event": kind.event,
        "subject_kind": kind.event.partition(".")[0],
    }
    if order is None:
        return row
    found = figures.of_orders([order.pk])
    parcels = list(Parcel.objects.filter(shipment__order=order.pk, label_cancelled_at=None).order_by("pk"))
    row |= found.row(0, named=True)
    row |= {"order_id": order.pk if row["subject_kind"] in ("order", "shipment", "sla", "notice") else None}
    if parcels:
        row |= {"carrier": parcels[0].carrier, "tracking_numbers": [parcel.tracking_number for parcel in parcels]}
    return row


def _example(event: str, now: datetime) -> dict[str, Any]:
    tomorrow: date = (now + timedelta(days=1)).date()
    return {
        "subject_id": 1,
        "order_id": None,
        **_matter(event),
        "order_number": "A-10001",
        "order_buyer": "山田 花子",
        "order_ordered_at": now.astimezone(UTC),
        "order_total": Decimal(12800),
        "order_ship_on": tomorrow,
        "order_arrives_on": tomorrow + timedelta(days=1),
        "order_items": "商品 × 1",
        "supplier": "北陸陶器株式会社",
        "supply_items": "商品 × 10",
        "asked_on": tomorrow + timedelta(days=7),
        "answer_by": tomorrow,
        "carrier": "yamato",
        "tracking_numbers": ["444410000011"],
        "question": "のし紙の表書きをお知らせください。",
        "expected_end": now + timedelta(days=1),
        "answer": "「御祝」でお願いします。",
        "reason": "お客様のご都合",
        "due_at": now.isoformat(),
        "file_name": "orders.csv",
        "rows": 120,
        "orders_new": 100,
        "orders_known": 8,
        "orders_refused": 2,
        "number": "INV-2026-00001",
        "subject": "秋の販促ギフト",
        "valid_until": f"{tomorrow + timedelta(days=30)}",
        "milestone": "初期設定の完了",
        "total": "128000",
        "period": f"{now:%Y-%m}-01",
        "address": "hanako@example.jp",
        "author": "受注 花子",
        "title": "A-10001",
        "excerpt": "のし紙の表書きをお知らせください。",
    }


def _matter(event: str) -> dict[str, Any]:
    """What an exception or a request to change says of itself."""
    if event.startswith("order.exception_"):
        return {"exception_id": 1, "kind": "shortage", "choice": "ship_part"}
    return {"kind": "address"} if event.startswith("order.change_") else {}
