from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from core.errors import Refused
from core.models import Event
from orders.models import Hold, Order, Verification
from orders.services import cancelling, holds, shipping, verification
from tests.conftest import OPERATOR
from tests.factories.orders import order, orders, phase_of, shipped

At = Callable[[str], datetime]
pytestmark = pytest.mark.usefixtures("nobody_listens")
CLIENT = OPERATOR


def told(name: str) -> list[tuple[int, dict[str, object]]]:
    """What the record says under this name: subject and data."""
    return list(Event.objects.filter(name=name).order_by("id").values_list("subject_id", "data"))


def test_an_order_is_verified_when_its_last_reason_is_answered(acme: str, at: At) -> None:
    key = order(verifications=["address", "credit"]).pk
    assert phase_of(key) == "verifying"

    verification.answer([key], reason="address", answer="電話で確認", actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert phase_of(key) == "verifying"
    assert told("order.verified") == []

    verification.answer([key], answer="問題なし", actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert phase_of(key) == "received"
    assert [subject for subject, _data in told("order.verified")] == [key]
    assert [data["reason"] for _subject, data in told("order.verification_answered")] == ["address", "credit"]
    answered = Verification.objects.get(order=key, reason="credit")
    assert (answered.answer, answered.answered_by) == ("問題なし", OPERATOR.name)


def test_only_those_that_wait_for_an_answer_are_verified(acme: str, at: At) -> None:
    waiting, other, plain = order(verifications=["credit"]).pk, order(verifications=["address"]).pk, order().pk
    outcome = verification.answer(
        [waiting, other, plain, 10**9], reason="credit", answer="可", actor=OPERATOR, at=at("2026-10-01 10:00")
    )
    assert outcome.done == {waiting}
    assert {key: refusal.code for key, refusal in outcome.refused.items()} == {
        other: "nothing_to_verify",
        plain: "nothing_to_verify",
        10**9: "not_found",
    }


def test_a_held_order_stays_when_its_neighbours_are_released(acme: str, at: At) -> None:
    held, ready = orders(2)
    holds.place([held], reason="address", question="番地は？", actor=OPERATOR, at=at("2026-10-01 10:00"))

    outcome = shipping.release([held, ready], actor=OPERATOR, at=at("2026-10-01 11:00"))

    assert outcome.done == {ready}
    assert outcome.refused[held].code == "held"
    assert (phase_of(held), phase_of(ready)) == ("held", "preparing")


def test_the_clients_answer_releases_the_hold(acme: str, at: At) -> None:
    key = order().pk
    holds.place([key], reason="question", question="色は？", actor=OPERATOR, at=at("2026-10-01 10:00"))
    hold = Hold.objects.get(order=key)
    assert hold.party == "client"

    holds.answer(hold.pk, answer="青です", actor=CLIENT, at=at("2026-10-01 12:00"))

    assert phase_of(key) == "received"
    assert told("order.hold_answered") == [(key, {"hold_id": hold.pk, "answer": "青です"})]
    with pytest.raises(Refused, match="回答済み"):
        holds.answer(hold.pk, answer="赤です", actor=CLIENT, at=at("2026-10-01 12:01"))
    hold.refresh_from_db()
    assert hold.answer == "青です"


def test_an_order_is_held_until_its_last_hold_is_gone(acme: str, at: At) -> None:
    key = order().pk
    for reason in ("question", "stock"):
        holds.place([key], reason=reason, actor=OPERATOR, at=at("2026-10-01 10:00"))
    again = holds.place([key], reason="stock", actor=OPERATOR, at=at("2026-10-01 10:01"))
    assert again.refused[key].code == "held_already"

    holds.answer(Hold.objects.get(reason="question").pk, answer="はい", actor=CLIENT, at=at("2026-10-01 11:00"))
    assert phase_of(key) == "held"
    outcome = holds.release([key], reason="在庫あり", actor=OPERATOR, at=at("2026-10-01 12:00"))
    assert outcome.done == {key}
    assert phase_of(key) == "received"
    assert [(data["reason"], data["party"]) for _key, data in told("order.hold_released")] == [("stock", "operator")]
    assert (
        holds.release([key], reason="もう一度", actor=OPERATOR, at=at("2026-10-01 12:00")).refused[key].code
        == "not_held"
    )


def test_a_hold_until_a_date_ends_itself(acme: str, at: At) -> None:
    soon, later, asked = orders(3)
    for key, end in ((soon, "2026-10-03 00:00"), (later, "2026-10-04 00:00")):
        holds.place([key], reason="date", expected_end=at(end), actor=OPERATOR, at=at("2026-10-01 10:00"))
    holds.place(
        [asked, soon], reason="question", expected_end=at("2026-10-02 00:00"), actor=OPERATOR, at=at("2026-10-01 10:00")
    )

    assert holds.end_due(actor=OPERATOR, at=at("2026-10-03 00:00")) == 1

    open_holds = set(Hold.objects.filter(released_at=None).values_list("order_id", "reason"))
    assert open_holds == {(later, "date"), (asked, "question"), (soon, "question")}
    assert holds.end_due(actor=OPERATOR, at=at("2026-10-03 00:00")) == 0


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"reason": "weather"}, "reason"),
        ({"reason": "stock", "party": "moon"}, "party"),
        ({"reason": "date"}, "expected_end"),
        ({"reason": "question", "question": "あ" * 2001}, "question"),
    ],
)
def test_a_hold_that_says_too_little_is_refused(acme: str, at: At, how: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        holds.place(orders(1), **how, actor=OPERATOR, at=at("2026-10-01 10:00"))  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert not Hold.objects.exists()


def test_cancelling_before_release_is_at_once(acme: str, at: At) -> None:
    key = order(units=[2, 1]).pk
    outcome = cancelling.cancel([key], by="client", reason="重複", actor=CLIENT, at=at("2026-10-01 10:00"))
    assert outcome.done == {key}
    assert not outcome.requested
    assert phase_of(key) == "cancelled"
    assert [(data["units"], data["zone"], data["by"]) for _key, data in told("order.cancelled")] == [
        (3, "before_release", "client")
    ]
    again = cancelling.cancel([key], by="client", reason="重複", actor=CLIENT, at=at("2026-10-01 10:00"))
    assert again.refused[key].code == "cancelled"


def test_nobody_is_asked_about_a_cancelled_order_any_more(acme: str, at: At) -> None:
    key = order().pk
    holds.place([key], reason="question", question="色は？", actor=OPERATOR, at=at("2026-10-01 10:00"))
    cancelling.cancel([key], by="client", reason="不要", actor=CLIENT, at=at("2026-10-01 11:00"))
    hold = Hold.objects.get(order=key)
    assert (phase_of(key), hold.released_at, hold.release_reason) == ("cancelled", at("2026-10-01 11:00"), "不要")
    with pytest.raises(Refused):
        holds.answer(hold.pk, answer="青", actor=CLIENT, at=at("2026-10-01 12:00"))


def test_cancelling_what_the_warehouse_works_on_is_asked_for(acme: str, at: At) -> None:
    key = order(units=[2]).pk
    shipping.release([key], actor=OPERATOR, at=at("2026-10-01 10:00"))

    outcome = cancelling.cancel([key], by="client", reason="重複", actor=CLIENT, at=at("2026-10-01 10:30"))

    assert outcome.done == outcome.requested == {key}
    assert phase_of(key) == "preparing"
    twice = cancelling.cancel([key], by="client", reason="重複", actor=CLIENT, at=at("2026-10-01 10:31"))
    assert twice.refused[key].code == "cancel_requested"
    shipment = Order.objects.get(pk=key).shipments.get()
    picked = shipping.pick([shipment.pk], actor=OPERATOR, at=at("2026-10-01 10:40"))
    assert picked.refused[shipment.pk].code == "cancel_requested"


@pytest.mark.parametrize(
    ("accept", "phase", "state"), [(True, "cancelled", "cancelled"), (False, "preparing", "released")]
)
def test_the_operator_answers_the_request(acme: str, at: At, accept: bool, phase: str, state: str) -> None:
    key = order(units=[2]).pk
    shipping.release([key], actor=OPERATOR, at=at("2026-10-01 10:00"))
    cancelling.cancel([key], by="client", reason="重複", actor=CLIENT, at=at("2026-10-01 10:30"))

    outcome = cancelling.answer_request(
        [key], accept=accept, answer="棚に戻しました", actor=OPERATOR, at=at("2026-10-01 11:00")
    )

    assert outcome.done == {key}
    found = Order.objects.get(pk=key)
    assert (found.phase, found.shipments.get().state) == (phase, state)
    assert found.lines.get().released == (0 if accept else 2)
    assert [data["accepted"] for _key, data in told("order.cancel_request_answered")] == [accept]
    late = cancelling.answer_request([key], accept=accept, answer="再度", actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert late.refused[key].code == "no_cancel_request"


def test_the_operator_cancels_in_the_warehouse_at_once(acme: str, at: At) -> None:
    key = order(units=[2]).pk
    shipping.release([key], actor=OPERATOR, at=at("2026-10-01 10:00"))
    outcome = cancelling.cancel([key], by="operator", reason="欠品", actor=OPERATOR, at=at("2026-10-01 10:30"))
    assert outcome.done == {key}
    assert not outcome.requested
    assert [data["zone"] for _key, data in told("order.cancelled")] == ["by_request"]
    assert len(told("shipment.cancelled")) == 1


def test_what_has_left_is_a_return(acme: str, at: At) -> None:
    key = order().pk
    shipped(key)
    outcome = cancelling.cancel([key], by="client", reason="不要", actor=CLIENT, at=at("2026-10-01 15:00"))
    assert "返品" in str(outcome.refused[key])
    assert phase_of(key) == "shipped"
