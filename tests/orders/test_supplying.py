"""What is not on the shelf: ordered from suppliers or made, in parts, and what their days do to the orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.meters import METERS
from core import scope
from core.errors import Refused
from core.events import SYSTEM
from core.jobs.models import Job
from core.models import Event
from integrations.queries import tracking
from operations.models import WorkItem
from orders.models import Line, Order, OrderException, Shipment, Supply, SupplyLine
from orders.queries import detail, supplies, timeline
from orders.services import cancelling, phases, shipping, supplying
from orders.services import intake as arriving
from orders.services.supplying import ItemDraft, SupplierDraft
from orders.supplying import matched, working_days_after
from tests.conftest import OPERATOR
from tests.factories.operations import received, work_on
from tests.factories.orders import channel, order, phase_of, slips
from tests.factories.supplies import item, supplier
from tests.orders.test_arriving import record

At = Callable[[str], datetime]


def placed(*order_ids: int, at: datetime) -> list[Supply]:
    """Everything that the orders need, ordered and sent; the orders to suppliers."""
    outcome = supplying.place(order_ids, actor=OPERATOR, at=at)
    assert not outcome.refused, outcome.reasons()
    sent = supplying.send(outcome.supplies, actor=OPERATOR, at=at)
    assert sent.done == outcome.supplies
    return list(Supply.objects.filter(pk__in=outcome.supplies).order_by("pk"))


def counters(order_id: int, *names: str) -> list[tuple[Any, ...]]:
    return list(Line.objects.filter(order=order_id).order_by("position").values_list(*names))


# Rules


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
        (date(2026, 10, 1), 1, date(2026, 10, 2)),
        (date(2026, 10, 2), 1, date(2026, 10, 5)),  # over a weekend
        (date(2026, 10, 9), 1, date(2026, 10, 13)),  # over スポーツの日
        (date(2026, 10, 10), 0, date(2026, 10, 13)),
    ],
)
def test_lead_times_are_working_days(day: date, count: int, expected: date) -> None:
    assert working_days_after(day, count) == expected


def test_the_longest_beginning_of_a_sku_counts() -> None:
    found = matched(["AB-1", "AB-2", "A-9", "C"], ["A", "AB-", "AB-2", "ABCDEF"])
    assert found == {"AB-1": "AB-", "AB-2": "AB-2", "A-9": "A"}


# At arrival


def test_what_is_not_stock_arrives_unallocated_and_asks_to_be_ordered(acme: str, at: At) -> None:
    item("B-", "drop_ship", supplier())
    records = (record("X-1"), record("X-2"))

    arriving.accept(channel(), records, actor=OPERATOR, at=at("2026-10-01 10:00"))

    first, _second = Order.objects.order_by("number")
    assert counters(first.pk, "sku", "branch", "allocated") == [("A-1", "stock", 2), ("B-2", "drop_ship", 0)]
    assert Event.objects.get(name="order.supply_needed", order_id=first.pk).data["units"] == 1
    assert work_on(first.pk, "open") == {"release": "open", "source": "open"}


def test_an_order_of_drop_ship_goods_alone_has_nothing_to_release(acme: str, at: At) -> None:
    key = received(units=(1,), branch="drop_ship")
    assert work_on(key, "open") == {"source": "open"}
    assert shipping.release([key], actor=OPERATOR, at=at("2026-10-01 10:00")).refused[key].code == "nothing_allocated"


# Ordering


def test_many_orders_become_one_order_to_each_supplier(acme: str, at: At) -> None:
    maker, other = supplier(), supplier("other", name="別の仕入先")
    item("SKU-1", "made_to_order", maker)
    item("SKU-2", "made_to_order", other, lead_days=10)
    keys = [order(units=[2, 1], branch="made_to_order").pk for _nth in range(3)]

    outcome = supplying.place(keys, actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert outcome.done == set(keys)
    first, second = Supply.objects.order_by("supplier__code")
    assert {first.supplier, second.supplier} == {maker, other}
    assert [lot.quantity for lot in first.lines.order_by("pk")] == [2, 2, 2]
    assert (first.asked_on, second.asked_on) == (date(2026, 10, 6), date(2026, 10, 16))
    assert counters(keys[0], "making", "on_purchase", "allocated") == [(2, 0, 0), (1, 0, 0)]
    assert phase_of(keys[0]) == "producing"


def test_what_goes_straight_to_buyers_is_ordered_for_each_of_them(acme: str, at: At) -> None:
    item("SKU-", "drop_ship", supplier())
    keys = [order(units=[1, 2], branch="drop_ship").pk for _nth in range(2)]
    supplying.place(keys, actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert list(Supply.objects.order_by("pk").values_list("kind", "order")) == [("direct", key) for key in keys]
    assert phase_of(keys[0]) == "sourcing"


def test_placing_asks_as_much_of_the_database_for_many_as_for_one(acme: str, at: At) -> None:
    item("SKU-", "drop_ship", supplier())

    def queries(count: int) -> int:
        keys = [order(units=[1], branch="drop_ship").pk for _nth in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            supplying.place(keys, actor=OPERATOR, at=at("2026-10-01 10:00"))
        return len(seen)

    assert queries(1) == queries(20)


def test_what_nobody_supplies_and_what_must_not_go_on_is_refused(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    good = order(units=[1], branch="drop_ship").pk
    checked = order(units=[1], branch="drop_ship", verifications=["address"]).pk
    stock, unknown = order().pk, order(units=[1], branch="drop_ship").pk
    Line.objects.filter(order=unknown).update(sku="NOBODY")

    outcome = supplying.place([good, checked, stock, unknown, 10**9], actor=OPERATOR, at=at("2026-10-01 10:00"))

    assert outcome.done == {good}
    assert {key: why.code for key, why in outcome.refused.items()} == {
        checked: "verifying",
        stock: "nothing_to_source",
        unknown: "no_supplier",
        10**9: "not_found",
    }
    again = supplying.place([good], actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert again.refused[good].code == "nothing_to_source"


def test_what_waits_for_stock_is_bought_and_the_oldest_order_gets_its_goods_first(acme: str, at: At) -> None:
    item("SKU-1", "stock", supplier())
    young = order(units=[2], ordered_at=at("2026-10-01 09:00")).pk
    old = order(units=[2], ordered_at=at("2026-09-30 09:00")).pk
    Line.objects.filter(order__in=[young, old]).update(allocated=0, backordered=2)
    (supply,) = placed(young, old, at=at("2026-10-01 10:00"))
    assert counters(old, "backordered", "on_purchase") == [(0, 2)]

    come = supplying.shared_out(supply.pk, {"SKU-1": 3})
    outcome = supplying.arrive([supply.pk], pieces=come, actor=OPERATOR, at=at("2026-10-05 10:00"))

    assert outcome.done == {supply.pk}
    assert counters(old, "allocated", "on_purchase") == [(2, 0)]
    assert counters(young, "allocated", "on_purchase") == [(1, 1)]
    supply.refresh_from_db()
    assert supply.state == "partial"
    with pytest.raises(Refused, match="超えて"):
        supplying.shared_out(supply.pk, {"SKU-1": 2})


# Straight to the buyer


def test_a_supplier_ships_in_parts_and_the_order_follows(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    key = received(units=(3,), branch="drop_ship")
    (supply,) = placed(key, at=at("2026-10-01 10:00"))
    lot = SupplyLine.objects.get()
    assert phase_of(key) == "sourcing"
    assert "source" not in work_on(key, "open")

    first = slips([supply.pk])
    supplying.arrive([supply.pk], pieces={lot.pk: 1}, parcels=first, actor=OPERATOR, at=at("2026-10-02 10:00"))
    assert phase_of(key) == "partial"
    assert counters(key, "allocated", "released", "picked", "packed", "shipped", "on_purchase") == [(1, 1, 1, 1, 1, 2)]
    supplying.arrive([supply.pk], parcels=slips([supply.pk]), actor=OPERATOR, at=at("2026-10-03 10:00"))

    assert phase_of(key) == "shipped"
    shipments = list(Shipment.objects.filter(order=key).order_by("position"))
    assert {(one.state, one.source) for one in shipments} == {("handed_over", "supplier")}
    assert [one.position for one in shipments] == [1, 2]
    assert shipments[0].parcels.get().tracking_number == first[supply.pk][0][1]
    supply.refresh_from_db()
    assert supply.state == "done"
    shipping.deliver([one.pk for one in shipments], actor=OPERATOR, at=at("2026-10-04 10:00"))
    assert phase_of(key) == "delivered"


def test_what_a_supplier_ships_is_no_work_of_the_warehouse(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    key = order(units=[1], branch="drop_ship").pk
    (supply,) = placed(key, at=at("2026-10-01 10:00"))
    supplying.arrive([supply.pk], parcels=slips([supply.pk]), actor=OPERATOR, at=at("2026-10-02 10:00"))

    assert Event.objects.get(name="shipment.shipped").data["source"] == "supplier"
    for code in ("shipments", "parcels", "units_picked"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM core_event e WHERE {METERS[code].condition}")
            assert cursor.fetchone() == (0,), code


@pytest.mark.parametrize(
    ("pieces", "numbers", "code"),
    [(0, "right", "no_quantity"), (4, "right", "too_many"), (3, "none", "missing"), (3, "bad", "bad")],
)
def test_a_notice_that_cannot_be_right_is_refused_and_changes_nothing(
    acme: str, at: At, pieces: int, numbers: str, code: str
) -> None:
    item("SKU-1", "drop_ship", supplier())
    key = order(units=[3], branch="drop_ship").pk
    (supply,) = placed(key, at=at("2026-10-01 10:00"))
    lot = SupplyLine.objects.get().pk
    given: dict[str, Any] = {
        "right": slips([supply.pk]),
        "none": {},
        "bad": {supply.pk: [("yamato", "123456789012")]},
    }
    outcome = supplying.arrive(
        [supply.pk],
        pieces={lot: pieces},
        parcels=given[numbers],
        actor=OPERATOR,
        at=at("2026-10-02 10:00"),
    )
    assert outcome.refused[supply.pk].code.startswith(code)
    assert counters(key, "on_purchase", "shipped") == [(3, 0)]
    assert not Shipment.objects.exists()


def test_nothing_arrives_of_what_was_not_sent(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    key = order(units=[1], branch="drop_ship").pk
    (draft,) = supplying.place([key], actor=OPERATOR, at=at("2026-10-01 10:00")).supplies
    arrived = supplying.arrive([draft], parcels=slips([draft]), actor=OPERATOR, at=at("2026-10-02 10:00"))
    answered = supplying.confirm([draft], expected_on=date(2026, 10, 9), actor=OPERATOR, at=at("2026-10-02 10:00"))
    assert arrived.refused[draft].code == answered.refused[draft].code == "is_draft"


# Made


def test_what_is_made_is_allocated_piece_by_piece_and_released(acme: str, at: At) -> None:
    item("SKU-1", "made_to_order")
    key = received(units=(3,), branch="made_to_order")
    (supply,) = placed(key, at=at("2026-10-01 10:00"))
    lot = SupplyLine.objects.get()
    supplying.arrive([supply.pk], pieces={lot.pk: 2}, actor=OPERATOR, at=at("2026-10-02 10:00"))

    assert counters(key, "produced", "making", "allocated") == [(2, 1, 2)]
    assert phase_of(key) == "producing"
    assert work_on(key, "open") == {"release": "open"}
    shipping.release([key], actor=OPERATOR, at=at("2026-10-02 11:00"))
    supplying.arrive([supply.pk], actor=OPERATOR, at=at("2026-10-03 10:00"))
    assert counters(key, "produced", "making", "allocated", "released") == [(3, 0, 3, 2)]


# Days


def test_the_suppliers_day_becomes_the_promise_and_a_later_one_asks_the_buyer(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier(transit_days=2))
    key = order(units=[1], branch="drop_ship").pk
    (supply,) = placed(key, at=at("2026-10-01 10:00"))
    assert Order.objects.get(pk=key).promised_date == date(2026, 10, 8)  # asked for the 6th, two days on the road

    supplying.confirm([supply.pk], expected_on=date(2026, 10, 5), actor=OPERATOR, at=at("2026-10-02 10:00"))
    assert Order.objects.get(pk=key).promised_date == date(2026, 10, 8)
    assert not OrderException.objects.exists()
    found = detail.of_order(key)
    assert found is not None
    assert (found.phase.code, found.next_on) == ("sourcing", date(2026, 10, 5))

    supplying.confirm([supply.pk], expected_on=date(2026, 10, 16), actor=OPERATOR, at=at("2026-10-05 10:00"))
    assert Order.objects.get(pk=key).promised_date == date(2026, 10, 20)
    trouble = OrderException.objects.get()
    assert (trouble.kind, trouble.party, trouble.expected_date) == ("reschedule", "supplier", date(2026, 10, 20))
    moved = [event.data for event in Event.objects.filter(name="order.promise_moved").order_by("id")]
    assert [(one["promised_date"], one["was"], one["late"]) for one in moved] == [
        ("2026-10-08", None, False),
        ("2026-10-20", "2026-10-08", True),
    ]
    said = [str(entry.text) for entry in timeline.of_order(key)]
    assert any("北陸陶器株式会社・2026-10-16" in one for one in said)
    assert all("order." not in one for one in said)


def test_who_waits_for_stock_is_told_when_the_next_of_it_comes_in(acme: str, at: At) -> None:
    item("SKU-1", "stock", supplier())
    waiting, other = order(units=[1]).pk, order(units=[1]).pk
    for key in (waiting, other):
        Line.objects.filter(order=key).update(allocated=0, backordered=1)
    phases.refresh([waiting, other])

    def next_on() -> tuple[str, date | None]:
        found = detail.of_order(waiting)
        assert found is not None
        return found.phase.code, found.next_on

    assert next_on() == ("awaiting_stock", None)
    (supply,) = placed(other, at=at("2026-10-01 10:00"))
    assert next_on() == ("awaiting_stock", date(2026, 10, 6))
    supplying.confirm([supply.pk], expected_on=date(2026, 10, 9), actor=OPERATOR, at=at("2026-10-02 10:00"))
    assert next_on() == ("awaiting_stock", date(2026, 10, 9))
    shown = tracking.shown(waiting)
    assert shown is not None
    assert (str(shown.next), shown.next_on) == ("入荷の予定", date(2026, 10, 9))
    supplying.arrive([supply.pk], actor=OPERATOR, at=at("2026-10-08 10:00"))
    assert next_on() == ("awaiting_stock", None)


def test_a_wish_that_cannot_be_kept_asks_the_buyer_at_once(acme: str, at: At) -> None:
    item("SKU-1", "made_to_order", lead_days=10)
    key = order(units=[1], branch="made_to_order", wished_date=date(2026, 10, 5)).pk
    supplying.place([key], actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert OrderException.objects.get().kind == "reschedule"


def test_a_day_that_has_passed_is_no_answer(acme: str, at: At) -> None:
    with pytest.raises(Refused, match="今日以降"):
        supplying.confirm([1], expected_on=date(2026, 9, 30), actor=OPERATOR, at=at("2026-10-01 10:00"))


# Taking back


def test_cancelling_the_order_gives_back_what_was_ordered_for_it(acme: str, at: At) -> None:
    item("SKU-1", "made_to_order", supplier())
    going, staying = (order(units=[2], branch="made_to_order").pk for _nth in range(2))
    (supply,) = placed(going, staying, at=at("2026-10-01 10:00"))

    cancelling.cancel([going], by="client", reason="不要", actor=OPERATOR, at=at("2026-10-02 10:00"))

    assert list(SupplyLine.objects.order_by("pk").values_list("quantity", "cancelled")) == [(2, 2), (2, 0)]
    told = Event.objects.get(name="order.supply_reduced")
    assert (told.order_id, told.data["units"], told.data["was_sent"]) == (going, 2, True)
    supply.refresh_from_db()
    assert supply.state == "sent"
    cancelling.cancel([staying], by="client", reason="不要", actor=OPERATOR, at=at("2026-10-02 10:00"))
    supply.refresh_from_db()
    assert (supply.state, supply.finished_at) == ("cancelled", at("2026-10-02 10:00"))


def test_what_a_supplier_cannot_deliver_is_ordered_elsewhere(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    direct = received(units=(2,), branch="drop_ship")
    item("SKU-2", "stock", supplier())
    waiting = order(units=[1, 1]).pk
    Line.objects.filter(order=waiting, sku="SKU-2").update(allocated=0, backordered=1)
    supplies = [one.pk for one in placed(direct, waiting, at=at("2026-10-01 10:00"))]

    supplying.cancel(supplies, reason="終売", actor=OPERATOR, at=at("2026-10-02 10:00"))

    assert counters(direct, "on_purchase", "backordered", "allocated") == [(0, 0, 0)]
    assert counters(waiting, "on_purchase", "backordered", "allocated") == [(0, 0, 1), (0, 1, 0)]
    assert work_on(direct, "open") == {"source": "open"}
    assert set(Supply.objects.values_list("state", flat=True)) == {"cancelled"}
    assert supplying.cancel(supplies, reason="終売", actor=OPERATOR, at=at("2026-10-02 10:00")).done == frozenset()


# Keeping


def test_the_law_limits_how_late_a_protected_supplier_is_paid(acme: str, at: At) -> None:
    draft = SupplierDraft("maker", "北陸陶器", pays_after_days=61, is_protected=True)
    with pytest.raises(Refused) as refused:
        supplying.keep_supplier(draft, actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert refused.value.field == "pays_after_days"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ItemDraft(" ", "stock"), "sku"),
        (ItemDraft("A", "elsewhere"), "branch"),
        (ItemDraft("A", "drop_ship"), "supplier_id"),
        (ItemDraft("A", "stock", 10**9), "supplier_id"),
        (ItemDraft("A", "stock", lead_days=251), "lead_days"),
    ],
)
def test_goods_that_nobody_could_get_are_not_kept(acme: str, at: At, draft: ItemDraft, field: str) -> None:
    with pytest.raises(Refused) as refused:
        supplying.keep_item(draft, actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert refused.value.field == field


# On paper


def test_a_sent_order_is_issued_as_paper_and_mailed_once(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier(pays_after_days=45), cost=400)
    key = order(units=[3], branch="drop_ship").pk
    (supply,) = placed(key, at=at("2026-10-01 10:00"))
    assert Job.objects.get(task="orders.tasks.send_purchase_orders").arguments["supply_ids"] == [supply.pk]

    (paper,) = supplying.deliver([supply.pk], sender="担当", at=at("2026-10-01 10:01"))

    assert paper.number == "PO-2026-00001"
    assert (paper.subject_kind, paper.subject_id, paper.order_id) == ("supply", supply.pk, key)
    assert paper.data["recipient"]["name"] == "北陸陶器株式会社"
    assert paper.data["total"] == 1320
    assert "東京都港区芝公園4-2-8" in paper.data["deliver_to"]
    assert paper.data["payment"]["due_on"] == "2026-11-20"
    assert (paper.document.kind, paper.document.amount) == ("purchase_order", Decimal(1320))
    told = Event.objects.get(name="supply.sent")
    assert told.data == {"number": paper.number, "document_id": paper.document_id, "total": 1320, "again": False}
    assert supplying.deliver([supply.pk], sender="担当", at=at("2026-10-01 10:02")) == []
    assert Event.objects.filter(name="supply.sent").count() == 1


def test_an_order_that_asks_for_less_by_now_is_sent_again_with_a_revised_paper(acme: str, at: At) -> None:
    item("SKU-1", "made_to_order", supplier())
    keys = [order(units=[2], branch="made_to_order").pk for _nth in range(2)]
    (supply,) = placed(*keys, at=at("2026-10-01 10:00"))
    supplying.deliver([supply.pk], sender="担当", at=at("2026-10-01 10:01"))

    assert supplying.resend([supply.pk], actor=OPERATOR).done == {supply.pk}
    assert supplying.deliver([supply.pk], sender="担当", again=True, at=at("2026-10-01 11:00")) == []
    cancelling.cancel(keys[:1], by="client", reason="不要", actor=OPERATOR, at=at("2026-10-01 12:00"))
    (paper,) = supplying.deliver([supply.pk], sender="担当", again=True, at=at("2026-10-01 13:00"))

    assert (paper.number, paper.revision, paper.data["again"]) == ("PO-2026-00001", 2, "改訂")
    assert [event.data["again"] for event in Event.objects.filter(name="supply.sent").order_by("pk")] == [
        False,
        True,
        True,
    ]


def test_a_supplier_without_an_address_is_not_mailed_again(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier(email=""))
    (supply,) = placed(order(units=[1], branch="drop_ship").pk, at=at("2026-10-01 10:00"))
    assert supplying.resend([supply.pk], actor=OPERATOR).refused[supply.pk].code == "no_email"


# Chasing


def moved(supply: Supply) -> tuple[str, str]:
    supply.refresh_from_db()
    return supply.state, supply.overdue


def chases(*states: str) -> list[str]:
    with scope.operator():
        found = WorkItem.objects.filter(kind="chase", state__in=states)
        return list(found.order_by("pk").values_list("hint", flat=True))


def test_a_supplier_that_does_not_answer_in_time_is_chased_until_it_does(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier(answer_days=2))
    (supply,) = placed(received(units=(1,), branch="drop_ship"), at=at("2026-10-01 10:00"))  # a Thursday
    supply.refresh_from_db()
    assert supply.answer_by == date(2026, 10, 5)
    supplying.follow_up(actor=SYSTEM, at=at("2026-10-05 23:59"))
    assert moved(supply) == ("sent", "")

    assert supplying.follow_up(actor=SYSTEM, at=at("2026-10-06 00:00")) == 1
    assert supplying.follow_up(actor=SYSTEM, at=at("2026-10-06 00:05")) == 0

    assert moved(supply) == ("sent", "answer")
    assert chases("open") == ["answer"]
    supplying.confirm([supply.pk], expected_on=date(2026, 10, 8), actor=OPERATOR, at=at("2026-10-06 10:00"))
    assert moved(supply) == ("confirmed", "")
    assert (chases("open"), chases("done")) == ([], ["answer"])
    told = list(Event.objects.filter(name="supply.moved").order_by("pk").values_list("data", flat=True))
    assert [(one["was"], one["state"], one["overdue"]) for one in told] == [
        ("draft", "sent", ""),
        ("sent", "sent", "answer"),
        ("sent", "confirmed", ""),
    ]


def test_goods_that_do_not_come_on_the_promised_day_are_chased_until_they_come(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    (supply,) = placed(received(units=(1,), branch="drop_ship"), at=at("2026-10-01 10:00"))
    supplying.confirm([supply.pk], expected_on=date(2026, 10, 7), actor=OPERATOR, at=at("2026-10-02 10:00"))
    supplying.follow_up(actor=SYSTEM, at=at("2026-10-08 00:00"))
    assert (moved(supply), chases("open")) == (("confirmed", "delivery"), ["delivery"])
    supplying.arrive([supply.pk], parcels=slips([supply.pk]), actor=OPERATOR, at=at("2026-10-08 10:00"))
    assert (moved(supply), chases("open")) == (("done", ""), [])


def test_a_supplier_that_cannot_is_work_at_once_until_the_order_is_taken_back(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier())
    (supply,) = placed(received(units=(1,), branch="drop_ship"), at=at("2026-10-01 10:00"))
    with pytest.raises(Refused, match="理由"):
        supplying.decline([supply.pk], answer=" ", actor=OPERATOR, at=at("2026-10-01 11:00"))
    supplying.decline([supply.pk], answer="廃番です", actor=OPERATOR, at=at("2026-10-01 11:00"))
    assert (moved(supply), supply.answer, chases("open")) == (("declined", "declined"), "廃番です", ["declined"])
    supplying.cancel([supply.pk], reason="廃番", actor=OPERATOR, at=at("2026-10-01 12:00"))
    assert (moved(supply), chases("open")) == (("cancelled", ""), [])


def test_whom_the_client_chases_itself_is_on_its_own_list_and_no_work_of_ours(acme: str, at: At) -> None:
    item("SKU-1", "drop_ship", supplier(chased_by="client"))
    (supply,) = placed(received(units=(1,), branch="drop_ship"), at=at("2026-10-01 10:00"))
    supplying.follow_up(actor=SYSTEM, at=at("2026-10-06 00:00"))
    assert chases("open", "done", "void") == []
    assert [(one.pk, str(why)) for one, why in supplies.to_chase()] == [(supply.pk, "回答の期限を過ぎています")]


def test_what_the_client_makes_itself_needs_no_paper(acme: str, at: At) -> None:
    item("SKU-1", "made_to_order")
    (supply,) = placed(order(units=[1], branch="made_to_order").pk, at=at("2026-10-01 10:00"))
    assert supplying.deliver([supply.pk], sender="担当", at=at("2026-10-01 10:01")) == []
