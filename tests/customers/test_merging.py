"""名寄せ: what a person accepts, declines and takes back, and two people at once."""

from __future__ import annotations

from typing import Any

import pytest

from core.models import Event
from customers import services
from customers.models import Buyer, Mark, Proposal
from customers.queries import listing, proposals
from orders.models import Order
from orders.queries import buyers as ordered_by
from tests.conftest import OPERATOR
from tests.factories.buyers import ordered, pair
from tests.factories.orders import MORNING

pytestmark = pytest.mark.usefixtures("acme")
BY: dict[str, Any] = {"actor": OPERATOR, "at": MORNING}


def tables() -> list[list[dict[str, Any]]]:
    """Every row that merging could touch."""
    models: tuple[type[Any], ...] = (Buyer, Mark, Proposal, Order)
    return [list(model.objects.order_by("pk").values()) for model in models]


def open_one(first: int, second: int) -> int:
    """The open proposal between these two."""
    return Proposal.objects.get(first=min(first, second), second=max(first, second), state=Proposal.OPEN).pk


def heads() -> dict[int, int]:
    return dict(Buyer.objects.values_list("pk", "head_id"))


def test_the_kept_buyer_has_the_orders_of_both() -> None:
    first, second = pair()
    proposal = open_one(first, second)

    assert services.accept([proposal], **BY).done == {proposal}

    assert heads() == {first: first, second: first}
    assert ordered_by.figures([first])[first].orders == 2
    (person,) = listing.page("").rows
    assert person.names == ["山田 花子", "山田 はな"]
    assert [found.pk for found in listing.page("はな").rows] == [first]
    event = Event.objects.get(name="buyer.merged")
    assert (event.subject_id, event.data) == (first, {"proposal": proposal, "other": second})


def test_the_younger_one_may_be_kept() -> None:
    first, second = pair()
    services.accept([open_one(first, second)], keep="second", **BY)
    assert heads() == {first: second, second: second}


def test_an_order_that_comes_later_finds_the_kept_one() -> None:
    first, second = pair()
    services.accept([open_one(first, second)], **BY)
    ordered(buyer_name="山田 はな", buyer_email="b@example.jp", buyer_phone="")
    assert ordered_by.figures([first])[first].orders == 3
    assert not proposals.waiting().exists()


def test_undoing_leaves_everything_as_before() -> None:
    first, second = pair()
    before = tables()
    proposal = open_one(first, second)
    services.accept([proposal], **BY)
    assert tables() != before
    services.undo([proposal], **BY)
    assert tables() == before
    services.decline([proposal], **BY)
    services.undo([proposal], **BY)
    assert tables() == before
    assert Event.objects.filter(name="buyer.merge_undone").count() == 2


def three() -> tuple[int, int, int]:
    """Three buyers with one phone number: three proposals."""
    first, second = pair()
    return (
        first,
        second,
        ordered(buyer_name="山田 ハナ", buyer_email="c@example.jp", buyer_postcode="", buyer_address=""),
    )


@pytest.mark.parametrize("turn", [1, -1])
def test_merges_of_merged_ones_are_undone_in_any_order(turn: int) -> None:
    first, second, third = three()
    before = tables()
    inner, outer = open_one(first, second), open_one(first, third)
    services.accept([inner], keep="second", **BY)
    services.accept([outer], keep="second", **BY)
    assert heads() == dict.fromkeys((first, second, third), third)
    one, other = [inner, outer][::turn]
    services.undo([one], **BY)
    assert len(set(heads().values())) == 2
    services.undo([other], **BY)
    assert tables() == before


def test_many_at_once_make_one_of_all() -> None:
    first, second, third = three()
    asked = [open_one(first, second), open_one(second, third), open_one(first, third)]
    outcome = services.accept(asked, **BY)
    assert set(heads().values()) == {first}
    assert [refusal.code for refusal in outcome.refused.values()] == ["one_already"]
    assert not proposals.waiting().exists()
    services.undo(outcome.done, **BY)
    assert heads() == {pk: pk for pk in (first, second, third)}


def test_a_declined_pair_is_never_proposed_again() -> None:
    first, second = pair()
    services.decline([open_one(first, second)], **BY)
    ordered(buyer_email="a@example.jp", buyer_phone="+81312345678")
    ordered(buyer_name="山田 はな", buyer_email="b@example.jp", buyer_phone="+81312345678")
    assert not proposals.waiting().exists()
    assert Proposal.objects.count() == 1


def test_what_was_declined_for_one_holds_for_those_merged_with_it() -> None:
    first, second, third = three()
    services.decline([open_one(first, third)], **BY)
    services.accept([open_one(first, second)], **BY)
    assert not proposals.waiting().exists()


def test_between_two_groups_one_thing_is_asked() -> None:
    first, second, third = three()
    services.accept([open_one(first, second)], **BY)
    (asked,) = proposals.page().rows
    assert {asked.first.pk, asked.second.pk} == {first, third}
    assert proposals.count() == 1


def test_whoever_comes_second_is_told() -> None:
    first, second = pair()
    proposal = open_one(first, second)
    services.decline([proposal], **BY)
    for act in (services.accept, services.decline):
        assert act([proposal], **BY).refused[proposal].code == "declined"
    services.undo([proposal], **BY)
    assert services.undo([proposal], **BY).refused[proposal].code == "open"
    assert services.accept([0], **BY).refused[0].code == "unknown"
