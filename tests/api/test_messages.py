"""Messages about an order, for the client's programs."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import Message, Question
from orders.services import threads
from orders.services.threads import Words
from tests.api.conftest import Program
from tests.conftest import OPERATOR
from tests.factories import orders


def send(program: Program, order: int, body: dict[str, object]) -> Any:
    return program.post(f"orders/{order}/messages", body, **{"Idempotency-Key": "k-1"})


def test_a_program_asks_and_reads_the_answer_but_no_note(acme_program: Program) -> None:
    order = orders.order().pk
    asked = send(acme_program, order, {"body": "いつ届きますか"})
    assert (asked.status_code, asked.json()["answer_awaited"]) == (201, True)
    for words in (Words("仕入先に確認ZQX", internal=True), Words("明日です", answer_awaited=False)):
        threads.write_about(order, words, side="operator", actor=OPERATOR, at=orders.MORNING)

    read = acme_program.get(f"orders/{order}/messages")

    assert [(one["side"], one["body"]) for one in read.json()["data"]] == [
        ("client", "いつ届きますか"), ("operator", "明日です"),
    ]  # fmt: skip
    assert b"ZQX" not in read.content


def test_an_announcement_asks_nothing(acme_program: Program) -> None:
    send(acme_program, orders.order().pk, {"body": "ご連絡まで", "answer_awaited": False})
    assert (Message.objects.count(), Question.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "body", [{}, {"body": ""}, {"body": "長" * 4001}, {"body": "あ\0い"}, {"body": "x", "answer_awaited": "?"}]
)
def test_what_cannot_be_sent_is_refused(body: dict[str, object], acme_program: Program) -> None:
    answer = send(acme_program, orders.order().pk, body)
    assert answer.status_code == 422
    assert Message.objects.count() == 0


def test_an_order_that_there_is_not_has_no_messages(acme_program: Program) -> None:
    assert acme_program.get("orders/0/messages").status_code == 404
    assert send(acme_program, 0, {"body": "x"}).status_code == 404
