"""An order with every row that belongs to it, by one statement: a prefetch costs more to make than to answer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection, models

from orders.models import (
    CancelRequest,
    ChangeRequest,
    Channel,
    Hold,
    Intake,
    Line,
    Order,
    OrderException,
    Parcel,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Supplier,
    Supply,
    SupplyLine,
    Verification,
)

_OF_ORDER = "t.order_id = %(id)s"
_LINES = "(SELECT id FROM orders_line WHERE order_id = %(id)s)"
_SHIPMENTS = "(SELECT id FROM orders_shipment WHERE order_id = %(id)s)"
_SUPPLIES = f"(SELECT supply_id FROM orders_supplyline WHERE line_id IN {_LINES})"  # noqa: S608 (our own words)
_READ: Mapping[type[models.Model], tuple[str, str]] = {
    Order: ("t.id = %(id)s", "t.id"),
    Channel: ("t.id = (SELECT channel_id FROM orders_order WHERE id = %(id)s)", "t.id"),
    Intake: ("t.id = (SELECT intake_id FROM orders_order WHERE id = %(id)s)", "t.id"),
    Line: (_OF_ORDER, "t.position"),
    SupplyLine: (f"t.line_id IN {_LINES}", "t.supply_id, t.id"),
    Supply: (f"t.id IN {_SUPPLIES}", "t.id"),
    Supplier: (f"t.id IN (SELECT supplier_id FROM orders_supply WHERE id IN {_SUPPLIES})", "t.id"),  # noqa: S608
    Shipment: (_OF_ORDER, "t.position"),
    Parcel: (f"t.shipment_id IN {_SHIPMENTS}", "t.id"),
    ShipmentLine: (f"t.shipment_id IN {_SHIPMENTS}", "t.id"),
    Hold: (_OF_ORDER, "t.placed_at DESC, t.id DESC"),
    Verification: (_OF_ORDER, "t.id"),
    CancelRequest: (f"{_OF_ORDER} AND t.answered_at IS NULL", "t.id"),
    OrderException: (_OF_ORDER, "t.opened_at DESC, t.id DESC"),
    ChangeRequest: (_OF_ORDER, "t.asked_at DESC, t.id DESC"),
    Return: (_OF_ORDER, "t.requested_at DESC, t.id DESC"),
    ReturnLine: ("t.back_id IN (SELECT id FROM orders_return WHERE order_id = %(id)s)", "t.id"),
}
"""What is read: table to its condition and its order."""

Rows = dict[type[models.Model], list[Any]]


def of_order(order_id: int) -> Order | None:
    """The order with its channel, intake and all rows of _READ, so that no `.all()` of theirs asks again.

    Of the requests to cancel only those that wait. None where the client at hand has no such order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {"id": order_id})
        found = json.loads(cursor.fetchone()[0], parse_float=Decimal)
    rows: Rows = {model: _made(model, found[model._meta.db_table] or ()) for model in _READ}
    if not rows[Order]:
        return None
    (order,) = rows[Order]
    for model, name, one in _FORWARD:
        _point(rows[model], name, {row.pk: row for row in rows[one]})
    for owner, name, many, key in _BACKWARD:
        _hang(rows[owner], name, rows[many], key)
    return order  # type: ignore[no-any-return]


_FORWARD: Sequence[tuple[type[models.Model], str, type[models.Model]]] = (
    (Order, "channel", Channel),
    (Order, "intake", Intake),
    (SupplyLine, "supply", Supply),
    (Supply, "supplier", Supplier),
    (ShipmentLine, "line", Line),
    (ReturnLine, "line", Line),
    (SupplyLine, "line", Line),
    (ShipmentLine, "shipment", Shipment),
    (Parcel, "shipment", Shipment),
    (ReturnLine, "back", Return),
    *(
        (model, "order", Order)
        for model in (Line, Shipment, Hold, Verification, CancelRequest, OrderException, ChangeRequest, Return)
    ),
)
_BACKWARD: Sequence[tuple[type[models.Model], str, type[models.Model], str]] = (
    (Line, "supply_lines", SupplyLine, "line_id"),
    (Shipment, "parcels", Parcel, "shipment_id"),
    (Shipment, "lines", ShipmentLine, "shipment_id"),
    (Return, "lines", ReturnLine, "back_id"),
    (Order, "lines", Line, "order_id"),
    (Order, "shipments", Shipment, "order_id"),
    (Order, "holds", Hold, "order_id"),
    (Order, "verifications", Verification, "order_id"),
    (Order, "cancel_requests", CancelRequest, "order_id"),
    (Order, "exceptions", OrderException, "order_id"),
    (Order, "change_requests", ChangeRequest, "order_id"),
    (Order, "returns", Return, "order_id"),
)


@cache
def _statement() -> str:
    lists = (
        f"'{table}', (SELECT json_agg(t ORDER BY {order}) FROM {table} t WHERE {condition})"  # noqa: S608 (our own words)
        for table, (condition, order) in ((model._meta.db_table, read) for model, read in _READ.items())
    )
    return f"SELECT json_build_object({', '.join(lists)})::text"


def _point(rows: Iterable[models.Model], name: str, known: Mapping[int, models.Model]) -> None:
    for row in rows:
        key = getattr(row, f"{name}_id")
        if key is not None:
            setattr(row, name, known[key])


def _hang(owners: Iterable[models.Model], name: str, rows: Iterable[Any], key: str) -> None:
    by_owner: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_owner[getattr(row, key)].append(row)
    for owner in owners:
        # Where prefetch_related keeps what `.all()` gives. A plain list: whoever filters it is told at once.
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = by_owner[owner.pk]


def _made(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    names, columns = _columns(model)
    return [
        model.from_db(
            connection.alias,
            names,
            [
                read(row[column]) if read is not None and row[column] is not None else row[column]
                for column, read in columns
            ],
        )
        for row in rows
    ]


Read = Callable[[Any], Any]


@cache
def _columns(model: type[models.Model]) -> tuple[list[str], list[tuple[str, Read | None]]]:
    """The fields' names, and each one's column with what makes its value of JSON."""
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], [(str(field.column), _reader(field)) for field in fields]


def _reader(field: models.Field[Any, Any]) -> Read | None:
    readers: tuple[tuple[type[models.Field[Any, Any]], Read], ...] = (
        (models.DateTimeField, datetime.fromisoformat),
        (models.DateField, date.fromisoformat),
        (models.DecimalField, Decimal),
        (models.JSONField, _plain),
    )
    return next((read for kind, read in readers if isinstance(field, kind)), None)


def _plain(value: Any) -> Any:
    """Inside a JSON column numbers are floats, as ever."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case list():
            return [_plain(part) for part in value]
    return value
