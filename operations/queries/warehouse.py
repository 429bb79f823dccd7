"""倉庫: the shipments that wait at a stage, what is in them, and which a number means. In the client's scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from core.paging import PAGE_ROWS, Page, page_of
from operations.models import WorkItem
from orders.models import Shipment
from orders.queries.figures import wished_slot


@dataclass(frozen=True)
class Packed:
    """So many of one thing in a shipment."""

    sku: str
    name: str
    option: str
    quantity: int


@dataclass(frozen=True)
class ShipmentRow:
    """A shipment at its stage. number: how it is called on paper, the order's number and its part."""

    pk: int
    number: str
    order_id: int
    order_number: str
    ship_name: str
    prefecture: str
    address: str
    wished_date: date | None
    wished_slot: str
    is_gift: bool
    note: str
    size: int
    units: int
    contents: Sequence[Packed]
    due_at: datetime | None
    item_id: int
    holder_name: str

    @property
    def ship_to(self) -> str:
        """Where the parcel goes: the address, which may begin with the prefecture already."""
        return self.address if self.address.startswith(self.prefecture) else f"{self.prefecture}{self.address}"


def number_of(order_number: str, position: int) -> str:
    """What a shipment is called: `NE-1001-2` is the second of the order NE-1001."""
    return f"{order_number}-{position}"


def at_stage(kind: str, client: str, *, after: str = "", before: str = "", size: int = PAGE_ROWS) -> Page[ShipmentRow]:
    """A page of the shipments that wait for this kind of work, in the order of the queue. Three queries."""
    waiting = WorkItem.objects.filter(client=client, kind=kind, state__in=WorkItem.ACTIVE)
    found = page_of(waiting, order=("rank", "id"), after=after, before=before, size=size)
    return Page(_rows(found.rows), found.after, found.before)


def waiting_ids(kind: str, client: str, *, limit: int) -> list[int]:
    """The shipments that wait for this kind of work, in the order of the queue."""
    waiting = WorkItem.objects.filter(client=client, kind=kind, state__in=WorkItem.ACTIVE)
    return list(waiting.order_by("rank", "id").values_list("subject_id", flat=True)[:limit])


def listed(shipment_ids: Collection[int], kind: str, client: str) -> list[ShipmentRow]:
    """Those of these shipments that wait for this kind of work, in the order of the queue. Three queries."""
    waiting = WorkItem.objects.filter(
        client=client, kind=kind, state__in=WorkItem.ACTIVE, subject_id__in=list(shipment_ids)
    )
    return _rows(list(waiting.order_by("rank", "id")))


def _rows(items: Sequence[WorkItem]) -> list[ShipmentRow]:
    ids = [item.subject_id for item in items]
    shipments = Shipment.objects.select_related("order").prefetch_related("lines__line").in_bulk(ids)
    return [_row(item, shipments[item.subject_id]) for item in items if item.subject_id in shipments]


def _row(item: WorkItem, shipment: Shipment) -> ShipmentRow:
    order = shipment.order
    contents = [
        Packed(part.line.sku, part.line.name, part.line.option, part.quantity)
        for part in sorted(shipment.lines.all(), key=lambda part: part.line.position)
    ]
    return ShipmentRow(
        pk=shipment.pk,
        number=number_of(order.number, shipment.position),
        order_id=order.pk,
        order_number=order.number,
        ship_name=order.ship_name,
        prefecture=order.ship_prefecture,
        address=order.ship_address,
        wished_date=order.wished_date,
        wished_slot=str(wished_slot(order)),
        is_gift=order.is_gift,
        note=order.staff_note,
        size=shipment.size,
        units=sum(part.quantity for part in contents),
        contents=contents,
        due_at=item.due_at,
        item_id=item.pk,
        holder_name=item.holder_name if item.state == WorkItem.CLAIMED else "",
    )


@dataclass(frozen=True)
class Total:
    """How many of one thing a list of shipments holds, and in how many of them it is."""

    sku: str
    name: str
    option: str
    quantity: int
    shipments: int


def totals(rows: Iterable[ShipmentRow]) -> list[Total]:
    """What has to be fetched for all of these shipments together, by article number."""
    summed: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for part in row.contents:
            counted = summed[part.sku, part.name, part.option]
            counted[0] += part.quantity
            counted[1] += 1
    return [Total(*thing, quantity, shipments) for thing, (quantity, shipments) in sorted(summed.items())]


_MEANT = """
    SELECT o.number, s.position, s.id
      FROM orders_order o JOIN orders_shipment s ON s.order_id = o.id
     WHERE o.number = ANY(%s) AND s.state <> 'cancelled'
     ORDER BY s.id
"""


def meant(keys: Collection[str]) -> Mapping[str, Sequence[int]]:
    """Which shipments each key may mean: a shipment's own number, or that of an order. Packed ones count first.

    One key can mean several: an order that has several shipments packed, or a number that several channels use.
    """
    orders = {key.rsplit("-", 1)[0] for key in keys if "-" in key} | set(keys)
    with connection.cursor() as cursor:
        cursor.execute(_MEANT, [sorted(orders)])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    packed = set(
        Shipment.objects.filter(pk__in=[row[2] for row in rows], state=Shipment.PACKED).values_list("pk", flat=True)
    )
    by_shipment: dict[str, list[int]] = defaultdict(list)
    by_order: dict[str, list[int]] = defaultdict(list)
    for number, position, pk in rows:
        by_shipment[number_of(number, position)].append(pk)
        by_order[number].append(pk)
    return {key: by_shipment.get(key) or _likely(by_order.get(key, []), packed) for key in keys}


def _likely(candidates: Sequence[int], packed: Collection[int]) -> Sequence[int]:
    """Of an order's shipments those that can leave now; where none can, all of them, so that it is said why."""
    return [pk for pk in candidates if pk in packed] or candidates
