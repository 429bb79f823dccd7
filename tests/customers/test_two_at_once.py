"""Two people at one proposal, two tasks at the same orders: one wins, the other is told, nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, connections

from core import scope
from customers import services
from customers.models import Buyer, Proposal
from orders.models import Order
from orders.services import buyers
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.buyers import HANAKO, pair

pytestmark = [pytest.mark.services, pytest.mark.usefixtures("own_database", "emptied")]

Answer = TypeVar("Answer")
TOGETHER = 4


@pytest.fixture
def emptied() -> Iterator[None]:
    """What a test commits does not stay."""
    yield
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE c_acme.customers_buyer, c_acme.orders_order CASCADE")


def together(work: Callable[[int], Answer]) -> list[Answer]:
    """The work done by so many at once, each as the client acme in a transaction of its own."""

    def alone(nth: int) -> Answer:
        try:
            with scope.client("acme"):
                return work(nth)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(TOGETHER) as threads:
        return list(threads.map(alone, range(TOGETHER)))


def test_a_proposal_is_decided_once() -> None:
    with scope.client("acme"):
        first, second = pair()
        proposal = Proposal.objects.get().pk
    acts = (services.accept, services.decline)
    outcomes = together(lambda nth: acts[nth % 2]([proposal], actor=OPERATOR, at=orders.MORNING))
    assert sum(proposal in outcome.done for outcome in outcomes) == 1
    with scope.client("acme"):
        state = Proposal.objects.get().state
        told = {outcome.refused[proposal].code for outcome in outcomes if outcome.refused}
        assert told == {state}
        heads = set(Buyer.objects.values_list("head_id", flat=True))
        assert heads == ({first} if state == Proposal.ACCEPTED else {first, second})


def test_pairs_that_hang_together_are_merged_into_one() -> None:
    with scope.client("acme"):
        for mail in ("a", "b", "c", "d"):
            orders.order(**{**HANAKO, "buyer_email": f"{mail}@example.jp"})
        buyers.recognise(at=orders.MORNING)
        asked = list(Proposal.objects.values_list("pk", flat=True))
    together(lambda nth: services.accept(asked[nth::TOGETHER], actor=OPERATOR, at=orders.MORNING))
    with scope.client("acme"):
        (head,) = set(Buyer.objects.values_list("head_id", flat=True))
        assert Buyer.objects.get(merged_into=None).pk == head


def test_the_same_orders_find_one_buyer_each() -> None:
    with scope.client("acme"):
        for nth in range(40):
            orders.order(**{**HANAKO, "buyer_email": f"{nth % 10}@example.jp"})
    together(lambda _nth: buyers.recognise(at=orders.MORNING, limit=15))
    with scope.client("acme"):
        while buyers.recognise(at=orders.MORNING):
            pass
        assert Buyer.objects.count() == 10
        assert Order.objects.filter(buyer__isnull=False).count() == 40
