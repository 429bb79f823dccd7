"""Very many orders moved at once: held, let go, handed to the warehouse, cancelled.

Limit: for each move the bare UPDATE of the orders' phases and one INSERT of its events, into the same tables. What the
portal writes besides (holds, shipments, lines, work on the floor, clocks) and all that it asks first is not in it.
Times are the processor's, of both processes.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import psutil
import psycopg
from django.db import transaction

from bench import ground, grown
from bench.figures import Figure, Size, processor, timed
from bench.intake import highest
from core import scope
from core.batches import Outcome
from core.events import Actor
from orders.models import Order
from orders.services import cancelling, holds, shipping

ACTOR = Actor("person", "1", "受注 花子")
_LATER = ground.NOW + timedelta(hours=3)
_UPDATE = "UPDATE orders_order SET phase = %s, version = version + 1 WHERE id = ANY(%s)"
_INSERT = """
    INSERT INTO core_event (name, at, subject_kind, subject_id, order_id, actor_kind, actor_id, actor_name, data)
    SELECT %s, %s, 'order', id, id, 'person', '1', '受注 花子', '{"reason": "question", "party": "client"}'
      FROM unnest(%s::bigint[]) id
"""
_VACUUM = (
    b"VACUUM orders_order, orders_line, orders_hold, orders_shipment, orders_shipmentline, core_event,"
    b" operations_workitem, sla_clock"
)
_MOVES: dict[str, tuple[str, str, Callable[[Sequence[int]], Outcome]]] = {
    "hold": (
        "held", "order.held",
        lambda ids: holds.place(ids, reason="question", question="在庫をご確認ください。", actor=ACTOR, at=ground.NOW),
    ),
    "let go": (
        "received", "order.hold_released",
        lambda ids: holds.release(ids, reason="確認が済みました", actor=ACTOR, at=_LATER),
    ),
    "hand to the warehouse": (
        "preparing", "shipment.released",
        lambda ids: shipping.release(ids, actor=ACTOR, at=_LATER),
    ),
    "cancel": (
        "cancelled", "order.cancelled",
        lambda ids: cancelling.cancel(ids, by="operator", reason="在庫切れ", actor=ACTOR, at=_LATER),
    ),
}  # fmt: skip
"""Each on the same orders, one after the other."""

REPEATS = 5


class _Back(Exception):  # noqa: N818 (nothing went wrong)
    """Takes a round back."""


def measure(size: Size) -> list[Figure]:
    """Each move against its limit, in rounds that are taken back, and the memory that one takes."""
    grown.grow(size.order_lines)
    with scope.client(ground.CLIENT):
        free = Order.objects.filter(phase="received").order_by("pk").values_list("pk", flat=True)
        ids = list(free[: size.moved_orders])
    with ground.superuser() as session:
        session.execute(b'SET search_path = "c_acme", public')
        session.execute(b"SET idle_in_transaction_session_timeout = 0")
        with highest() as growth:
            _ours(ids)
            memory = growth()
        ours, bare = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
        for _nth in range(REPEATS):
            for name, seconds in _ours(ids).items():
                ours[name].append(seconds)
            for name, seconds in _bare(session, ids).items():
                bare[name].append(seconds)
            session.execute(_VACUUM)
    figures = []
    for name in _MOVES:
        mine, least = statistics.median(ours[name]), statistics.median(bare[name])
        detail = f"{len(ids)} orders: {mine:.2f} against {least:.2f} s"
        figures.append(Figure(f"{name} / bare update and events", mine / least, "×", 2.0, detail=detail))
    detail = f"growth over all four, to {psutil.Process().memory_info().rss / 2**20:.0f} MB"
    return [*figures, Figure("memory of the moves", memory, "MB", 300, detail=detail)]


def _ours(ids: list[int]) -> dict[str, float]:
    taken: dict[str, float] = {}
    with scope.client(ground.CLIENT), suppress(_Back), transaction.atomic():
        clock = processor(ground.server_of_django())
        for name, (phase, _event, move) in _MOVES.items():
            taken[name] = timed(lambda move=move: move(ids), clock)  # type: ignore[misc]
            if Order.objects.filter(pk__in=ids, phase=phase).count() != len(ids):
                raise RuntimeError(f"Not all orders were moved: {name}")
        raise _Back
    return taken


def _bare(session: psycopg.Connection, ids: list[int]) -> dict[str, float]:
    taken: dict[str, float] = {}
    clock = processor(session.info.backend_pid)
    with session.transaction(force_rollback=True):
        for name, (phase, event, _move) in _MOVES.items():

            def move(phase: str = phase, event: str = event) -> None:
                session.execute(_UPDATE.encode(), [phase, ids])
                session.execute(_INSERT.encode(), [event, ground.NOW, ids])

            taken[name] = timed(move, clock)
    return taken
