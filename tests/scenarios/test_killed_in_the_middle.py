"""The main job while everything under it is killed: no work is lost, and nothing is done twice.

A portal of its own, as `python -m portal up` runs it. Each blow falls at a known moment: a lock on the table of the
promises' clocks stops intakes and operators half-way, with what they wrote so far not committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import Error
from django.db.models import F, Sum

from billing.models import Invoice, RatedFact
from billing.services import closing
from core import scope
from core.jobs.models import Job
from core.models import Event
from integrations.channels import samples, splitting
from integrations.channels.nextengine.sample import SHOP
from operations.models import Tally, WorkItem
from orders.models import Hold, Intake, Line, Order, Parcel, Shipment, ShipmentLine
from orders.services import arranging, holds
from portal.demo import report
from portal.demo.world import MONTH
from portal.endpoints import Endpoints
from sla.models import Clock
from tests.conftest import OPERATOR
from tests.running import until
from tests.scenarios.killing import CLERKS, COMPANY, NOW, PATIENCE, WAREHOUSE, Site, catch_up, waiting

pytestmark = pytest.mark.services

ORDERS, FILES = 160, 7


def test_whatever_is_killed_nothing_is_lost_and_nothing_is_done_twice(site: Site) -> None:
    sample = samples.make(SHOP, orders=ORDERS, seed=COMPANY.seed, month=f"{MONTH:%Y-%m}")
    files = _parts(sample.data, FILES)
    site.send("1.csv", files[0])
    catch_up()
    for kind in (*CLERKS, *WAREHOUSE[:2]):
        site.floor.work([kind], at=NOW)
    _draft()

    _the_worker_dies_and_the_broker_forgets(site, files[1:4])
    _each_new_order_has_its_work()
    _the_database_dies_under_everybody(site, files[4])
    _the_broker_dies(site, [_joined(files[4:6]), files[6]])
    _the_same_file_is_refused(site)
    assert _draft() == _draft()

    _finish(site)
    invoice = _draft()
    assert _draft() == invoice

    expected = report.expected_of(site.sent, COMPANY.channel)
    assert expected.orders == sample.manifest["orders"]
    assert report.disagreements(COMPANY, expected, report.counted(COMPANY)) == []
    with scope.client(COMPANY.code):
        _orders_are_there_once(sample.manifest)
        _everything_is_said_once()
        _everything_is_shipped_once()
        _everything_is_billed_once()
    with scope.operator():
        assert not Job.objects.exclude(state=Job.DONE).exists()
        assert not WorkItem.objects.filter(state__in=WorkItem.ACTIVE).exists()
        assert Tally.objects.filter(name=Tally.RECEIVED).aggregate(n=Sum("orders"))["n"] == expected.orders


def _the_worker_dies_and_the_broker_forgets(site: Site, files: Sequence[bytes]) -> None:
    """The worker is killed in the middle of one file while another waits for it; the broker forgets the third."""
    with site.standstill() as half_way:
        site.send("2.csv", files[0])
        until(lambda: half_way("orders_order_id_seq") == 1, seconds=PATIENCE, what="the file is read half-way")
        others = [site.send(f"{number}.csv", data) for number, data in enumerate(files[1:], 3)]
        with redis.from_url(Endpoints.below(site.var).cache_url) as broker:
            broker.flushall()
        another = site.kill("worker")
        assert set(others) <= waiting()
    with scope.client(COMPANY.code):
        assert Intake.objects.filter(state=Intake.DONE).count() == 1
    until(another, seconds=PATIENCE, what="the worker is back")
    catch_up()


def _the_database_dies_under_everybody(site: Site, file: bytes) -> None:
    """A file is being read, a clerk verifies, the warehouse ships, and a month is being closed, all half-way."""
    with ThreadPoolExecutor() as people, site.standstill() as half_way:
        at_work = [people.submit(site.floor.work, [kind], at=NOW) for kind in ("verify", "ship")]
        site.send("5.csv", file)
        until(lambda: half_way("core_event") == 3, seconds=PATIENCE, what="all three have told what they did")
        with pytest.raises(Error), scope.client(COMPANY.code):
            closing.draft(MONTH, actor=OPERATOR, at=NOW)
            site.cut_power()
        for person in at_work:
            assert isinstance(person.exception(PATIENCE), Error)
    with scope.client(COMPANY.code):
        assert not Shipment.objects.filter(handed_over_at__isnull=False).exists()
        assert not Parcel.objects.exists()


def _the_broker_dies(site: Site, files: Sequence[bytes]) -> None:
    """Files are sent while there is no broker, the first with the orders of the file that was interrupted once more."""
    another = site.kill("valkey")
    for number, data in enumerate(files, 6):
        site.send(f"{number}.csv", data)
    until(another, seconds=PATIENCE, what="the broker is back")
    catch_up()


def _the_same_file_is_refused(site: Site) -> None:
    delivery = site.sent[-1].delivery
    file = {"file": (delivery.name, delivery.data, "text/csv")}
    site.visitor.send("/intakes", {"channel": COMPANY.channel}, files=file, expect=422)


def _finish(site: Site) -> None:
    """Everybody gives back what they hold, since it went dark or as the rest of a part, and works on to the end."""
    while True:
        site.floor.go_home(at=NOW)
        with scope.client(COMPANY.code):
            asked = list(Hold.objects.filter(party="client", released_at=None).values_list("pk", flat=True))
            for hold_id in asked:
                holds.answer(hold_id, answer="はい、お願いします。", actor=site.client, at=NOW)
            unpaid = list(Order.objects.filter(phase="awaiting_payment").values_list("pk", flat=True))
            arranging.mark_paid(unpaid, actor=OPERATOR, at=NOW)
        done = sum(site.floor.work([kind], at=NOW) for kind in (*CLERKS, *WAREHOUSE))
        if not (asked or unpaid or done):
            return


def _parts(data: bytes, count: int) -> list[bytes]:
    """A sample in so many files of whole days, one after another."""
    days = list(splitting.split_by_day(data, SHOP).values())
    return [_joined(days[len(days) * nth // count : len(days) * (nth + 1) // count]) for nth in range(count)]


def _joined(files: Sequence[bytes]) -> bytes:
    """Files of one header as one file."""
    return files[0] + b"".join(data.split(b"\n", 1)[1] for data in files[1:])


def _draft() -> dict[str, int]:
    """Draft the month; what each line comes to."""
    with scope.client(COMPANY.code):
        invoice = closing.draft(MONTH, actor=OPERATOR, at=NOW)
        return {line.charge_code: int(line.amount) for line in invoice.lines.all()}


def _each_new_order_has_its_work() -> None:
    """One item for each order that came with the files which were interrupted, of the kind that its phase asks for."""
    wanted = {"verifying": ["verify"], "received": ["release"]}
    with scope.client(COMPANY.code):
        first = Intake.objects.order_by("pk")[0]
        fresh = dict(Order.objects.exclude(intake=first).values_list("pk", "phase"))
    with scope.operator():
        items = WorkItem.objects.filter(client=COMPANY.code, order_id__in=list(fresh))
        found = Counter(items.values_list("order_id", "kind"))
    assert found == Counter((pk, kind) for pk, phase in fresh.items() for kind in wanted.get(phase, []))


def _orders_are_there_once(manifest: dict[str, int]) -> None:
    assert Order.objects.values("number").distinct().count() == Order.objects.count() == manifest["orders"]
    lines = Line.objects.aggregate(units=Sum("ordered"))
    assert (Line.objects.count(), lines["units"]) == (manifest["lines"], manifest["units"])
    assert Order.objects.aggregate(yen=Sum("total"))["yen"] == manifest["total"]


def _told(name: str) -> Counter[int]:
    """How often which subject was told of."""
    return Counter(Event.objects.filter(name=name).values_list("subject_id", flat=True))


def _once(ids: Iterator[int]) -> Counter[int]:
    return Counter(set(ids))


def _everything_is_said_once() -> None:
    every = Order.objects.values_list("pk", flat=True)
    assert _told("order.received") == _once(every.iterator())
    assert _told("intake.finished") == _once(Intake.objects.values_list("pk", flat=True).iterator())
    to_verify = set(_told("order.verification_opened"))
    clocks = Counter(Clock.objects.values_list("promise__code", "order_id"))
    assert clocks == Counter(
        [*(("ship-13", order_id) for order_id in every), *(("verify-4h", order_id) for order_id in to_verify)]
    )


def _everything_is_shipped_once() -> None:
    out = Shipment.objects.filter(handed_over_at__isnull=False)
    assert _told("shipment.shipped") == _once(out.values_list("pk", flat=True).iterator())
    assert _told("order.shipped") == _once(
        Order.objects.filter(phase="shipped").values_list("pk", flat=True).iterator()
    )
    assert Counter(Parcel.objects.values_list("shipment_id", flat=True)) == _told("shipment.shipped")
    sent = ShipmentLine.objects.filter(shipment__in=out).aggregate(n=Sum("quantity"))["n"]
    assert sent == Line.objects.aggregate(n=Sum("shipped"))["n"]
    assert sent == Line.objects.aggregate(n=Sum(F("ordered") - F("cancelled")))["n"]


def _everything_is_billed_once() -> None:
    invoice = Invoice.objects.get()
    billed = {line.charge_code: line for line in invoice.lines.all()}
    assert billed["orders"].quantity == Order.objects.count()
    assert billed["orders"].amount == 120 * Order.objects.count()
    assert billed["shipments"].quantity == Shipment.objects.filter(handed_over_at__isnull=False).count()
    pieces = Line.objects.aggregate(n=Sum("shipped"))["n"]
    assert (billed["units_picked"].quantity, billed["units_picked"].amount) == (pieces, 25 * pieces)
    facts = RatedFact.objects.values_list("charge_code", "event_id")
    assert facts.count() == len(set(facts))
