from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from core import clock, idempotency, scope
from core.models import IdempotentCall
from orders.models import Order
from tests import databases, environment
from tests.api.conftest import Program, an_order, program
from tests.conftest import OPERATOR
from tests.factories import orders as made


def test_the_same_call_gets_the_same_answer_and_is_done_once(acme_program: Program) -> None:
    made.channel()
    first, again = acme_program.place(an_order()), acme_program.place(an_order())
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Order.objects.count() == 1


def test_a_key_must_be_there_and_belongs_to_one_call(
    acme_program: Program, error_of: Callable[..., dict[str, Any]]
) -> None:
    made.channel()
    for key in ("", "k" * 101, "a b"):
        refused = acme_program.place(an_order(), key=key)
        assert (refused.status_code, error_of(refused)["code"]) == (400, "idempotency_key_missing")
    acme_program.place(an_order("A-1"))
    other = acme_program.place(an_order("A-2"))
    assert (other.status_code, error_of(other)["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_a_refused_call_may_be_mended_under_its_key(acme_program: Program) -> None:
    made.channel()
    assert acme_program.place(an_order(unknown=1)).status_code == 422
    assert acme_program.place(an_order()).status_code == 201


def test_keys_are_each_clients_own(acme_program: Program) -> None:
    made.channel()
    with scope.client("bravo"):
        made.channel()
    assert acme_program.place(an_order()).status_code == 201
    neighbour = program("bravo").place(an_order())
    assert neighbour.status_code == 201
    assert "Idempotency-Replayed" not in neighbour


def test_answers_are_forgotten_after_a_day(acme: str) -> None:
    now = clock.now()
    for key, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=23))):
        IdempotentCall.objects.create(key=key, fingerprint="x", status=201, body="{}", answered_at=now - age)
    assert idempotency.forget_old() == 1
    assert list(IdempotentCall.objects.values_list("pk", flat=True)) == ["new"]


@pytest.fixture
def committing(django_db_blocker: Any) -> Iterator[None]:
    """A database of its own with the client acme, where calls commit."""
    from tenants import services

    with django_db_blocker.unblock(), databases.committing(f"{environment.DATABASE}_calls"):
        services.create_client(code="acme", name="アクメ商事", actor=OPERATOR, at=datetime(2026, 1, 5, tzinfo=UTC))
        yield


@pytest.mark.services
def test_of_many_at_once_one_works_and_the_others_hear_of_it(
    committing: None, error_of: Callable[..., dict[str, Any]]
) -> None:
    with scope.client("acme"):
        made.channel()
    who = program("acme")

    def call(_nth: int) -> Any:
        try:
            return who.place(an_order())
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(call, range(4)))
    with scope.client("acme"):
        assert Order.objects.count() == 1
    worked = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in worked}) == 1
    assert all(error_of(answer)["code"] == "still_running" for answer in answers if answer not in worked)
    assert who.place(an_order())["Idempotency-Replayed"] == "true"


@pytest.mark.services
def test_while_the_first_call_runs_the_second_is_told_so(
    committing: None, error_of: Callable[..., dict[str, Any]]
) -> None:
    with scope.client("acme"):
        made.channel()
    who = program("acme")

    def call() -> Any:
        try:
            return who.place(an_order(), key="held")
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(1) as thread, scope.client("acme"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_user || 'held', 1))")
        answer = thread.submit(call).result()
    assert (answer.status_code, error_of(answer)["code"]) == (409, "still_running")
    assert call().status_code == 201
