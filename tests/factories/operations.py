"""Work for tests: items as the facts of an order leave them, or as many as a test needs, right in the table."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from core import scope
from core.events import SYSTEM, Happening, publish
from operations.models import WorkItem
from tests.factories import orders

_subjects = itertools.count(1_000_000)


def received(**fields: Any) -> int:
    """An order that has come in: with its event, and so with its items. Returns its id."""
    order = orders.order(**fields)
    data = {
        "number": order.number,
        "ordered_at": order.ordered_at,
        "ship_due_at": order.ship_due_at,
        "units": sum(line.ordered for line in order.lines.all()),
        "to_source": sum(line.ordered - line.allocated - line.backordered for line in order.lines.all()),
        "priority": order.priority,
        "title": f"{order.number} 商品1",
        "phase": order.phase,
    }
    told = [Happening("order.received", "order", order.pk, data, order_id=order.pk)]
    told += [
        Happening("order.verification_opened", "order", order.pk, {"reason": check.reason}, order_id=order.pk)
        for check in order.verifications.all()
    ]
    if data["to_source"]:
        told.append(
            Happening("order.supply_needed", "order", order.pk, {"units": data["to_source"]}, order_id=order.pk)
        )
    publish(told, actor=SYSTEM, at=order.received_at)
    return order.pk


def item(**fields: Any) -> WorkItem:
    """An open item that stands by itself."""
    subject = next(_subjects)
    values = {"client": "acme", "kind": "verify", "subject_kind": "order", "title": f"T-{subject} 商品1"}
    with scope.operator():
        made = WorkItem.objects.create(**{**values, "subject_id": subject, "order_id": subject, **fields})
        made.refresh_from_db()
    return made


def items(count: int, **fields: Any) -> list[WorkItem]:
    """That many of them."""
    return [item(**fields) for _nth in range(count)]


def work_on(order_id: int, *states: str) -> dict[str, str]:
    """Kind to state of the items of an order; of several of a kind the newest. states: only these."""
    with scope.operator():
        found = WorkItem.objects.filter(order_id=order_id).order_by("id")
        if states:
            found = found.filter(state__in=states)
        return dict(found.values_list("kind", "state"))


def due_of(order_id: int, kind: str) -> datetime | None:
    """When the newest item of the kind is due."""
    with scope.operator():
        return WorkItem.objects.filter(order_id=order_id, kind=kind).latest("id").due_at
