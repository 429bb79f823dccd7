from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.core.cache import cache

from core import scope
from core.errors import Refused
from core.jobs.models import Job
from core.models import Event
from documents.services import store
from integrations.channels import samples
from integrations.channels.nextengine.profile import PROFILE
from integrations.channels.nextengine.sample import SHOP
from orders import ports
from orders.intake import read
from orders.lifecycle import phase_of
from orders.models import Channel, Intake, Line, Order, RefusedRow, Verification
from orders.queries import arrivals, facts
from orders.services import intake as arriving
from orders.services.intake.running import progress_key
from tests.conftest import OPERATOR
from tests.factories.orders import channel

At = Callable[[str], datetime]
pytestmark = pytest.mark.usefixtures("nobody_listens")


@pytest.fixture(scope="module")
def sample() -> samples.Sample:
    """A month of 300 orders with every kind of dirt."""
    return samples.make(SHOP, orders=300, seed=7, month="2026-10")


def submit(data: bytes, at: datetime, *, to: Channel | None = None, **how: Any) -> Intake:
    return arriving.submit(to or channel(), file_name="注文.csv", data=data, actor=OPERATOR, at=at, **how)


def bring(data: bytes, at: datetime, **how: Any) -> Intake:
    """Submit a file and read it."""
    return arriving.run(submit(data, at, **how).pk, at=at)


def record(number: str, **facts: Any) -> dict[str, Any]:
    return {
        "number": number,
        "ordered_at": "2026-10-01 09:30:00",
        "buyer_name": "髙橋 一郎",
        "buyer_phone": "090-1234-5678",
        "ship_name": "髙橋 一郎",
        "ship_postcode": "105-0011",
        "ship_address": "東京都港区芝公園4-2-8",
        "payment_method": "クレジットカード",
        "lines": [
            {"sku": "A-1", "name": "りんご", "quantity": 2, "unit_price": 1000, "tax_rate": 8},
            {"sku": "B-2", "name": "箱", "quantity": 1, "unit_price": 300},
        ],
        **facts,
    }


def test_a_file_becomes_what_its_maker_planned(acme: str, at: At, sample: samples.Sample) -> None:
    found = bring(sample.data, at("2026-11-01 09:00"))

    truth = sample.manifest
    assert (found.state, found.error, found.encoding) == ("done", {}, "cp932")
    assert (found.rows, found.orders_new, found.rows_refused) == (truth["rows"], truth["orders"], truth["refused_rows"])
    assert found.orders_refused == truth["refused_orders"]
    assert (Order.objects.count(), Line.objects.count()) == (truth["orders"], truth["lines"])
    assert sum(Order.objects.values_list("total", flat=True)) == truth["total"]
    assert RefusedRow.objects.values("row").distinct().count() == truth["refused_rows"]
    assert Event.objects.filter(name="order.received").count() == truth["orders"]
    assert Event.objects.filter(name="order.verification_opened").count() == Verification.objects.count() > 0
    assert Event.objects.get(name="intake.finished").data["orders_new"] == truth["orders"]


def test_the_phase_at_arrival_is_the_one_derived(acme: str, at: At, sample: samples.Sample) -> None:
    bring(sample.data, at("2026-11-01 09:00"))
    stored = dict(Order.objects.values_list("pk", "phase"))
    derived = {row["id"]: phase_of(row).code for row in facts.of_orders(list(stored)).to_dicts()}
    assert stored == derived
    assert set(stored.values()) >= {"received", "verifying", "awaiting_payment"}


def test_the_same_file_does_not_come_in_twice(acme: str, at: At, sample: samples.Sample) -> None:
    first = bring(sample.data, at("2026-11-01 09:00"))
    with pytest.raises(Refused, match=r"2026/11/01 09:00に「注文\.csv」") as refusal:
        submit(sample.data, at("2026-11-02 09:00"))
    assert refusal.value.params["intake"] == first.pk
    assert Intake.objects.count() == 1


def test_an_order_in_two_files_is_one_order(acme: str, at: At, sample: samples.Sample) -> None:
    bring(sample.data, at("2026-11-01 09:00"))
    before = Order.objects.count(), Line.objects.count(), Event.objects.filter(name="order.received").count()

    again = bring(sample.data + b"\r\n", at("2026-11-02 09:00"))

    assert (again.orders_new, again.orders_known) == (0, before[0])
    assert (Order.objects.count(), Line.objects.count(), Event.objects.filter(name="order.received").count()) == before


def test_the_same_number_in_another_shop_is_another_order(acme: str, at: At) -> None:
    for shop in ("one", "two"):
        arriving.accept(channel(shop), [record("X-1")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert Order.objects.filter(number="X-1").count() == 2


def test_reading_a_file_a_second_time_does_nothing(acme: str, at: At, sample: samples.Sample) -> None:
    done = bring(sample.data, at("2026-11-01 09:00"))
    again = arriving.run(done.pk, at=at("2026-11-01 09:05"))
    assert (again.orders_new, again.finished_at) == (done.orders_new, at("2026-11-01 09:00"))


def test_a_mended_file_marks_what_it_mends(acme: str, at: At, sample: samples.Sample) -> None:
    single = read(sample.data, PROFILE).orders.filter(pl.col("line_count") == 1).row(0, named=True)
    rows = sample.data.split(b"\r\n")
    head, good = rows[0], rows[single["row"] - 1]
    broken = good.replace(b"2026/", b"20x6/", 1)
    first = bring(b"\r\n".join([head, broken]), at("2026-11-01 09:00"))
    assert first.orders_refused == 1

    second = bring(b"\r\n".join([head, good]), at("2026-11-01 10:00"), mends=first)

    assert second.mends == first
    assert Order.objects.get().number == single["number"]
    assert set(RefusedRow.objects.filter(intake=first).values_list("mended_by", flat=True)) == {second.pk}

    # The broken row once more, in a file of its own: its order is here already, and not by the arrivals that follow.
    third = bring(b"\r\n".join([head, broken, b""]), at("2026-11-01 11:00"))
    assert set(RefusedRow.objects.filter(intake=third).values_list("mended_by", flat=True)) == {second.pk}


def test_of_two_orders_under_one_number_the_refused_one_waits_on(acme: str, at: At, sample: samples.Sample) -> None:
    first = bring(sample.data, at("2026-11-01 09:00"))
    arriving.accept(channel(), [record("LATER-1")], actor=OPERATOR, at=at("2026-11-02 09:00"))
    conflicting = RefusedRow.objects.filter(intake=first, code="conflicting_order")
    here = conflicting.filter(number__in=Order.objects.values("number"))
    assert set(here.values_list("mended_by", flat=True)) <= {None}


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_file"), (b"a,b\r\n1,2\r\n", "wrong_header"), (b"PK\x03\x04rest", "workbook_broken")],
)
def test_what_is_no_order_file_is_refused_at_the_door(acme: str, at: At, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        submit(data, at("2026-10-01 09:00"))
    assert refusal.value.code == code
    assert not Intake.objects.exists()


def test_a_file_with_a_header_alone_is_refused_when_it_is_read(acme: str, at: At, sample: samples.Sample) -> None:
    header = sample.data.split(b"\r\n")[0] + b"\r\n"
    found = bring(header, at("2026-10-01 09:00"))
    assert (found.state, found.error["code"]) == ("refused", "no_rows")
    assert submit(header, at("2026-10-01 09:10")).state == "waiting"


def test_the_file_itself_stays(acme: str, at: At, sample: samples.Sample) -> None:
    with store().open(submit(sample.data, at("2026-10-01 09:00")).storage_key) as stream:
        assert stream.read() == sample.data


def test_the_reading_is_a_job_of_the_same_transaction(acme: str, at: At, sample: samples.Sample) -> None:
    found = submit(sample.data, at("2026-10-01 09:00"))
    job = Job.objects.get(arguments__intake_id=found.pk)
    assert (job.pk, job.task, job.client) == (found.job_id, "orders.tasks.run_intake", "acme")


def test_a_reading_that_failed_for_good_is_told_and_the_file_may_come_again(
    acme: str, at: At, sample: samples.Sample
) -> None:
    found = submit(sample.data, at("2026-10-01 09:00"))
    with scope.operator():
        Job.objects.filter(arguments__intake_id=found.pk).update(state=Job.FAILED)

    again = submit(sample.data, at("2026-10-01 10:00"))

    found.refresh_from_db()
    assert (found.state, found.error["code"]) == ("refused", "reading_failed")
    assert again.pk != found.pk


def test_progress_can_be_watched(acme: str, at: At, sample: samples.Sample) -> None:
    found = bring(sample.data, at("2026-10-01 09:00"))
    shown = cache.get(progress_key(found.pk))
    assert shown == {"read": len(sample.data), "size": len(sample.data), "rows": found.rows, "orders": found.orders_new}


def test_without_the_cache_a_file_is_read_and_nothing_is_known_of_how_far(
    acme: str, at: At, sample: samples.Sample, no_cache: None
) -> None:
    found = submit(sample.data, at("2026-10-01 09:00"))
    assert arrivals.progress(found) == arrivals.Progress()
    assert arriving.run(found.pk, at=at("2026-10-01 09:01")).state == Intake.DONE


def test_records_are_orders_with_everything_they_say(acme: str, at: At) -> None:
    wished = {"wished_date": "2026-10-09", "wished_slot": "14-16", "gift": True, "message": "おめでとう"}
    found = arriving.accept(
        channel(), [record("X-1", postage=500, **wished)], actor=OPERATOR, at=at("2026-10-01 10:00")
    )
    assert (found.source, found.orders_new, found.state) == ("api", 1, "done")
    order = Order.objects.get()
    assert (order.ordered_at, order.received_at) == (at("2026-10-01 09:30"), at("2026-10-01 10:00"))
    assert (order.goods_total, order.postage, order.total) == (Decimal(2300), Decimal(500), Decimal(2800))
    assert order.tax_by_rate["8"]["goods"] == 2000
    assert (str(order.wished_date), order.wished_slot, order.is_gift) == ("2026-10-09", "14-16", True)
    assert (order.ship_prefecture, order.buyer_phone, order.phase) == ("東京都", "+819012345678", "received")
    assert list(order.lines.values_list("position", "sku", "ordered", "allocated", "tax_rate")) == [
        (1, "A-1", 2, 2, 8),
        (2, "B-2", 1, 1, 10),
    ]
    event = Event.objects.get(name="order.received")
    assert event.at == at("2026-10-01 10:00")
    assert event.data == {
        "number": "X-1",
        "channel": "shop",
        "ordered_at": "2026-10-01T00:30:00+00:00",
        "received_at": "2026-10-01T01:00:00+00:00",
        "lines": 2,
        "to_source": 0,
        "units": 3,
        "total": 2800,
        "prefecture": "東京都",
        "ship_due_at": None,
        "priority": 0,
        "title": "X-1 りんご",
        "phase": "received",
    }


def test_records_that_are_wrong_are_told_apart(acme: str, at: At) -> None:
    records = [record("X-1"), record("X-2", ship_postcode="9999999"), record("X-3", ordered_at="?")]
    found = arriving.accept(channel(), records, actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert (found.orders_new, found.orders_refused) == (1, 2)
    wrong = RefusedRow.objects.exclude(code="same_order").order_by("row").values_list("row", "column", "code")
    assert list(wrong) == [(2, "ship_postcode", "unknown_postcode"), (3, "ordered_at", "broken_date")]


@pytest.mark.parametrize(("count", "code"), [(0, "no_rows"), (arriving.MAX_RECORDS + 1, "too_many")])
def test_records_come_in_sensible_numbers(acme: str, at: At, count: int, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        arriving.accept(channel(), [{}] * count, actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert refusal.value.code == code


def test_a_channels_checks_can_be_set(acme: str, at: At) -> None:
    strict = Channel.objects.create(code="strict", name="厳格", profile="nextengine", checks={"credit_from": 2000})
    arriving.accept(strict, [record("X-1")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert Verification.objects.get().reason == "credit"
    Channel.objects.filter(pk=strict.pk).update(checks={"credit": 2000})
    strict.refresh_from_db()
    with pytest.raises(Refused, match="厳格"):
        arriving.accept(strict, [record("X-2")], actor=OPERATOR, at=at("2026-10-01 10:00"))


def test_who_orders_the_same_twice_a_day_is_looked_at_across_arrivals(acme: str, at: At) -> None:
    arriving.accept(channel(), [record("X-1")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    later = {"ordered_at": "2026-10-01 23:59:00"}
    arriving.accept(channel(), [record("X-2", **later)], actor=OPERATOR, at=at("2026-10-02 10:00"))
    arriving.accept(
        channel(), [record("X-3", ordered_at="2026-10-02 00:01:00")], actor=OPERATOR, at=at("2026-10-02 10:00")
    )
    assert list(Verification.objects.values_list("order__number", "reason")) == [("X-2", "duplicate")]


def test_an_order_that_was_cancelled_in_the_shop_is_kept_as_such(acme: str, at: At) -> None:
    arriving.accept(channel(), [record("X-1", status="cancelled")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    order = Order.objects.get()
    assert (order.phase, list(order.lines.values_list("cancelled", "allocated"))) == ("cancelled", [(2, 0), (1, 0)])
    names = list(Event.objects.filter(order_id=order.pk).order_by("id").values_list("name", flat=True))
    assert names == ["order.received", "order.cancelled"]


def test_what_the_shop_says_later_is_followed(acme: str, at: At) -> None:
    waiting = {"payment_method": "銀行振込", "status": "open"}
    channels = channel()
    unpaid = record("X-1", **waiting)
    arriving.accept(channels, [unpaid, record("X-2")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    Order.objects.filter(number="X-1").update(prepaid=True, phase="awaiting_payment")

    news = [{**unpaid, "status": "paid"}, record("X-2", status="cancelled")]
    found = arriving.accept(channels, news, actor=OPERATOR, at=at("2026-10-03 10:00"))

    assert (found.orders_new, found.orders_known) == (0, 2)
    assert dict(Order.objects.values_list("number", "phase")) == {"X-1": "received", "X-2": "cancelled"}
    arriving.accept(channels, news, actor=OPERATOR, at=at("2026-10-04 10:00"))
    assert Event.objects.filter(name__in=["order.paid", "order.cancelled"]).count() == 2


def test_when_an_order_has_to_leave_is_known_at_once(acme: str, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_ship_due", lambda ordered_at: ordered_at.dt.offset_by("8h"))
    arriving.accept(channel(), [record("X-1")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    assert Order.objects.get().ship_due_at == at("2026-10-01 17:30")


def test_the_neighbour_sees_nothing(db: None, at: At) -> None:
    with scope.client("acme"):
        arriving.accept(channel(), [record("X-1")], actor=OPERATOR, at=at("2026-10-01 10:00"))
    with scope.client("bravo"):
        assert not Order.objects.exists()
        arriving.accept(channel(), [record("X-1")], actor=OPERATOR, at=at("2026-10-01 10:00"))
        assert Order.objects.count() == 1
