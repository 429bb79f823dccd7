"""Items follow the facts of orders: opened, closed, reopened, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from core import scope
from operations.models import Tally, WorkItem
from orders.models import Order
from orders.services import arranging, cancelling, holds, shipping, verification
from sla import services as promises
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.operations import due_of, received, work_on

At = Callable[[str], datetime]
LIVE = WorkItem.ACTIVE


@pytest.fixture
def kept(acme: str, at: At) -> None:
    """A client whose promises are in force."""
    promises.set_up_defaults(at=at("2026-09-01 00:00"))


def test_an_order_with_nothing_to_check_waits_for_release(acme: str) -> None:
    assert work_on(received()) == {"release": "open"}


def test_an_order_with_reasons_waits_for_the_check_and_names_them(acme: str) -> None:
    order = received(verifications=("duplicate", "address"))

    assert work_on(order) == {"verify": "open"}
    with scope.operator():
        assert WorkItem.objects.get(order_id=order).hint == "address,duplicate"


def test_the_item_carries_what_a_list_shows(acme: str) -> None:
    at_once = received(units=(2, 3), number="NE-88")
    checked_first = received(units=(2, 3), number="NE-89", verifications=("address",))

    with scope.operator():
        items = WorkItem.objects.filter(order_id__in=[at_once, checked_first]).order_by("id")
        assert [(item.client, item.title, item.units) for item in items] == [
            ("acme", "NE-88 商品1", 5),
            ("acme", "NE-89 商品1", 5),
        ]


def test_nothing_personal_of_the_buyer_stands_in_the_shared_queue(acme: str) -> None:
    received(ship_name="髙橋 健", buyer_name="髙橋 健", verifications=("address",))

    with scope.operator():
        item = WorkItem.objects.values().get()
        assert "髙橋" not in str(item)


def test_answering_closes_the_check_in_the_answerers_name_and_opens_the_release(acme: str, at: At) -> None:
    order = received(verifications=("address",))

    verification.answer([order], answer="確認済み", actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert work_on(order) == {"verify": "done", "release": "open"}
    with scope.operator():
        done = WorkItem.objects.get(order_id=order, kind="verify")
        assert (done.holder_id, done.holder_name) == (int(OPERATOR.id), OPERATOR.name)
        assert done.finished_at == at("2026-10-01 10:00")


def test_an_order_answered_in_part_stays_to_be_checked_for_the_rest(acme: str, at: At) -> None:
    order = received(verifications=("address", "duplicate"))

    verification.answer([order], reason="address", answer="確認済み", actor=OPERATOR, at=at("2026-10-01 10:00"))

    with scope.operator():
        item = WorkItem.objects.get(order_id=order)
        assert (item.state, item.hint) == ("open", "duplicate")


def test_a_question_to_the_client_takes_the_work_away_until_it_is_answered(acme: str, at: At) -> None:
    order = received()

    holds.place([order], reason="address", question="番地は", actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert work_on(order) == {"release": "void"}

    hold = Order.objects.get(pk=order).holds.get()
    holds.answer(hold.pk, answer="4-2-8です", actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert work_on(order, *LIVE) == {"release": "open"}


def test_a_hold_that_waits_for_the_operator_is_work(acme: str, at: At) -> None:
    order = received()

    holds.place([order], reason="stock", actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert work_on(order, *LIVE) == {"resolve": "open"}

    holds.release([order], reason="在庫を確認", actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert work_on(order) == {"release": "open", "resolve": "done"}


def test_the_warehouse_goes_from_pick_to_ship(acme: str, at: At) -> None:
    order = received()
    (shipment,) = orders.released(order)
    assert work_on(order) == {"release": "done", "pick": "open"}

    shipping.pick([shipment], actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert work_on(order, *LIVE) == {"pack": "open"}

    shipping.pack([shipment], actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert work_on(order, *LIVE) == {"ship": "open"}

    shipping.ship([shipment], parcels=orders.slips([shipment]), actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert work_on(order, *LIVE) == {}
    assert set(work_on(order).values()) == {"done"}


def test_what_is_left_after_a_part_waits_for_release_again(acme: str, at: At) -> None:
    order = received(units=(2, 3))
    line = Order.objects.get(pk=order).lines.all()[0]

    shipping.release([order], quantities={line.pk: 1}, actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert work_on(order, *LIVE) == {"release": "open", "pick": "open"}


def test_cancelling_voids_whatever_was_open(acme: str, at: At) -> None:
    order = received(verifications=("address",))

    cancelling.cancel([order], by="client", reason="不要になった", actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert work_on(order) == {"verify": "void"}


def test_a_request_to_cancel_stops_the_picking_and_comes_first(acme: str, at: At) -> None:
    order = received()
    orders.released(order)

    cancelling.cancel([order], by="client", reason="不要になった", actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert work_on(order, *LIVE) == {"cancel": "open"}
    with scope.operator():
        first = WorkItem.objects.filter(state="open").order_by("rank").first()
        assert first is not None
        assert (first.order_id, first.kind, first.priority) == (order, "cancel", 1)

    cancelling.answer_request([order], accept=False, answer="出荷します", actor=OPERATOR, at=at("2026-10-01 10:30"))
    assert work_on(order, *LIVE) == {"pick": "open"}


def test_the_same_event_twice_opens_nothing_twice(acme: str, at: At) -> None:
    order = received()
    orders.released(order)
    holds.place([order], reason="stock", actor=OPERATOR, at=at("2026-10-01 10:00"))
    holds.release([order], reason="在庫を確認", actor=OPERATOR, at=at("2026-10-01 11:00"))

    with scope.operator():
        assert WorkItem.objects.filter(order_id=order, kind="pick", state="open").count() == 1


def test_work_is_due_when_the_promises_say(kept: None, at: At) -> None:
    order = received(
        verifications=("address",),
        ordered_at=at("2026-10-01 09:00"),
        received_at=at("2026-10-01 09:00"),
        ship_due_at=at("2026-10-01 18:00"),
    )
    assert due_of(order, "verify") == at("2026-10-01 14:00")

    verification.answer([order], answer="確認済み", actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert due_of(order, "release") == at("2026-10-01 18:00")


def test_an_order_that_is_to_leave_later_is_due_later(acme: str, at: At) -> None:
    order = received(ship_due_at=at("2026-10-01 18:00"))

    arranging.set_ship_date([order], ship_on=date(2026, 10, 9), actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert due_of(order, "release") == at("2026-10-10 00:00")


def test_a_pause_moves_the_due_time_of_the_work(kept: None, at: At) -> None:
    order = received(
        ordered_at=at("2026-10-01 09:00"), received_at=at("2026-10-01 09:00"), ship_due_at=at("2026-10-01 18:00")
    )
    holds.place([order], reason="address", question="番地は", actor=OPERATOR, at=at("2026-10-01 10:00"))
    holds.release([order], reason="確認済み", actor=OPERATOR, at=at("2026-10-02 10:00"))

    moved = Order.objects.get(pk=order).ship_due_at
    assert moved is not None
    assert moved > at("2026-10-01 18:00")
    assert due_of(order, "release") == moved


def test_what_came_in_and_went_out_is_tallied(acme: str, at: At) -> None:
    order = received(units=(2,))
    orders.shipped(order)

    assert list(Tally.objects.order_by("id").values_list("client", "name", "orders", "units")) == [
        ("acme", "received", 1, 2),
        ("acme", "shipped", 1, 2),
    ]


def test_the_neighbour_sees_none_of_it(acme: str) -> None:
    received()

    with scope.client("bravo"):
        assert not WorkItem.objects.exists()
        assert not Tally.objects.exists()
