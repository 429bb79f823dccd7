"""Two people, two files, two workers at the same moment: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import connections

from core import events, scope, tasks
from core.batches import Outcome
from core.errors import Refused
from core.models import Event
from integrations.channels import samples
from integrations.channels.nextengine.sample import SHOP
from orders.models import (
    CancelRequest,
    ChangeRequest,
    Hold,
    Intake,
    Line,
    Message,
    Order,
    OrderException,
    Question,
    Return,
    Shipment,
    Thread,
)
from orders.services import cancelling, changes, exceptions, holds, intake, returning, shipping, threads
from orders.services.threads import Words
from tests.conftest import OPERATOR
from tests.factories.orders import MORNING, channel, orders, released, shipped

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

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


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


def test_an_exception_is_decided_once_and_its_effect_happens_once() -> None:
    (key,) = made()
    with scope.client("acme"):
        shipped(key)
        exceptions.open_for([key], kind="wrong_item", actor=OPERATOR, at=MORNING)
        found = OrderException.objects.get(order=key)
    choices = ("reship", "write_off")

    outcomes = together(
        lambda nth: exceptions.decide(
            [found.pk], answer=exceptions.Answer(choices[nth % 2]), by="operator", actor=OPERATOR, at=MORNING
        )
    )

    assert codes(outcomes, found.pk) == ["decided"] * (TOGETHER - 1)
    with scope.client("acme"):
        found.refresh_from_db()
        line, shipments = Line.objects.get(order=key), Shipment.objects.filter(order=key).count()
    done = {"reship": (0, 0, 2), "write_off": (0, 2, 1)}[found.decision]
    assert (line.shipped, line.written_off, shipments) == done


def test_an_exception_of_a_kind_is_opened_once() -> None:
    (key,) = made()
    outcomes = together(lambda _nth: exceptions.open_for([key], kind="shortage", actor=OPERATOR, at=MORNING))
    assert codes(outcomes, key) == ["open_already"] * (TOGETHER - 1)


def test_a_deadline_and_an_answer_do_not_both_decide() -> None:
    (key,) = made()
    with scope.client("acme"):
        exceptions.open_for([key], kind="credit_ng", actor=OPERATOR, at=MORNING)
        found = OrderException.objects.get(order=key)
    late = MORNING + timedelta(days=30)

    def act(nth: int) -> object:
        if nth % 2:
            answer = exceptions.Answer("proceed")
            return exceptions.decide([found.pk], answer=answer, by="client", actor=OPERATOR, at=late)
        return exceptions.follow_up(actor=OPERATOR, at=late)

    together(act)
    with scope.client("acme"):
        found.refresh_from_db()
        phase = Order.objects.get(pk=key).phase
        told = Event.objects.filter(name="order.exception_decided", order_id=key).count()
    assert (found.decision, phase, told) in {("proceed", "received", 1), ("cancel_order", "cancelled", 1)}


def test_a_change_is_answered_once_and_what_is_packed_is_not_changed() -> None:
    (key,) = made()
    with scope.client("acme"):
        (shipment,) = released(key)
        line = Line.objects.get(order=key)
        changes.ask([key], kind="quantity", wanted={"lines": {line.pk: 1}}, reason="多い", actor=OPERATOR, at=MORNING)
        asked = ChangeRequest.objects.get(order=key)

    outcomes = together(
        lambda nth: changes.answer([asked.pk], accept=bool(nth % 2), answer="済", actor=OPERATOR, at=MORNING)
    )

    assert codes(outcomes, asked.pk) == ["answered"] * (TOGETHER - 1)
    with scope.client("acme"):
        asked.refresh_from_db()
        line.refresh_from_db()
        left = Shipment.objects.get(pk=shipment).lines.get().quantity
    assert (asked.state, line.cancelled, line.released, left) in {("accepted", 1, 1, 1), ("declined", 0, 2, 2)}


def test_a_return_is_inspected_once() -> None:
    (key,) = made()
    with scope.client("acme"):
        shipped(key)
        returning.request([key], reason="不要", actor=OPERATOR, at=MORNING)
        back = Return.objects.get(order=key)
        returning.receive([back.pk], actor=OPERATOR, at=MORNING)

    outcomes = together(lambda _nth: returning.inspect([back.pk], finding="良品", actor=OPERATOR, at=MORNING))

    assert codes(outcomes, back.pk) == ["inspected"] * (TOGETHER - 1)
    with scope.client("acme"):
        assert Line.objects.get(order=key).return_accepted == 2


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

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert sum(pool.map(work, range(TOGETHER))) == 1
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


def test_first_messages_at_the_same_moment_make_one_thread_with_one_question() -> None:
    with scope.client("acme"):
        (order,) = orders(1)

    together(lambda nth: threads.write_about(order, Words(f"いつ? {nth}"), side="client", actor=OPERATOR, at=MORNING))

    with scope.client("acme"):
        thread = Thread.objects.get(order_id=order)
        assert Message.objects.filter(thread=thread).count() == TOGETHER
        assert Question.objects.filter(thread=thread).count() == 1
        assert thread.public_version == TOGETHER


def test_answers_at_the_same_moment_end_the_question_once() -> None:
    with scope.client("acme"):
        (order,) = orders(1)
        asked = threads.write_about(order, Words("いつ?"), side="client", actor=OPERATOR, at=MORNING)

    together(lambda _nth: threads.write(asked.thread_id, Words("明日"), side="operator", actor=OPERATOR, at=MORNING))

    with scope.client("acme"):
        assert Event.objects.filter(name="thread.answered").count() == 1
        assert Message.objects.filter(thread=asked.thread_id).count() == 1 + TOGETHER
