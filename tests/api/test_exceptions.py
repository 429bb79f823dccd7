from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core import clock
from orders.models import OrderException
from orders.services import exceptions
from tests.api.conftest import Program, program
from tests.conftest import OPERATOR
from tests.factories import orders as made


def troubled(kind: str = "shortage", **how: Any) -> OrderException:
    """An order about which somebody has to decide."""
    key = made.order(units=[2, 1]).pk
    exceptions.open_for([key], kind=kind, actor=OPERATOR, at=clock.now(), **how).sole()
    return OrderException.objects.get(order=key)


def decide(program_: Program, found: OrderException, body: object, order_id: int | None = None) -> Any:
    return program_.post(f"orders/{order_id or found.order_id}/exceptions/{found.pk}/decide", body)


def test_an_order_says_what_has_to_be_decided(acme_program: Program) -> None:
    found = troubled(note="棚に1個")

    (told,) = acme_program.get(f"orders/{found.order_id}").json()["exceptions"]

    assert (told["id"], told["kind"], told["decider"], told["party"]) == (found.pk, "shortage", "client", "client")
    assert (told["note"], told["decision"], told["closed_at"]) == ("棚に1個", "", None)
    assert [(one["code"], one["needs"]) for one in told["choices"]] == [
        ("ship_part", ""),
        ("wait", "date"),
        ("substitute", "item"),
        ("cancel_lines", ""),
        ("cancel_order", ""),
    ]


def test_a_decision_moves_the_order(acme_program: Program) -> None:
    found = troubled()

    answer = decide(acme_program, found, {"choice": "cancel_order", "answer": "不要になりました"})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["phase"], body["exceptions"][0]["decision"]) == ("cancelled", "cancel_order")
    assert body["exceptions"][0]["choices"] == []
    assert body["exceptions"][0]["answer"] == "不要になりました"


def test_what_a_choice_needs_comes_with_it(acme_program: Program) -> None:
    found = troubled("bad_address")

    answer = decide(
        acme_program, found, {"choice": "correct_address", "postcode": "530-0001", "address": "大阪市北区梅田3"}
    )

    assert answer.json()["ship_address"] == "大阪府大阪市北区梅田3"


def test_what_cannot_be_decided_is_refused_in_a_sentence(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    found = troubled()
    for body, code in (
        ({"choice": "wait"}, "bad_date"),
        ({"choice": "reship"}, "not_offered"),
        ({"choice": "fly"}, None),
        ({}, None),
    ):
        answer = decide(acme_program, found, body)
        assert answer.status_code == 422, body
        assert code in (None, error_of(answer)["code"])
    assert decide(acme_program, found, {"choice": "cancel_order"}).status_code == 200
    again = decide(acme_program, found, {"choice": "cancel_order"})
    assert (again.status_code, error_of(again)["code"]) == (422, "decided")


def test_what_the_operator_decides_is_not_the_programs(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    found = troubled("spec_change")
    assert error_of(decide(acme_program, found, {"choice": "proceed"}))["code"] == "not_yours"


def test_another_orders_exception_is_not_there_and_reading_is_not_deciding(acme_program: Program) -> None:
    found = troubled()
    other = made.order().pk
    assert decide(acme_program, found, {"choice": "cancel_order"}, order_id=other).status_code == 404
    reader = program("acme", ["orders:read"])
    assert decide(reader, found, {"choice": "cancel_order"}).status_code == 403
