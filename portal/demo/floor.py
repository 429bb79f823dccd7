"""The operator's people at work: each claims from the queue and does what the item asks, several at once.

What happens to an order is decided by its number, so that a month is the same each time it is played.
"""

from __future__ import annotations

import itertools
import threading
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connections

from core import scope
from core.events import Actor
from operations import services as queue
from operations.models import WorkItem
from orders.models import Hold, Line, Order
from orders.services import cancelling, holds, shipping, verification
from orders.tracking import check_digit
from portal.demo.world import HOLD_QUESTIONS

AT_ONCE = 60
CARRIERS = ("yamato", "sagawa", "japanpost")
SIZES = (60, 60, 80, 60, 100)


@dataclass(frozen=True)
class Worker:
    """Somebody of the operator's: what they may do, for whom."""

    person_id: int
    name: str
    kinds: tuple[str, ...]

    @property
    def actor(self) -> Actor:
        return Actor("person", str(self.person_id), self.name)


@dataclass
class Slips:
    """The carriers' slips: tracking numbers with their check digit, never the same twice."""

    _next: Iterable[int] = field(default_factory=lambda: itertools.count(48_000_000_001))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> str:
        with self._lock:
            body = str(next(iter(self._next)))
        return f"{body}{check_digit(body)}"


def chance(number: str, salt: str, one_in: int) -> bool:
    """Whether this order is one of `one_in`; always the same answer for the same number."""
    return zlib.crc32(f"{salt}:{number}".encode()) % one_in == 0


class Floor:
    """The floor on one day at one time after another."""

    def __init__(self, workers: Sequence[Worker], clients: Sequence[str]) -> None:
        self.workers = workers
        self.clients = tuple(clients)
        self.slips = Slips()

    def work(self, kinds: Sequence[str], *, at: datetime) -> int:
        """Everybody who may does these kinds until the queue holds none that can be done now; returns how many."""
        able = [worker for worker in self.workers if set(worker.kinds) & set(kinds)]
        with ThreadPoolExecutor(max_workers=len(able)) as pool:
            done = list(pool.map(lambda worker: self._shift(worker, kinds, at), able))
        return sum(done)

    def _shift(self, worker: Worker, kinds: Sequence[str], at: datetime) -> int:
        mine = tuple(kind for kind in kinds if kind in worker.kinds)
        done = 0
        try:
            while items := self._claim(worker, mine, at):
                for (client, kind), group in _grouped(items):
                    with scope.client(client):
                        _DO[kind](self, worker, group, at)
                done += len(items)
        finally:
            connections.close_all()
        return done

    def _claim(self, worker: Worker, kinds: tuple[str, ...], at: datetime) -> list[WorkItem]:
        with scope.operator():
            return queue.claim_many(
                worker.person_id, worker.name, clients=self.clients, kinds=kinds, count=AT_ONCE, at=at
            )

    def go_home(self, *, at: datetime) -> None:
        """Whoever still holds work gives it back, such as the rest of an order that went in part."""
        for worker in self.workers:
            with scope.operator():
                held = WorkItem.objects.filter(state=WorkItem.CLAIMED, holder_id=worker.person_id)
                keys = list(held.values_list("pk", flat=True))
            if keys:
                queue.give_back(keys, clients=self.clients, actor=worker.actor, at=at)

    def verify(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """Most reasons are answered from the order itself; for some the client has to be asked."""
        numbers = _numbers(items)
        before = _held_before(numbers, "question")
        asked = [pk for pk, number in numbers.items() if pk not in before and chance(number, "ask", 7)]
        clear = [pk for pk in numbers if pk not in set(asked)]
        for nth, question in enumerate(HOLD_QUESTIONS):
            group = asked[nth :: len(HOLD_QUESTIONS)]
            if group:
                holds.place(
                    group,
                    reason="question",
                    question=question,
                    expected_end=at + timedelta(days=1),
                    actor=worker.actor,
                    at=at,
                )
        if clear:
            verification.answer(clear, answer="内容を確認しました", actor=worker.actor, at=at)

    def release(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """Most go whole; some in parts, and of some the stock has to be looked for until the next day."""
        numbers = _numbers(items)
        fresh = _never_released(numbers)
        found = _held_before(numbers, "stock")
        missing = [pk for pk, number in numbers.items() if pk in fresh - found and chance(number, "missing", 45)]
        parted = [pk for pk, number in numbers.items() if pk in fresh and chance(number, "parts", 30)]
        halves = _halves([pk for pk in parted if pk not in set(missing)])
        if missing:
            holds.place(missing, reason="stock", expected_end=at + timedelta(days=1), actor=worker.actor, at=at)
        for order_id, quantities in halves.items():
            shipping.release([order_id], quantities=quantities, actor=worker.actor, at=at)
        rest = [pk for pk in numbers if pk not in set(missing) and pk not in halves]
        if rest:
            shipping.release(rest, actor=worker.actor, at=at)

    def pick(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """Collect what the shipments hold."""
        shipping.pick([item.subject_id for item in items], actor=worker.actor, at=at)

    def pack(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """Pack, each shipment in the size that its contents ask for."""
        by_size: defaultdict[int, list[int]] = defaultdict(list)
        for item in items:
            by_size[SIZES[item.subject_id % len(SIZES)]].append(item.subject_id)
        for size, shipments in by_size.items():
            shipping.pack(shipments, size=size, actor=worker.actor, at=at)

    def ship(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """Hand over to the carriers, each parcel with its slip."""
        parcels = {item.subject_id: [(CARRIERS[item.subject_id % len(CARRIERS)], self.slips.take())] for item in items}
        shipping.ship(list(parcels), parcels=parcels, actor=worker.actor, at=at)

    def resolve(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """What was missing has been found."""
        orders = [item.order_id for item in items if item.order_id is not None]
        holds.release(orders, reason="在庫が見つかりました", actor=worker.actor, at=at)

    def cancel(self, worker: Worker, items: Sequence[WorkItem], at: datetime) -> None:
        """Requests to cancel are granted where the parcel is not packed yet."""
        orders = [item.order_id for item in items if item.order_id is not None]
        cancelling.answer_request(orders, accept=True, answer="承りました", actor=worker.actor, at=at)


_DO: dict[str, Callable[[Floor, Worker, Sequence[WorkItem], datetime], None]] = {
    "verify": Floor.verify,
    "release": Floor.release,
    "pick": Floor.pick,
    "pack": Floor.pack,
    "ship": Floor.ship,
    "resolve": Floor.resolve,
    "cancel": Floor.cancel,
}


def _grouped(items: Sequence[WorkItem]) -> list[tuple[tuple[str, str], list[WorkItem]]]:
    groups: defaultdict[tuple[str, str], list[WorkItem]] = defaultdict(list)
    for item in items:
        groups[item.client, item.kind].append(item)
    return list(groups.items())


def _numbers(items: Sequence[WorkItem]) -> dict[int, str]:
    ids = [item.subject_id for item in items]
    return dict(Order.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "number"))


def _never_released(order_ids: Iterable[int]) -> set[int]:
    begun = set(Line.objects.filter(order_id__in=list(order_ids), released__gt=0).values_list("order_id", flat=True))
    return set(order_ids) - begun


def _held_before(order_ids: Iterable[int], reason: str) -> set[int]:
    held = Hold.objects.filter(order_id__in=list(order_ids), reason=reason)
    return set(held.values_list("order_id", flat=True))


def _halves(order_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """For orders of two pieces and more: which line gives how many pieces to the first part."""
    found: dict[int, dict[int, int]] = {}
    pieces: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for order_id, line_id, allocated in Line.objects.filter(order_id__in=order_ids, allocated__gt=0).values_list(
        "order_id", "pk", "allocated"
    ):
        pieces[order_id].append((line_id, allocated))
    for order_id, lines in pieces.items():
        if sum(quantity for _line, quantity in lines) >= 2:
            line_id, quantity = lines[0]
            found[order_id] = {line_id: max(1, quantity // 2) if len(lines) == 1 else quantity}
    return found
