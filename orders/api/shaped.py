"""Orders and shipments in the form in which the API gives them."""

from __future__ import annotations

from typing import Any

from orders.models import Line, Order
from orders.queries.detail import Detail
from orders.queries.figures import Sent
from orders.queries.troubles import ExceptionRow

_LISTED = (
    "id", "number", "phase", "ordered_at", "received_at", "buyer_name", "ship_name", "ship_postcode",
    "ship_prefecture", "ship_address", "payment_method", "total", "wished_date", "wished_slot", "ship_due_at",
    "shipped_at", "delivered_at", "version",
)  # fmt: skip
_MORE = (
    "buyer_kana", "buyer_email", "buyer_phone", "buyer_postcode", "buyer_prefecture", "buyer_address", "ship_kana",
    "ship_phone", "goods_total", "postage", "fee", "discount", "points", "note",
)  # fmt: skip
_LINE = (
    "position", "sku", "name", "option", "unit_price", "discount", "tax_rate", "ordered", "cancelled", "shipped",
    "delivered",
)  # fmt: skip
_SHIPMENT = (
    "id", "order_id", "position", "state", "carrier", "size", "released_at", "handed_over_at", "delivered_at",
)  # fmt: skip

_EXCEPTION = (
    "id", "kind", "decider", "party", "billable", "note", "expected_date", "opened_at", "decide_by", "closed_at",
    "decision", "answer",
)  # fmt: skip
_MESSAGE = ("id", "side", "body", "written_at", "edited_at", "answer_awaited")

LIST_FIELDS = {**{name: name for name in _LISTED}, "channel": "channel__code"}
MESSAGE_FIELDS = {**{name: name for name in _MESSAGE}, "author": "actor_name"}
SHIPMENT_FIELDS = {**{name: name for name in _SHIPMENT}, "number": "order__number"}


def order_json(found: Detail) -> dict[str, Any]:
    """The order whole."""
    order = found.order
    return {
        **{name: getattr(order, name) for name in (*_LISTED, *_MORE)},
        "channel": order.channel.code,
        "phase_label": str(found.state),
        "next_step": str(found.next) if found.next else None,
        "next_at": found.next_at or found.next_on,
        "lines": [_line_json(line) for line in order.lines.all()],
        "exceptions": [exception_json(one) for one in found.exceptions],
        "shipments": [shipment_json(sent, order) for sent in found.shipments],
    }


def exception_json(found: ExceptionRow) -> dict[str, Any]:
    """An exception with the choices that there are now."""
    choices = [
        {"code": one.code, "label": str(one.label), "explains": str(one.explains), "needs": one.needs}
        for one in found.choices
    ]
    return {
        **{name: getattr(found.row, name) for name in _EXCEPTION},
        "label": str(found.label),
        "message": str(found.told),
        "choices": choices,
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE}


def shipment_json(sent: Sent, order: Order) -> dict[str, Any]:
    """A shipment with its parcels."""
    parcels = [{"carrier": str(p.carrier), "number": p.number, "url": p.url} for p in sent.parcels]
    return {**{name: getattr(sent.shipment, name) for name in _SHIPMENT}, "number": order.number, "parcels": parcels}
