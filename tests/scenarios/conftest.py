from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from billing.meters import METERS
from core import clock
from core.batches import Outcome
from core.events import Actor
from core.models import Event
from orders import tasks
from orders.lifecycle import phase_of
from orders.models import Line, Order, OrderException, Shipment
from orders.queries import facts
from orders.queries.troubles import decisions
from orders.services import exceptions, shipping
from orders.services.exceptions import Answer
from sla import services as promises
from sla.models import Clock
from tests.conftest import OPERATOR
from tests.factories import operations, orders
from tests.scenarios.killing import Site, portal

At = Callable[[str], datetime]
CLIENT = Actor("person", "7", "委託 太郎")


class Story:
    """One order of acme on a moved clock, from Thursday 1 October 2026, 10:00 in Tokyo. Everybody listens."""

    def __init__(self, at: At, **fields: Any) -> None:
        self.at = at
        self.go("2026-10-01 10:00")
        promises.set_up_defaults(at=at("2026-09-01 00:00"))
        self.key = operations.received(ordered_at=at("2026-10-01 10:00"), received_at=at("2026-10-01 10:00"), **fields)

    def go(self, text: str) -> None:
        """Move the clock, and have done what is done by the clock."""
        clock.move(self.at(text))
        tasks.follow_up.function()

    def opens(self, kind: str, **how: Any) -> OrderException:
        """Something goes wrong."""
        exceptions.open_for([self.key], kind=kind, actor=OPERATOR, at=clock.now(), **how).sole()
        found = OrderException.objects.filter(order=self.key, kind=kind).latest("pk")
        assert self.phase == "exception"
        return found

    def decides(self, found: OrderException, choice: str, *, by: str = "client", **more: Any) -> Outcome:
        """Somebody chooses; refused outcomes are raised."""
        actor = CLIENT if by == "client" else OPERATOR
        answer = Answer(choice, **more)
        outcome = exceptions.decide([found.pk], answer=answer, by=by, actor=actor, at=clock.now())
        outcome.sole()
        return outcome

    def ships(self, *, deliver: bool = False) -> list[int]:
        """What can go, goes."""
        if Order.objects.filter(pk=self.key, lines__allocated__gt=0).exists():
            shipping.release([self.key], actor=OPERATOR, at=clock.now())
        open_ones = list(Shipment.objects.filter(order=self.key, handed_over_at=None).exclude(state="cancelled"))
        keys = [one.pk for one in open_ones]
        shipping.pick(keys, actor=OPERATOR, at=clock.now())
        shipping.pack(keys, actor=OPERATOR, at=clock.now())
        outcome = shipping.ship(keys, parcels=orders.slips(keys), actor=OPERATOR, at=clock.now())
        assert not outcome.refused, outcome.reasons()
        if deliver:
            shipping.deliver(keys, actor=OPERATOR, at=clock.now())
        return keys

    @property
    def phase(self) -> str:
        """The phase as stored, which is the one that is derived."""
        stored = orders.phase_of(self.key)
        assert stored == phase_of(facts.of_order(self.key)).code
        return stored

    @property
    def order(self) -> Order:
        return Order.objects.get(pk=self.key)

    def line(self, nth: int = 1) -> Line:
        return Line.objects.get(order=self.key, position=nth)

    @property
    def asked(self) -> list[str]:
        """What stands on the client's page of questions: the kinds."""
        return [one.row.kind for one in decisions(side="client")]

    @property
    def work(self) -> dict[str, str]:
        """The kinds of work that is open in the operator's queue."""
        return operations.work_on(self.key, "open", "claimed")

    @property
    def ship_clock(self) -> Clock:
        return Clock.objects.get(order_id=self.key, promise__code="ship-13")

    def told(self, name: str) -> list[dict[str, Any]]:
        """What the record says under this name, oldest first."""
        return list(Event.objects.filter(order_id=self.key, name=name).order_by("id").values_list("data", flat=True))

    def metered(self, meter: str) -> int:
        """How much of the order the meter counts."""
        counted = METERS[meter]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT coalesce(sum({counted.quantity}), 0) FROM core_event e"
                f" WHERE {counted.condition} AND e.order_id = %s",
                [self.key],
            )
            return int(cursor.fetchone()[0])


@pytest.fixture
def story(acme: str, at: At, settings: Any, tmp_path: Path) -> Iterator[Callable[..., Story]]:
    """Begin a story: story(units=[2, 1])."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    yield lambda **fields: Story(at, **fields)
    clock.release()


@pytest.fixture
def site(tmp_path: Path, django_db_blocker: Any) -> Iterator[Site]:
    """A portal of the test's own, to be killed."""
    with portal(tmp_path, django_db_blocker) as site:
        yield site


def day(text: str) -> date:
    return date.fromisoformat(text)
