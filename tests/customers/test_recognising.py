"""Orders find their buyers: the known one, or a new one, in as many statements for many as for one."""

from __future__ import annotations

import random
from datetime import timedelta

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import scope, tasks
from core.jobs.models import Job
from customers.models import Address, Buyer, Mark, Proposal
from customers.services.proposing import TOO_COMMON
from orders.models import Order
from orders.queries import buyers as ordered_by
from orders.services import buyers
from orders.services import intake as receiving
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.buyers import HANAKO, ordered
from tests.factories.order_files import order_file, row

pytestmark = pytest.mark.usefixtures("acme")


def test_the_same_name_and_mail_is_the_same_buyer() -> None:
    first = ordered()
    assert (
        ordered(buyer_name="山田　花子", buyer_email="HANAKO@example.jp", buyer_phone="", buyer_kana="ヤマダ") == first
    )
    assert ordered(buyer_name="山田 太郎") != first
    assert Buyer.objects.get(pk=first).kana == "ヤマダ"
    assert Buyer.objects.get(pk=first).name == "山田 花子"


def test_nothing_known_is_nobody_elses_order() -> None:
    bare = {"buyer_email": "", "buyer_phone": "不明", "buyer_postcode": "", "buyer_address": ""}
    assert ordered(**bare) != ordered(**bare)
    assert not Proposal.objects.exists()


def test_once_noted_nothing_is_left_to_note() -> None:
    ordered()
    before = [list(model.objects.order_by("pk").values()) for model in (Order, Buyer, Mark, Address, Proposal)]
    assert buyers.recognise(at=orders.MORNING) == 0
    assert [list(model.objects.order_by("pk").values()) for model in (Order, Buyer, Mark, Address, Proposal)] == before


def test_a_buyer_keeps_every_way_to_reach_them() -> None:
    buyer = ordered()
    assert ordered(buyer_phone="+81312345678", buyer_postcode="5300001", buyer_address="大阪市北区梅田3-1-3") == buyer
    phones = Mark.objects.filter(buyer=buyer, kind="phone").order_by("id").values_list("value", flat=True)
    assert list(phones) == ["+819012345678", "+81312345678"]
    assert Address.objects.filter(buyer=buyer).count() == 2
    search = Buyer.objects.get(pk=buyer).search
    assert all(part in search for part in ("山田花子", "hanako@example.jp", "0312345678", "5300001", "1050011"))


def test_when_a_buyer_ordered_is_what_the_orders_say() -> None:
    days = random.Random(3)
    for _nth in range(12):
        when = orders.MORNING - timedelta(days=days.randrange(400))
        orders.order(**{**HANAKO, "buyer_email": days.choice(["a@example.jp", "b@example.jp"]), "ordered_at": when})
        buyers.recognise(at=orders.MORNING, limit=5)
    for buyer in Buyer.objects.all():
        figures = ordered_by.figures([buyer.pk])[buyer.pk]
        assert (buyer.first_order_at, buyer.last_order_at) == (figures.first_at, figures.last_at)
        assert buyer.latest_order_at == figures.last_at


def test_many_cost_as_many_statements_as_one() -> None:
    def statements(count: int) -> int:
        for nth in range(count):
            orders.order(**{**HANAKO, "buyer_email": f"{count}-{nth}@example.jp", "buyer_phone": f"+8190{nth:08}"})
        with CaptureQueriesContext(connection) as queries:
            assert buyers.recognise(at=orders.MORNING) == count
        return len(queries)

    assert statements(1) == statements(40)


def test_who_shares_something_is_proposed_with_the_reasons() -> None:
    first = ordered(buyer_email="a@example.jp")
    second = ordered(buyer_email="b@example.jp")
    proposal = Proposal.objects.get()
    assert (proposal.first_id, proposal.second_id) == (first, second)
    assert proposal.reasons == ["name_address", "phone", "name_postcode"]
    assert proposal.score == 100


def test_what_everybody_shares_says_nothing() -> None:
    for nth in range(TOO_COMMON + 1):
        orders.order(
            **{**HANAKO, "buyer_name": f"客{nth}", "buyer_email": f"{nth}@example.jp", "buyer_postcode": f"{nth:07}"}
        )
    buyers.recognise(at=orders.MORNING)
    assert Buyer.objects.count() == TOO_COMMON + 1
    assert not Proposal.objects.exists()


def test_the_order_of_arrival_changes_no_proposal() -> None:
    """Symmetric: whoever comes first, the same pairs are proposed for the same reasons."""
    people = [
        {"buyer_name": "山田 花子", "buyer_email": "a@example.jp", "buyer_phone": "+819012345678"},
        {"buyer_name": "ヤマダ ハナコ", "buyer_email": "b@example.jp", "buyer_phone": "+819012345678"},
        {"buyer_name": "山田 花子", "buyer_email": "c@example.jp", "buyer_phone": ""},
    ]

    def proposed(client: str, turn: list[dict[str, str]]) -> set[tuple[frozenset[str], tuple[str, ...]]]:
        with scope.client(client):
            for person in turn:
                ordered(**person)
            found = Proposal.objects.select_related("first", "second")
            return {(frozenset((p.first.identity, p.second.identity)), tuple(p.reasons)) for p in found}

    forwards, backwards = proposed("acme", people), proposed("bravo", people[::-1])
    assert len(forwards) == 2
    assert forwards == backwards


def test_an_intake_has_its_buyers_noted_afterwards() -> None:
    channel = orders.channel()
    data = order_file([row(店舗伝票番号="A-1"), row(店舗伝票番号="A-2")])
    made = receiving.submit(channel, file_name="a.csv", data=data, actor=OPERATOR, at=orders.MORNING)
    receiving.run(made.pk, at=orders.MORNING)
    assert Order.objects.filter(buyer=None).count() == 2
    assert Job.objects.filter(task="orders.tasks.recognise_buyers", state=Job.WAITING).count() == 1
    tasks.declared()["orders.tasks.recognise_buyers"]()
    assert not Order.objects.filter(buyer=None).exists()


def test_nobody_means_nothing_to_do() -> None:
    from customers import services

    empty = pl.DataFrame(schema={"order_id": pl.Int64})
    assert services.recognise(empty, at=orders.MORNING).is_empty()
