"""Goods that are not on the shelf, from the order to the buyer, on a moved clock and with everybody listening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from core import clock
from orders.models import OrderException, Supply, SupplyLine
from orders.services import shipping, supplying
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.supplies import item, supplier
from tests.scenarios.conftest import Story

Begin = Callable[..., Story]


def test_a_late_supplier_is_seen_by_buyer_clock_and_bill(story: Begin) -> None:
    tale = story(units=[3], branch="drop_ship")
    item("SKU-1", "drop_ship", supplier(transit_days=1), lead_days=2)
    assert tale.work == {"source": "open"}
    assert tale.phase == "received"

    (key,) = supplying.place([tale.key], actor=OPERATOR, at=clock.now()).supplies
    assert tale.work == {}
    assert (tale.phase, tale.order.promised_date) == ("sourcing", date(2026, 10, 6))
    tale.go("2026-10-01 11:00")
    supplying.send([key], actor=OPERATOR, at=clock.now())
    assert tale.ship_clock.phase == "running"  # waiting for a supplier is the operator's time

    tale.go("2026-10-02 10:00")
    supplying.confirm([key], expected_on=date(2026, 10, 8), actor=OPERATOR, at=clock.now())
    assert tale.phase == "exception"
    assert tale.ship_clock.phase == "miss"
    assert [one["late"] for one in tale.told("order.promise_moved")] == [False, True]
    found = OrderException.objects.get(order=tale.key)
    tale.decides(found, "new_date", by="operator", date=date(2026, 10, 8))
    assert (tale.phase, tale.order.promised_date) == ("sourcing", date(2026, 10, 9))

    tale.go("2026-10-08 10:00")
    lot = SupplyLine.objects.get()
    slips = orders.slips([key])
    supplying.arrive([key], pieces={lot.pk: 2}, parcels=slips, actor=OPERATOR, at=clock.now())
    assert tale.phase == "partial"
    assert tale.told("order.shipped") == []
    tale.go("2026-10-09 10:00")
    supplying.arrive([key], parcels=orders.slips([key]), actor=OPERATOR, at=clock.now())
    assert tale.phase == "shipped"
    assert [one["parts"] for one in tale.told("order.shipped")] == [2]
    assert tale.ship_clock.stopped_at == tale.at("2026-10-09 10:00")
    assert (tale.metered("shipments"), tale.metered("units_picked"), tale.metered("parcels")) == (0, 0, 0)
    assert tale.work == {}


def test_what_is_made_in_parts_leaves_in_parts(story: Begin) -> None:
    tale = story(units=[3], branch="made_to_order")
    item("SKU-1", "made_to_order", lead_days=3)
    (key,) = supplying.place([tale.key], actor=OPERATOR, at=clock.now()).supplies
    supplying.send([key], actor=OPERATOR, at=clock.now())
    assert tale.phase == "producing"

    tale.go("2026-10-05 10:00")
    supplying.arrive([key], pieces={SupplyLine.objects.get().pk: 2}, actor=OPERATOR, at=clock.now())
    assert tale.work == {"release": "open"}
    sent = tale.ships(deliver=True)
    assert tale.phase == "partial"
    tale.go("2026-10-06 10:00")
    supplying.arrive([key], actor=OPERATOR, at=clock.now())
    rest = tale.ships()
    assert tale.phase == "shipped"
    shipping.deliver(rest, actor=OPERATOR, at=clock.now())
    assert tale.phase == "delivered"
    assert (tale.line().produced, tale.line().delivered, len(sent)) == (3, 3, 1)
    assert Supply.objects.get().state == "done"
    assert tale.metered("shipments") == 2
