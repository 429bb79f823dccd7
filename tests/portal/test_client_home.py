from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock, scope
from core.events import SYSTEM, Happening, publish
from orders.models import Intake, Order, RefusedRow
from orders.services import holds
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.people import client_person, login, staff


@pytest.fixture
def browser(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


def test_a_newcomer_is_told_what_to_do_first(browser: Client) -> None:
    shown = browser.get("/").content.decode()

    assert "最初の受注ファイルを取り込みましょう" in shown
    assert 'href="/intakes"' in shown


def test_it_says_where_everything_is(browser: Client) -> None:
    with scope.client("acme"):
        orders.orders(2)
        orders.order(verifications=["address"])
        gone = orders.order()
        orders.shipped(gone.pk)

    home = browser.get("/").context

    assert {part["label"]: part["value"] for part in home["phases"]} == {"受付済み": 2, "確認中": 1, "出荷済み": 1}
    assert home["open"] == 4
    assert home["phases"][0]["url"].startswith("/orders?phase=")
    for part in home["phases"]:
        assert len(browser.get(part["url"]).context["page"].rows) == part["value"]


def test_what_waits_for_the_client_stands_there_until_it_is_answered(browser: Client) -> None:
    now = clock.now()
    with scope.client("acme"):
        order = orders.order()
        holds.place([order.pk], reason="address", question="番地は？", actor=OPERATOR, at=now)
        arrival = Intake.objects.create(
            channel=orders.channel(), file_name="受注.csv", state="done", rows_refused=3,
            actor_kind="person", actor_id="1", actor_name="A", created_at=now,
        )  # fmt: skip
        RefusedRow.objects.create(intake=arrival, row=4, code="missing", column="受注日")

    shown = browser.get("/").content.decode()
    assert "番地は？" in shown
    assert "受注.csv" in shown

    with scope.client("acme"):
        holds.release([order.pk], reason="確認済み", actor=OPERATOR, at=now)
        RefusedRow.objects.update(mended_by=arrival)
    assert "今、お答えいただくことはありません。" in browser.get("/").content.decode()


def test_today_and_lateness_are_counted(browser: Client) -> None:
    now = clock.now()
    with scope.client("acme"):
        late = orders.order(ship_due_at=now - timedelta(hours=1))
        told = {
            "number": late.number,
            "phase": late.phase,
            "to_source": 0,
            "units": 1,
            "title": "",
            "ordered_at": late.ordered_at,
        }
        told |= {"ship_due_at": late.ship_due_at, "priority": 0}
        publish([Happening("order.received", "order", late.pk, told, order_id=late.pk)], actor=SYSTEM, at=now)

    home = browser.get("/").context

    assert (home["today"].received, home["late"]) == (1, 1)
    assert home["movement"]["series"][0]["values"][-1] == 1
    assert browser.get("/orders?due=late").context["page"].rows[0].number == late.number


def test_the_operator_reads_it_in_their_own_words(db: None) -> None:
    with scope.client("acme"):
        orders.order()
    lead = login(Client(), staff("lead", serves=["acme"]))

    home = lead.get("/clients/acme/").context

    assert home["phases"][0]["label"] == "受付"
    assert home["phases"][0]["url"].startswith("/clients/acme/orders?")
    assert lead.get("/clients/bravo/").status_code == 404


def test_who_may_not_see_promises_or_import_is_not_offered_them(db: None) -> None:
    viewer = login(Client(), client_person("viewer"), "acme")
    with scope.client("acme"):
        orders.order()

    shown = viewer.get("/").content.decode()

    assert "受注を取り込む" not in shown


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_orders_costs_no_queries(browser: Client, number: int) -> None:
    browser.get("/")
    with scope.client("acme"):
        placed = orders.orders(number)
        holds.place(placed, reason="question", question="？", actor=OPERATOR, at=clock.now())
        assert Order.objects.count() == number

    with CaptureQueriesContext(connection) as captured:
        browser.get("/")

    assert len([query for query in captured if "orders_" in query["sql"] or "core_event" in query["sql"]]) == 11


def test_the_cost_is_counted_beside_the_page_for_those_who_may_see_it(browser: Client) -> None:
    with scope.client("acme"):
        orders.order()
    clerk = login(Client(), client_person("orders"), "acme")

    assert 'hx-get="/home/cost"' in browser.get("/").content.decode()
    assert "契約と料金表が登録されると" in browser.get("/home/cost").content.decode()
    assert "/home/cost" not in clerk.get("/").content.decode()
    assert clerk.get("/home/cost").status_code == 403
