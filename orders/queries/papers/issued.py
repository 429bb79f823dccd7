"""Which papers an order can have, and which it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from documents import queries as documents
from documents.kinds import KINDS
from documents.models import IssuedPaper
from orders.models import Order, Shipment


@dataclass(frozen=True)
class Available:
    """A paper that can be issued: of which kind, about what, and its newest print, None for none yet.

    label: as the page calls it. about: which shipment, "" for the whole order.
    """

    kind: str
    label: str
    about: str
    subject_id: int
    newest: IssuedPaper | None

    @property
    def key(self) -> str:
        """What tells it from the others on the page."""
        return f"{self.kind}-{self.subject_id}"


def available(order: Order, shipments: list[Shipment]) -> list[Available]:
    """Each paper of the order and of its shipments. One query."""
    newest: dict[tuple[str, str, int | None], IssuedPaper] = {}
    for paper in documents.papers_of_order(order.pk):
        newest.setdefault((paper.kind, paper.subject_kind, paper.subject_id), paper)
    subjects = [(kind, "order", order.pk, "") for kind in ("order_slip", "acknowledgement", "buyer_receipt")]
    subjects += [
        (kind, "shipment", shipment.pk, f"{order.number}-{shipment.position}")
        for shipment in shipments
        if shipment.state != Shipment.CANCELLED
        for kind in ("delivery_note", "ship_order")
    ]
    return [
        Available(kind, KINDS[kind].label, about, key, newest.get((kind, subject, key)))
        for kind, subject, key, about in subjects
    ]


RECENT = 20


def newest_subjects(kind: str) -> list[int]:
    """The newest orders, or shipments, that this paper may be tried on."""
    of_order = kind in ("order_slip", "acknowledgement", "buyer_receipt")
    found = Order.objects.order_by("-ordered_at", "-id") if of_order else Shipment.objects.order_by("-id")
    return list(found.values_list("pk", flat=True)[:RECENT])


def shipments_of(order_ids: Sequence[int]) -> list[int]:
    """The shipments of these orders that were not given up, in the order of the ids and then as they go."""
    going = Shipment.objects.filter(order_id__in=list(order_ids)).exclude(state=Shipment.CANCELLED)
    by_order: defaultdict[int, list[int]] = defaultdict(list)
    for order_id, key in going.order_by("position").values_list("order_id", "pk"):
        by_order[order_id].append(key)
    return [key for order_id in order_ids for key in by_order[order_id]]


def numbers_of(subject_kind: str, ids: Sequence[int]) -> dict[int, str]:
    """What these orders or shipments are called."""
    if subject_kind == "order":
        return dict(Order.objects.filter(pk__in=ids).values_list("pk", "number"))
    rows = Shipment.objects.filter(pk__in=ids).values_list("pk", "order__number", "position")
    return {key: f"{number}-{position}" for key, number, position in rows}
