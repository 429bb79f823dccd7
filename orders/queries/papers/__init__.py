"""What an order's papers say, each as the shape that its template is given (documents.papers)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.errors import Refused
from documents.models import Letterhead
from documents.papers import Draft
from orders.queries.papers import of_orders, of_shipments
from orders.queries.papers.issued import Available, available, newest_subjects, numbers_of, shipments_of

Drafts = tuple[list[Draft], dict[int, Refused]]

OF_ORDERS: Mapping[str, Callable[[Sequence[int], Letterhead], Drafts]] = {
    "order_slip": of_orders.slips,
    "acknowledgement": of_orders.acknowledgements,
    "buyer_receipt": of_orders.receipts,
}
"""The papers that there is one of for each order."""

OF_SHIPMENTS: Mapping[str, Callable[[Sequence[int], Letterhead], Drafts]] = {
    "delivery_note": of_shipments.delivery_notes,
    "ship_order": of_shipments.ship_orders,
}
"""The papers that there is one of for each shipment."""

__all__ = [
    "OF_ORDERS",
    "OF_SHIPMENTS",
    "Available",
    "Drafts",
    "available",
    "newest_subjects",
    "numbers_of",
    "shipments_of",
]
