from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from core.errors import Refused
from core.models import Event
from orders.models import Line, Order, Parcel, Shipment
from orders.services import arranging, completing, holds, shipping
from tests.conftest import OPERATOR
from tests.factories.orders import order, orders, packed, phase_of, released, shipped, slips, tracking_number

At = Callable[[str], datetime]
pytestmark = pytest.mark.usefixtures("nobody_listens")
NOON = "2026-10-01 12:00"


def names(order_id: int) -> list[str]:
    """What the record says of an order, by name, oldest first."""
    return list(Event.objects.filter(order_id=order_id).order_by("id").values_list("name", flat=True))


def test_an_order_goes_out_and_arrives(acme: str, at: At) -> None:
    key = order(units=[2, 1]).pk
    (shipment,) = released(key)
    assert phase_of(key) == "preparing"
    shipping.pick([shipment], actor=OPERATOR, at=at(NOON))
    shipping.pack([shipment], size=80, actor=OPERATOR, at=at(NOON))
    number = tracking_number()
    shipping.ship([shipment], parcels={shipment: [("yamato", number)]}, actor=OPERATOR, at=at(NOON))

    found = Order.objects.get(pk=key)
    assert (found.phase, found.shipped_at) == ("shipped", at(NOON))
    event = Event.objects.get(name="shipment.shipped")
    assert (event.subject_id, event.order_id) == (shipment, key)
    assert event.data == {
        "carrier": "yamato",
        "tracking_numbers": [number],
        "size": 80,
        "position": 1,
        "prefecture": "東京都",
        "party": "",
        "billable": True,
        "lines": 2,
        "units": 3,
    }

    shipping.deliver([shipment], actor=OPERATOR, at=at("2026-10-02 10:00"))
    assert phase_of(key) == "delivered"
    assert names(key) == [
        "shipment.released",
        "shipment.picked",
        "shipment.packed",
        "shipment.shipped",
        "order.shipped",
        "shipment.delivered",
    ]


def test_an_order_may_go_in_parts(acme: str, at: At) -> None:
    key = order(units=[2, 3]).pk
    first, second = Line.objects.filter(order=key).order_by("position").values_list("pk", flat=True)
    shipping.release([key], quantities={first: 2, second: 1}, actor=OPERATOR, at=at(NOON))
    (part,) = Shipment.objects.filter(order=key)
    shipping.pick([part.pk], actor=OPERATOR, at=at(NOON))
    shipping.pack([part.pk], actor=OPERATOR, at=at(NOON))
    shipping.ship([part.pk], parcels=slips([part.pk]), actor=OPERATOR, at=at(NOON))
    assert phase_of(key) == "partial"
    assert "order.shipped" not in names(key)

    shipped(key)
    assert phase_of(key) == "shipped"
    assert list(Shipment.objects.filter(order=key).order_by("position").values_list("position", "lines__quantity")) == [
        (1, 2),
        (1, 1),
        (2, 2),
    ]
    assert Event.objects.get(name="order.shipped").data == {"parts": 2}


@pytest.mark.parametrize(("asked", "code"), [([3, 0], "too_many"), ([-1, 1], "too_many"), ([0, 0], "no_quantity")])
def test_a_part_must_be_there(acme: str, at: At, asked: list[int], code: str) -> None:
    key = order(units=[2, 2]).pk
    lines = Line.objects.filter(order=key).order_by("position").values_list("pk", flat=True)
    outcome = shipping.release([key], quantities=dict(zip(lines, asked, strict=True)), actor=OPERATOR, at=at(NOON))
    assert outcome.refused[key].code == code
    assert not Shipment.objects.exists()


def test_nothing_is_released_twice(acme: str, at: At) -> None:
    key = order().pk
    released(key)
    outcome = shipping.release([key], actor=OPERATOR, at=at(NOON))
    assert outcome.refused[key].code == "released"
    assert Shipment.objects.count() == 1


def test_steps_cannot_be_left_out_or_repeated(acme: str, at: At) -> None:
    (shipment,) = released(*orders(1))
    assert shipping.pack([shipment], actor=OPERATOR, at=at(NOON)).refused[shipment].code == "not_picked"
    ship = shipping.ship([shipment], parcels=slips([shipment]), actor=OPERATOR, at=at(NOON))
    assert ship.refused[shipment].code == "not_packed"
    shipping.pick([shipment], actor=OPERATOR, at=at(NOON))
    assert shipping.pick([shipment], actor=OPERATOR, at=at(NOON)).refused[shipment].code == "picked"
    assert Line.objects.get().picked == 1


def test_the_warehouse_stops_for_a_hold(acme: str, at: At) -> None:
    key = order().pk
    (shipment,) = released(key)
    holds.place([key], reason="question", actor=OPERATOR, at=at(NOON))
    assert shipping.pick([shipment], actor=OPERATOR, at=at(NOON)).refused[shipment].code == "held"


def test_tracking_numbers_are_checked_one_by_one(acme: str, at: At) -> None:
    good, wrong, missing, double = packed(*orders(4))
    number = tracking_number()
    parcels = {good: [("yamato", number)], wrong: [("yamato", "123456789014")], double: [("yamato", number)]}
    outcome = shipping.ship([good, wrong, missing, double], parcels=parcels, actor=OPERATOR, at=at(NOON))
    assert {key: refusal.code for key, refusal in outcome.refused.items()} == {
        good: "tracking_number_used",
        double: "tracking_number_used",
        wrong: "bad_tracking_number",
        missing: "missing",
    }
    assert not Parcel.objects.exists()


def test_a_number_is_not_used_again_within_three_months(acme: str, at: At) -> None:
    first, second = packed(*orders(2))
    number = [("yamato", tracking_number())]
    shipping.ship([first], parcels={first: number}, actor=OPERATOR, at=at(NOON))
    soon = shipping.ship([second], parcels={second: number}, actor=OPERATOR, at=at("2026-12-29 12:00"))
    assert soon.refused[second].code == "tracking_number_used"
    later = shipping.ship([second], parcels={second: number}, actor=OPERATOR, at=at("2026-12-31 12:00"))
    assert later.done == {second}


def test_a_shipment_may_have_several_parcels(acme: str, at: At) -> None:
    (shipment,) = packed(*orders(1))
    parcels = [("sagawa", tracking_number()), ("sagawa", tracking_number())]
    shipping.ship([shipment], parcels={shipment: parcels}, actor=OPERATOR, at=at(NOON))
    assert list(Parcel.objects.values_list("carrier", "tracking_number").order_by("id")) == parcels


def test_the_carrier_may_say_delivered_before_we_say_shipped(acme: str, at: At) -> None:
    key = order().pk
    (shipment,) = packed(key)
    shipping.deliver([shipment], actor=OPERATOR, at=at(NOON))
    assert phase_of(key) == "delivered"
    outcome = shipping.ship([shipment], parcels=slips([shipment]), actor=OPERATOR, at=at("2026-10-01 13:00"))
    assert outcome.done == {shipment}
    found = Shipment.objects.get(pk=shipment)
    assert (found.state, found.handed_over_at) == ("delivered", at("2026-10-01 13:00"))
    assert phase_of(key) == "delivered"


@pytest.mark.parametrize(("how", "field"), [({"size": 61}, "size"), ({"parcels": 0}, "parcels")])
def test_packing_takes_only_what_carriers_take(acme: str, at: At, how: dict[str, int], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        shipping.pack([1], **how, actor=OPERATOR, at=at(NOON))
    assert refusal.value.field == field


def test_delivered_orders_are_complete_after_a_week(acme: str, at: At) -> None:
    early, late = orders(2)
    shipping.deliver(shipped(early), actor=OPERATOR, at=at("2026-10-02 10:00"))
    shipping.deliver(shipped(late), actor=OPERATOR, at=at("2026-10-02 10:01"))
    assert completing.complete_due(actor=OPERATOR, at=at("2026-10-09 10:00")) == 1
    assert (phase_of(early), phase_of(late)) == ("completed", "delivered")
    assert names(early)[-1] == "order.completed"
    assert completing.complete([early], actor=OPERATOR, at=at("2026-10-09 10:00")).refused[early].code == "completed"


def test_an_order_waits_for_its_payment_and_its_day(acme: str, at: At) -> None:
    key = order(prepaid=True).pk
    assert phase_of(key) == "awaiting_payment"
    assert shipping.release([key], actor=OPERATOR, at=at(NOON)).refused[key].code == "unpaid"
    arranging.mark_paid([key], actor=OPERATOR, at=at(NOON))
    assert phase_of(key) == "received"
    arranging.set_ship_date([key], ship_on=at("2026-10-05 12:00").date(), actor=OPERATOR, at=at(NOON))
    assert phase_of(key) == "scheduled"
    (shipment,) = released(key)
    assert Shipment.objects.get(pk=shipment).ship_date == at("2026-10-05 12:00").date()
    assert names(key)[:2] == ["order.paid", "order.scheduled"]


def test_every_command_counts_the_version_up(acme: str, at: At) -> None:
    key = order().pk
    before = Order.objects.get(pk=key).version
    holds.place([key], reason="question", actor=OPERATOR, at=at(NOON))
    holds.release([key], reason="済み", actor=OPERATOR, at=at(NOON))
    assert Order.objects.get(pk=key).version == before + 2


@pytest.mark.parametrize("count", [1, 3])
def test_many_orders_take_as_many_statements_as_one(
    acme: str, at: At, count: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    keys = orders(count, units=[1, 1])
    with django_assert_num_queries(8):  # type: ignore[attr-defined]
        shipping.release(keys, actor=OPERATOR, at=at(NOON))
