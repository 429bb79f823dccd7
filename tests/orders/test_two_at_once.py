"""Two people, two files, two workers at the same moment: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connections

from core import events, scope, tasks
from core.batches import Outcome
from core.errors import Refused
from core.models import Event
from integrations.channels import samples
from integrations.channels.nextengine.sample import SHOP
from orders.models import CancelRequest, Hold, Intake, Line, Order, Shipment
from orders.services import cancelling, holds, intake, shipping
from tests.conftest import OPERATOR
from tests.factories.orders import MORNING, channel, orders

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("own_database", "nobody_listens")]

Answer = TypeVar("Answer")
TOGETHER = 4


def together(work: Callable[[int], Answer], times: int = TOGETHER) -> list[Answer]:
    """The work done by so many at once, each as the client acme in a transaction of its own."""

    def alone(nth: int) -> Answer:
        try:
            with scope.client("acme"):
                return work(nth)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(alone, range(times)))


def made(count: int = 1) -> list[int]:
    """Committed orders."""
    with scope.client("acme"):
        return orders(count, units=[2])


def codes(outcomes: Iterable[Outcome], key: int) -> list[str]:
    """Why those who lost were refused."""
    return [outcome.refused[key].code for outcome in outcomes if key in outcome.refused]


def test_an_order_is_released_once() -> None:
    (key,) = made()
    outcomes = together(lambda _nth: shipping.release([key], actor=OPERATOR, at=MORNING))
    assert sum(key in outcome.done for outcome in outcomes) == 1
    assert codes(outcomes, key) == ["released"] * (TOGETHER - 1)
    with scope.client("acme"):
        assert Shipment.objects.filter(order=key).count() == 1
        assert Line.objects.get(order=key).released == 2
        assert Event.objects.filter(name="shipment.released", order_id=key).count() == 1


def test_overlapping_sets_in_opposite_order_do_not_die_of_each_other() -> None:
    keys = made(30)
    outcomes = together(lambda nth: shipping.release(keys if nth % 2 else keys[::-1], actor=OPERATOR, at=MORNING))
    won = [key for outcome in outcomes for key in outcome.done]
    assert sorted(won) == keys
    assert all(len(outcome.done) + len(outcome.refused) == len(keys) for outcome in outcomes)


def test_cancelling_and_releasing_do_not_both_happen() -> None:
    (key,) = made()

    def act(nth: int) -> Outcome:
        if nth % 2:
            return cancelling.cancel([key], by="client", reason="不要", actor=OPERATOR, at=MORNING)
        return shipping.release([key], actor=OPERATOR, at=MORNING)

    together(act)
    with scope.client("acme"):
        found = Order.objects.get(pk=key)
        asked = CancelRequest.objects.filter(order=key).count()
        shipments = Shipment.objects.filter(order=key).count()
    assert (found.phase, shipments, asked) in {("cancelled", 0, 0), ("preparing", 1, 1)}


def test_a_question_is_answered_once() -> None:
    (key,) = made()
    with scope.client("acme"):
        holds.place([key], reason="question", actor=OPERATOR, at=MORNING)
        hold = Hold.objects.get(order=key)

    def answer(nth: int) -> str:
        try:
            holds.answer(hold.pk, answer=f"答え{nth}", actor=OPERATOR, at=MORNING)
        except Refused as refusal:
            return refusal.code
        return "taken"

    assert sorted(together(answer)) == ["answered"] * (TOGETHER - 1) + ["taken"]


def test_an_order_is_held_once_for_a_reason() -> None:
    (key,) = made()
    outcomes = together(lambda _nth: holds.place([key], reason="stock", actor=OPERATOR, at=MORNING))
    assert codes(outcomes, key) == ["held_already"] * (TOGETHER - 1)


def test_the_same_file_sent_at_once_comes_in_once() -> None:
    data = samples.make(SHOP, orders=40, seed=11, month="2026-10").data
    with scope.client("acme"):
        shop = channel("same")

    def submit(_nth: int) -> str:
        try:
            intake.submit(shop, file_name="a.csv", data=data, actor=OPERATOR, at=MORNING)
        except Refused as refusal:
            return refusal.code
        return "taken"

    assert sorted(together(submit)) == ["same_file"] * (TOGETHER - 1) + ["taken"]
    with scope.client("acme"):
        assert Intake.objects.filter(channel=shop).count() == 1


def test_the_same_orders_in_different_files_at_once_are_one_each() -> None:
    sample = samples.make(SHOP, orders=150, seed=12, month="2026-10")
    with scope.client("acme"):
        shop = channel("twice")
        arrivals = [
            intake.submit(shop, file_name=f"{nth}.csv", data=sample.data + b"\r\n" * nth, actor=OPERATOR, at=MORNING).pk
            for nth in range(TOGETHER)
        ]

    found = together(lambda nth: intake.run(arrivals[nth], at=MORNING))

    with scope.client("acme"):
        assert Order.objects.filter(channel=shop).count() == sample.manifest["orders"]
        assert Line.objects.filter(order__channel=shop).count() == sample.manifest["lines"]
    assert sorted(one.orders_new for one in found) == [0] * (TOGETHER - 1) + [sample.manifest["orders"]]


def test_a_job_that_runs_twice_reads_the_file_once() -> None:
    sample = samples.make(SHOP, orders=60, seed=13, month="2026-10")
    with scope.client("acme"):
        arrived = intake.submit(channel("job"), file_name="j.csv", data=sample.data, actor=OPERATOR, at=MORNING)
    assert arrived.job_id is not None
    job_id = arrived.job_id

    def work(_nth: int) -> bool:
        try:
            return tasks.run(job_id)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(TOGETHER) as threads:
        assert sum(threads.map(work, range(TOGETHER))) == 1
    with scope.client("acme"):
        assert Intake.objects.get(pk=arrived.pk).orders_new == sample.manifest["orders"]
        assert Order.objects.filter(intake=arrived).count() == sample.manifest["orders"]


def test_a_reading_that_fails_leaves_nothing_and_can_be_tried_again() -> None:
    sample = samples.make(SHOP, orders=60, seed=14, month="2026-10")
    with scope.client("acme"):
        arrived = intake.submit(channel("again"), file_name="k.csv", data=sample.data, actor=OPERATOR, at=MORNING)

    def fail(_told: events.Told) -> None:
        raise OSError("away")

    events.install({"order.received": (fail,)})
    with pytest.raises(OSError, match="away"), scope.client("acme"):
        intake.run(arrived.pk, at=MORNING)
    with scope.client("acme"):
        assert not Order.objects.filter(intake=arrived).exists()
        assert Intake.objects.get(pk=arrived.pk).state == Intake.WAITING
    events.install({})
    with scope.client("acme"):
        assert intake.run(arrived.pk, at=MORNING).orders_new == sample.manifest["orders"]
