from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from core.errors import Refused
from core.events import SYSTEM, Happening, publish
from core.text import search_key
from orders.models import (
    CancelRequest,
    ChangeRequest,
    Channel,
    Hold,
    Intake,
    Order,
    OrderException,
    Parcel,
    RefusedRow,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    Supply,
    SupplyLine,
)
from orders.queries import arrivals, detail, listing, overview, timeline, troubles, whole
from orders.queries.listing import Filters
from orders.services import cancelling, exceptions, holds, shipping, verification
from orders.services.phases import refresh
from tests.conftest import OPERATOR
from tests.factories import orders, supplies
from tests.factories.orders import MORNING

At = Callable[[str], datetime]
pytestmark = pytest.mark.usefixtures("acme", "nobody_listens")


def numbers(filters: Filters, at: datetime = MORNING) -> list[str]:
    return [row.number for row in listing.page(filters, at=at).rows]


def queries_of(read: Callable[[], object]) -> int:
    """How many statements it takes."""
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


@pytest.mark.parametrize("number", [1, 3])
def test_reading_takes_the_same_queries_for_one_and_for_three(number: int) -> None:
    found = orders.orders(number, units=[1] * number, verifications=["address"] * number)
    holds.place(found, reason="question", question="？", actor=OPERATOR, at=MORNING)
    channel = orders.channel()
    for nth in range(number):
        Intake.objects.create(
            channel=channel, actor_kind="person", actor_id="1", actor_name="A", created_at=MORNING, rows_refused=nth
        )

    assert queries_of(lambda: listing.page(Filters(), at=MORNING)) == 2
    assert queries_of(lambda: listing.export(Filters(), at=MORNING)) == 1
    assert queries_of(lambda: detail.of_order(found[0])) == 3
    assert queries_of(lambda: timeline.of_order(found[0])) == 2
    assert queries_of(overview.questions) == 1
    exceptions.open_for(found, kind="shortage", actor=OPERATOR, at=MORNING)
    assert queries_of(lambda: troubles.decisions(side="client")) == 3
    assert queries_of(lambda: overview.daily(MORNING)) == 1
    assert queries_of(arrivals.history) == 1


def test_the_whole_order_is_what_its_tables_hold_and_asks_nothing_again() -> None:
    order = orders.order(
        units=[2, 1], verifications=["address"], tags=["初回"], tax_by_rate={"8": {"goods": 2000.5, "tax": None}},
        wished_date=MORNING.date(), total=Decimal("3500.50"), intake=Intake.objects.create(
            channel=orders.channel(), actor_kind="person", actor_id="1", actor_name="A", created_at=MORNING
        ),
    )  # fmt: skip
    stranger = orders.order(units=[1], verifications=["address"])
    first, second = order.lines.order_by("position")
    supply = Supply.objects.create(
        kind="purchase", supplier=supplies.supplier(), asked_on=MORNING.date(), placed_at=MORNING, placed_by="A"
    )
    SupplyLine.objects.create(supply=supply, line=second, quantity=1, cost=Decimal("400.25"))
    sent = {"position": 1, "state": "released", "size": 60, "released_at": MORNING}
    for line in (second, first, stranger.lines.get()):
        shipment, _made = Shipment.objects.get_or_create(order=line.order, defaults=sent)
        ShipmentLine.objects.create(shipment=shipment, line=line, quantity=1)
    Parcel.objects.create(shipment=shipment, carrier="yamato", tracking_number="444410000011")
    Parcel.objects.create(shipment=order.shipments.get(), carrier="yamato", tracking_number="444410000000")
    for nth, reason in enumerate(("question", "stock")):
        Hold.objects.create(
            order=order, reason=reason, party="client", placed_at=MORNING + timedelta(seconds=nth, microseconds=7)
        )
    for answered in (None, MORNING):
        CancelRequest.objects.create(order=order, reason="都合", asked_at=MORNING, asked_by="A", answered_at=answered)
    OrderException.objects.create(
        order=order, kind="shortage", party="client", opened_at=MORNING, lines={str(first.pk): 1, "share": 0.5}
    )
    ChangeRequest.objects.create(order=order, kind="lines", wanted={"a": [1, 2.5]}, asked_at=MORNING, asked_by="A")
    back = Return.objects.create(order=order, reason="破損", party="carrier", billable=True, requested_at=MORNING)
    ReturnLine.objects.create(back=back, line=first, requested=1)

    refresh([order.pk, stranger.pk])

    found = whole.of_order(order.pk)
    assert found is not None
    with CaptureQueriesContext(connection) as captured:
        pieces = [part for shipment in found.shipments.all() for part in shipment.lines.all()]
        lots = [lot for line in found.lines.all() for lot in line.supply_lines.all()]
        sent_back = [part for one in found.returns.all() for part in one.lines.all()]
        parcels = [parcel for one in found.shipments.all() for parcel in one.parcels.all()]
        read: list[Any] = [
            *(found, found.channel, found.intake, *found.lines.all(), *found.shipments.all(), *found.holds.all()),
            *(*found.verifications.all(), *found.cancel_requests.all(), *found.exceptions.all(), *pieces, *parcels),
            *(*found.change_requests.all(), *found.returns.all(), *sent_back, *lots),
            *(lots[0].supply, lots[0].supply.supplier),
        ]
        assert [part.line.position for part in pieces] == [2, 1]
        assert [hold.reason for hold in found.holds.all()] == ["stock", "question"]
    assert len(captured) == 0

    def values(row: Model) -> list[object]:
        held = [getattr(row, field.attname) for field in row._meta.concrete_fields]
        return [type(row), *((type(value), value) for value in held)]

    assert [values(row) for row in read] == [values(type(row)._base_manager.get(pk=row.pk)) for row in read]
    assert {type(row) for row in read} == set(whole._READ)
    assert [lot.supply_id for lot in lots] == [supply.pk]
    assert whole.of_order(0) is None


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    placed = [orders.order(number=f"P-{n}", ordered_at=MORNING + timedelta(minutes=n // 2)).number for n in range(7)]
    seen, after = [], ""
    while True:
        page = listing.page(Filters(sort="ordered_at"), at=MORNING, after=after, size=3)
        seen += [row.number for row in page.rows]
        after = page.after
        if not after:
            break

    assert seen == placed
    back = listing.page(Filters(sort="ordered_at"), at=MORNING, before=page.before, size=3)
    assert [row.number for row in back.rows] == placed[3:6]


def test_a_cursor_that_is_none_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        listing.page(Filters(), at=MORNING, after="nonsense")

    assert refusal.value.code == "bad_cursor"


@pytest.mark.parametrize(
    "text", ["高橋", "髙橋", "タカハシ", "たかはし", "090123", "０９０－１２", "CHA 高橋", "cha-1"]
)
def test_an_order_is_found_however_its_words_are_written(text: str) -> None:
    orders.order(number="F-1", search=search_key("F-1|髙橋 健|タカハシ ケン|09012345678 090-1234-5678|CHA-100"))
    orders.order(number="F-2")

    assert numbers(Filters(text=text)) == ["F-1"]


def test_days_are_days_in_japan_and_both_ends_count(at: At) -> None:
    orders.order(number="D-1", ordered_at=at("2026-10-01 00:00"))
    orders.order(number="D-2", ordered_at=at("2026-10-01 23:59"))
    orders.order(number="D-3", ordered_at=at("2026-10-02 00:00"))

    assert set(numbers(Filters(first=date(2026, 10, 1), last=date(2026, 10, 1)))) == {"D-1", "D-2"}


def test_late_at_risk_and_due_today_speak_of_open_orders_alone(at: At) -> None:
    now = at("2026-10-01 12:00")
    orders.order(number="late", ship_due_at=at("2026-10-01 11:00"))
    orders.order(number="soon", ship_due_at=at("2026-10-01 13:30"))
    orders.order(number="today", ship_due_at=at("2026-10-01 18:00"))
    orders.order(number="tomorrow", ship_due_at=at("2026-10-02 11:00"))
    gone = orders.order(number="gone", ship_due_at=at("2026-10-01 11:00"))
    orders.shipped(gone.pk)

    assert numbers(Filters(due="late"), now) == ["late"]
    assert numbers(Filters(due="at_risk"), now) == ["soon"]
    assert set(numbers(Filters(due="today"), now)) == {"soon", "today"}
    assert overview.late_count(now) == 1


def test_a_row_says_the_phase_as_the_readers_side_calls_it() -> None:
    orders.order()

    (client,) = listing.page(Filters(), at=MORNING).rows
    (staff,) = listing.page(Filters(), at=MORNING, side="operator").rows

    assert (str(client.state), str(staff.state)) == ("受付済み", "受付")


def test_the_file_keeps_formulas_harmless() -> None:
    orders.order(number="=1+1", buyer_name="山田, 花子")

    content = listing.export(Filters(), at=MORNING).decode("utf-8-sig")

    assert "'=1+1" in content
    assert '"山田, 花子"' in content


def test_the_way_shows_where_an_order_is() -> None:
    order = orders.order()

    def standing() -> list[str]:
        found = detail.of_order(order.pk)
        assert found is not None
        return [step["state"] for step in found.way]

    assert standing() == ["done", "now", "next", "next", "next"]
    shipments = orders.packed(order.pk)
    assert standing() == ["done", "done", "now", "next", "next"]
    shipping.ship(shipments, parcels=orders.slips(shipments), actor=OPERATOR, at=MORNING)
    assert standing() == ["done", "done", "done", "now", "next"]
    shipping.deliver(shipments, actor=SYSTEM, at=MORNING)
    assert standing() == ["done"] * 5


def test_a_cancelled_order_has_no_way_and_no_next_step() -> None:
    order = orders.order()
    cancelling.cancel([order.pk], by="client", reason="購入者都合", actor=OPERATOR, at=MORNING)

    found = detail.of_order(order.pk)

    assert found is not None
    assert found.way == []
    assert found.next is None
    assert "cancel" not in found.moves


def test_money_is_shown_as_ordered_and_by_tax_rate() -> None:
    order = orders.order(
        goods_total=3000,
        postage=550,
        points=50,
        total=3500,
        tax_by_rate={"8": {"goods": 2000, "tax": None}, "10": {"goods": 1000, "tax": 90}},
    )

    found = detail.of_order(order.pk)

    assert found is not None
    assert [(str(part.label), part.amount) for part in found.money] == [
        ("商品計", Decimal(3000)),
        ("送料", Decimal(550)),
        ("ポイント利用", Decimal(-50)),
    ]
    assert [(str(part.label), part.amount, part.note) for part in found.taxes] == [
        ("10%対象の商品", Decimal(1000), "90"),
        ("8%対象の商品（軽減税率）", Decimal(2000), ""),
    ]


@pytest.mark.parametrize(
    ("slot", "words", "shown"),
    [
        ("14-16", "時間帯指定[14時-16時]", "14時〜16時"),
        ("am", "午前中", "午前中"),
        ("none", "", ""),
        ("other", "夕方ごろ", "夕方ごろ"),
    ],
)
def test_the_wished_time_is_said_in_one_way(slot: str, words: str, shown: str) -> None:
    order = orders.order(wished_slot=slot, wished_slot_text=words)

    found = detail.of_order(order.pk)

    assert found is not None
    assert str(found.wished_slot) == shown


def test_parcels_lead_to_their_carrier_and_cancelled_labels_are_gone() -> None:
    order = orders.order()
    (shipment,) = orders.shipped(order.pk)
    old = (
        Order.objects.get(pk=order.pk)
        .shipments.get()
        .parcels.create(carrier="yamato", tracking_number="444410000000", label_cancelled_at=MORNING)
    )

    found = detail.of_order(order.pk)

    assert found is not None
    (sent,) = found.shipments
    assert sent.shipment.pk == shipment
    assert [parcel.number for parcel in sent.parcels] != [old.tracking_number]
    assert all(parcel.number in parcel.url for parcel in sent.parcels)


def test_the_timeline_tells_everything_newest_first() -> None:
    order = orders.order(verifications=["address"])
    publish([Happening("order.received", "order", order.pk, order_id=order.pk)], actor=SYSTEM, at=MORNING)
    verification.answer([order.pk], answer="電話で確認しました", actor=OPERATOR, at=MORNING)
    orders.shipped(order.pk)

    entries = timeline.of_order(order.pk)

    assert str(entries[-1].text) == "受注を取り込みました"
    assert str(entries[0].text) == "すべて出荷しました（1回）"
    assert "電話で確認しました" in [entry.detail for entry in entries]
    assert "確認に回答しました（住所）" in [str(entry.text) for entry in entries]
    assert not [entry for entry in entries if "%" in str(entry.text)]


def test_a_declined_cancel_request_is_told() -> None:
    order = orders.order()
    orders.released(order.pk)
    cancelling.cancel([order.pk], by="client", reason="都合", actor=OPERATOR, at=MORNING)
    asked = detail.of_order(order.pk)
    assert asked is not None
    assert asked.cancel_request is not None
    cancelling.answer_request([order.pk], accept=False, answer="梱包中です", actor=OPERATOR, at=MORNING)

    newest = timeline.of_order(order.pk)[0]

    assert (str(newest.text), newest.detail) == ("キャンセルの依頼をお断りしました", "梱包中です")


def test_questions_come_by_their_end_then_by_their_age(at: At) -> None:
    first, second, third = orders.orders(3)
    for nth, (pk, end) in enumerate(((first, None), (second, at("2026-10-03 12:00")), (third, at("2026-10-02 12:00")))):
        moment = MORNING + timedelta(minutes=nth)
        holds.place([pk], reason="question", question=f"{nth}", expected_end=end, actor=OPERATOR, at=moment)

    assert [asked.order.pk for asked in overview.questions()] == [third, second, first]
    assert overview.unanswered_count() == 3


def test_each_day_counts_its_own_happenings(at: At) -> None:
    order = orders.order()
    for moment in ("2026-10-01 00:00", "2026-10-01 23:59", "2026-10-02 00:00"):
        publish([Happening("order.received", "order", order.pk, order_id=order.pk)], actor=SYSTEM, at=at(moment))

    days = overview.daily(at("2026-10-02 09:00"), days=3)

    assert [(day.day, moved.received) for day, moved in days] == [(30, 0), (1, 2), (2, 1)]


def test_refused_rows_of_a_mended_file_wait_no_more() -> None:
    channel = Channel.objects.get(pk=orders.channel().pk)
    common = {"channel": channel, "actor_kind": "person", "actor_id": "1", "actor_name": "A", "created_at": MORNING}
    old = Intake.objects.create(**common, state="done", rows_refused=2)
    RefusedRow.objects.create(intake=old, row=4, number="A-1", column="受注日", value="x", code="bad_date")
    assert overview.unmended() == [old]

    Intake.objects.create(**common, state="done", mends=old)

    assert overview.unmended() == []
