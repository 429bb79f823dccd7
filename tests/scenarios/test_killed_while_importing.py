"""A file is shown, decided about and taken while its worker is killed: nothing lost, nothing twice, no false page."""

from __future__ import annotations

from collections import Counter

import pytest
import redis
from django.db.models import Sum

from core import scope
from core.models import Event
from integrations.channels import samples
from integrations.channels.nextengine.sample import SHOP
from orders.models import Channel, Intake, Line, Order, RefusedRow
from portal.demo.world import MONTH
from portal.endpoints import Endpoints
from tests.running import until
from tests.scenarios.killing import COMPANY, PATIENCE, Site, catch_up, waiting

pytestmark = pytest.mark.services


def words(site: Site, path: str) -> str:
    """What the page says."""
    return site.visitor.get(path).text


def state() -> str:
    with scope.client(COMPANY.code):
        return Intake.objects.values_list("state", flat=True).get()


def orders() -> int:
    with scope.client(COMPANY.code):
        return Order.objects.count()


def ready(site: Site) -> None:
    catch_up()
    until(lambda: state() == Intake.READY, seconds=PATIENCE, what="the file is shown")


def test_a_worker_dies_while_a_file_is_shown_decided_about_and_taken(site: Site) -> None:
    sample = samples.make(SHOP, orders=120, seed=11, month=f"{MONTH:%Y-%m}")
    with scope.client(COMPANY.code):
        Channel.objects.update(preview=True)

    # In the middle of the look.
    with site.standstill("orders_refusedrow") as half_way:
        site.send("month.csv", sample.data)
        with scope.client(COMPANY.code):
            path = f"/intakes/{Intake.objects.get().pk}"
        until(lambda: half_way("orders_refusedrow") == 1, seconds=PATIENCE, what="it is looked at")
        assert state() == Intake.CHECKING
        assert "読み込みを中止する" in words(site, path)
        another = site.kill("worker")
    until(another, seconds=PATIENCE, what="the worker is back")
    ready(site)
    assert orders() == 0
    shown = words(site, path)
    assert "まだ取り込んでいません" in shown
    with scope.client(COMPANY.code):
        found = Intake.objects.get()
        counted = (found.rows, found.orders_new, found.orders_refused, found.rows_refused)
        truth = sample.manifest
        assert counted == (truth["rows"], truth["orders"], truth["refused_orders"], truth["refused_rows"])
        assert RefusedRow.objects.values("row").distinct().count() == truth["refused_rows"]

    # Between the look and the decision, and again in the middle of what was decided; the broker forgets it as well.
    another = site.kill("worker")
    with site.standstill() as half_way:
        taken = site.visitor.send(f"{path}/take", form=site.visitor.get(path))
        assert "読み込みを中止する" in taken.text
        until(another, seconds=PATIENCE, what="the worker is back")
        until(lambda: half_way("orders_order_id_seq") == 1, seconds=PATIENCE, what="it is taken half-way")
        assert orders() == 0
        assert "読み込みを中止する" in words(site, path)
        with redis.from_url(Endpoints.below(site.var).cache_url) as broker:
            broker.flushall()
        another = site.kill("worker")
        assert (state(), orders()) == (Intake.WAITING, 0)
        again = site.visitor.send(f"{path}/take", form=site.visitor.get("/intakes"))
        assert "すでに取込を始めています" in again.text
        assert len(waiting()) >= 1
    until(another, seconds=PATIENCE, what="the worker is back")
    catch_up()
    assert state() == Intake.DONE
    _everything_is_there_once(sample.manifest)

    said = words(site, path)
    assert "取り込めなかった行" in said
    assert "読み込みを中止する" not in said
    again = site.visitor.send(f"{path}/take", form=site.visitor.get("/intakes"))
    assert "さんが取り込みました" in again.text
    file = {"file": ("month.csv", sample.data, "text/csv")}
    refused = site.visitor.send("/intakes", {"channel": COMPANY.channel}, files=file, expect=422)
    assert "同じファイルが" in refused.text
    catch_up()
    _everything_is_there_once(sample.manifest)


def _everything_is_there_once(truth: dict[str, int]) -> None:
    with scope.client(COMPANY.code):
        assert Order.objects.count() == Order.objects.values("number").distinct().count() == truth["orders"]
        lines = Line.objects.aggregate(units=Sum("ordered"))
        assert (Line.objects.count(), lines["units"]) == (truth["lines"], truth["units"])
        assert RefusedRow.objects.values("row").distinct().count() == truth["refused_rows"]
        told = Counter(Event.objects.filter(name="order.received").values_list("subject_id", flat=True))
        assert told == Counter(Order.objects.values_list("pk", flat=True))
        assert [Event.objects.filter(name=f"intake.{name}").count() for name in ("taken", "finished")] == [1, 1]
