from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from core import clock as clocks
from core import events, scope
from core.events import Happening
from core.models import Event
from core.periods import Period
from orders.models import Hold
from orders.services import phases
from sla import queries, services
from sla.models import Clock, PromiseVersion
from tests.conftest import OPERATOR
from tests.factories import orders as factory
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
NOW = "2026-11-20 16:30"
FOLLOWED = ("order.held", "order.hold_released", "order.verified", "order.shipped", "order.cancelled")


@pytest.fixture(autouse=True)
def friday_afternoon(settings: Settings, tmp_path: Path, at: At) -> None:
    """It is Friday 20 November 2026, 16:30."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    clocks.move(at(NOW))


@pytest.fixture
def promised(db: None, at: At) -> Iterator[None]:
    """acme has the two built-in promises, and its clocks follow the record."""
    before = dict(events.subscriptions())
    started = {"order.received": (services.start,), "order.verification_opened": (services.start,)}
    events.install({**started, **dict.fromkeys(FOLLOWED, (services.follow,))})
    with scope.client("acme"):
        services.set_up_defaults(at=at("2026-09-01 00:00"))
    yield
    events.install(before)


@pytest.fixture
def browser(db: None) -> Client:
    """Somebody of acme."""
    return login(Client(), client_person("viewer", "acme"), "acme")


def say(name: str, order_id: int, when: datetime, **data: object) -> None:
    events.publish([Happening(name, "order", order_id, data, order_id=order_id)], actor=OPERATOR, at=when)


def ordered(number: str, when: datetime, *, shipped: datetime | None = None) -> Clock:
    """An order of that time, shipped or not; its clock."""
    with scope.client("acme"):
        order = factory.order(number=number, ordered_at=when, received_at=when)
        say("order.received", order.pk, when, ordered_at=when)
        if shipped:
            say("order.shipped", order.pk, shipped, parts=1)
        services.tell(at=clocks.now())
        return Clock.objects.get(order_id=order.pk)


@pytest.fixture
def november(promised: None, at: At) -> dict[str, Clock]:
    """One kept, one missed, one at risk, one with time left."""
    return {
        "kept": ordered("T-KEPT", at("2026-11-10 09:00"), shipped=at("2026-11-10 17:00")),
        "missed": ordered("T-MISSED", at("2026-11-11 09:00"), shipped=at("2026-11-12 10:00")),
        "risk": ordered("T-RISK", at("2026-11-20 09:00")),
        "running": ordered("T-RUNNING", at("2026-11-20 13:30")),
    }


def test_the_month_says_how_often_the_promise_was_kept(browser: Client, november: dict[str, Clock]) -> None:
    services_page = browser.get("/sla").content.decode()
    assert "13時までのご注文は当日出荷" in services_page
    assert '<span class="fig">50%</span>' in services_page
    assert "2件中 1件" in services_page
    assert "T-MISSED" in services_page
    assert "T-KEPT" not in services_page


def test_other_months_are_a_click_away_and_the_future_is_not(browser: Client, november: dict[str, Clock]) -> None:
    page = browser.get("/sla?month=2026-10").content.decode()
    assert "この月に計測した受注はありません" in page
    assert "month=2026-11" in page
    for asked in ("2027-01", "yesterday", "2026-13"):
        assert "T-MISSED" in browser.get(f"/sla?month={asked}").content.decode()


def test_without_promises_the_page_says_so(browser: Client) -> None:
    assert "SLAの取り決めはまだありません" in browser.get("/sla").content.decode()


@pytest.mark.parametrize(
    ("standing", "shown"),
    [
        ("missed", {"T-MISSED"}),
        ("risk", {"T-RISK"}),
        ("running", {"T-RISK", "T-RUNNING"}),
        ("kept", {"T-KEPT"}),
        ("excluded", set()),
        ("nonsense", {"T-MISSED"}),
    ],
)
def test_every_figure_opens_the_orders_it_counts(
    browser: Client, november: dict[str, Clock], standing: str, shown: set[str]
) -> None:
    page = browser.get(f"/sla/clocks?month=2026-11&standing={standing}").content.decode()
    assert {number for number in ("T-KEPT", "T-MISSED", "T-RISK", "T-RUNNING") if number in page} == shown
    assert ("該当する受注はありません" in page) is (not shown)


def test_the_counts_on_the_tabs_are_those_of_the_promise(browser: Client, november: dict[str, Clock]) -> None:
    with scope.client("acme"):
        verify = next(row for row, promise in queries.promises_in_force() if promise.code == "verify-4h")
    page = browser.get(f"/sla/clocks?month=2026-11&promise={verify.pk}").content.decode()
    assert "該当する受注はありません" in page
    assert "4営業時間以内に受注確認" in page


def test_a_list_costs_the_same_for_one_and_for_three(browser: Client, promised: None, at: At) -> None:
    counts = []
    for nth in range(3):
        ordered(f"T-{nth}", at("2026-11-11 09:00"), shipped=at("2026-11-12 10:00"))
        both = []
        for path in ("/sla", "/sla/clocks", "/sla/statement"):
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(path).status_code == 200
            both.append(len(asked))
        counts.append(both)
    assert counts[1] == counts[2]
    assert max(counts[2]) <= 14


def test_what_is_seen_can_be_taken_along(browser: Client, november: dict[str, Clock]) -> None:
    response = browser.get("/sla/clocks/export?month=2026-11&standing=missed")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1] == [
        "T-MISSED",
        "13時までのご注文は当日出荷",
        "未達",
        "2026-11-11 09:00:00",
        "2026-11-11 18:00:00",
        "2026-11-12 10:00:00",
        "540",
        "0",
    ]
    assert len(rows) == 2


def test_a_miss_opens_down_to_its_minutes_and_events(browser: Client, promised: None, at: At) -> None:
    with scope.client("acme"):
        order = factory.order(number="T-PAUSED", ordered_at=at("2026-11-11 09:00"))
        hold = Hold.objects.create(
            order=order, reason="address", party="client", placed_at=at("2026-11-11 10:00"), placed_by="受注 花子"
        )
        phases.refresh([order.pk])
        say("order.received", order.pk, at("2026-11-11 09:00"), ordered_at=at("2026-11-11 09:00"))
        facts = {"hold_id": hold.pk, "party": "client", "reason": "address"}
        say("order.held", order.pk, at("2026-11-11 10:00"), **facts)
        say("order.hold_released", order.pk, at("2026-11-11 15:00"), **facts)
        say("order.shipped", order.pk, at("2026-11-12 17:30"), parts=1)
        clock = Clock.objects.get(order_id=order.pk)

        story = queries.story(clock, at=at(NOW))

    assert [(one.label, one.working.total_seconds() / 3600, one.why) for one in story.stretches] == [
        ("計測", 1.0, ""),
        ("停止", 4.0, "住所の確認（委託元）"),
        ("計測", 10.5, ""),
    ]
    assert [str(told.text) for told in story.events][1] == "保留にしました（住所の確認・対応: 委託元）"
    page = browser.get(f"/sla/clocks/{clock.pk}").content.decode()
    for said in ("T-PAUSED", "住所の確認（委託元）", "4時間", "未達", "受注を取り込みました", "strip-paused"):
        assert said in page


def test_a_clock_that_still_runs_is_told_up_to_now(browser: Client, november: dict[str, Clock], at: At) -> None:
    with scope.client("acme"):
        clock = Clock.objects.select_related("promise").get(pk=november["risk"].pk)
        story = queries.story(clock, at=at(NOW))
    assert story.elapsed.total_seconds() == 6.5 * 3600
    assert browser.get(f"/sla/clocks/{clock.pk}").status_code == 200
    assert browser.get("/sla/clocks/999999").status_code == 404


def test_a_promise_is_read_in_words(browser: Client, november: dict[str, Clock]) -> None:
    page = browser.get(f"/sla/promises/{november['kept'].promise_id}").content.decode()
    for said in (
        "13:00までのご注文は当日の営業終了まで",
        "月〜金 09:00〜12:00、13:00〜18:00",
        "祝日は休業",
        "12/29(火)",
    ):
        assert said in page


def test_the_statement_lists_every_miss(browser: Client, november: dict[str, Clock]) -> None:
    page = browser.get("/sla/statement?month=2026-11").content.decode()
    assert "SLA実績報告書 2026年11月" in page
    assert "時点の暫定値" in page
    assert "T-MISSED" in page
    assert "実績を確定する" not in page


def test_the_operator_freezes_a_month_and_it_stays(november: dict[str, Clock], at: At) -> None:
    clocks.move(at("2026-12-01 09:00"))
    with scope.client("acme"):
        for name in ("risk", "running"):
            say("order.shipped", november[name].subject_id, at("2026-11-20 15:00"), parts=1)
    biller = login(Client(), staff("billing", serves=["acme"]))
    page = biller.get("/clients/acme/sla/statement?month=2026-11").content.decode()
    assert "実績を確定する" in page

    page = biller.post("/clients/acme/sla/freeze", {"month": "2026-11"}, follow=True).content.decode()
    assert "SLA実績を確定しました" in page
    assert "確定（受注 花子）" in page

    ordered("T-LATER", at("2026-11-21 09:00"))
    with scope.client("acme"):
        month = queries.month_shown(Period(date(2026, 11, 1), date(2026, 12, 1)), at=at("2026-12-02 09:00"))
    assert next(figure.counted for figure in month.figures if figure.code == "ship-13") == 4


def test_nobody_else_freezes(browser: Client, november: dict[str, Clock]) -> None:
    assert browser.post("/sla/freeze", {"month": "2026-10"}).status_code == 404
    clerk = login(Client(), staff("clerk", serves=["acme"]))
    assert clerk.post("/clients/acme/sla/freeze", {"month": "2026-10"}).status_code == 403
    assert "実績を確定する" not in clerk.get("/clients/acme/sla/statement?month=2026-10").content.decode()


def test_rates_of_frozen_and_running_months_stand_side_by_side(november: dict[str, Clock], at: At) -> None:
    ordered("T-OCT", at("2026-10-06 09:00"), shipped=at("2026-10-06 10:00"))
    october, shown = Period(date(2026, 10, 1), date(2026, 11, 1)), Period(date(2026, 11, 1), date(2026, 12, 1))
    with scope.client("acme"):
        services.freeze(october, actor=OPERATOR, at=at(NOW))
        Clock.objects.filter(started_at__lt=at("2026-11-01 00:00")).update(phase="miss")
        months, rates = queries.trend(shown, months=3)
        missed: Any = queries.daily_misses(shown)

    assert [first.month for first in months] == [9, 10, 11]
    assert rates["ship-13"] == [None, 1.0, 0.5]
    assert missed["13時までのご注文は当日出荷"][10] == 1
    assert sum(missed["13時までのご注文は当日出荷"]) == 1


def test_a_client_from_before_is_offered_what_everybody_is_promised(promised: None, at: At) -> None:
    with scope.client("acme"):
        PromiseVersion.objects.filter(code="thread-4h").delete()
    lead = login(Client(), staff("admin", serves=["acme"]))
    offered = lead.get("/clients/acme/sla").content.decode()
    assert "4営業時間以内に返信" in offered.split("まだ登録のない標準の取り決め")[1]

    answer = lead.post("/clients/acme/sla/promises/add", {"code": "thread-4h"}, follow=True)

    page = answer.content.decode()
    assert "取り決めを登録しました" in page
    assert "まだ登録のない標準の取り決め" not in page
    with scope.client("acme"):
        made = PromiseVersion.objects.get(code="thread-4h")
        assert (made.valid_from, made.is_active) == (at(NOW), True)
        hours = PromiseVersion.objects.get(code="verify-4h").definition["hours"]
        assert made.definition["hours"] == hours  # those of what it was promised before
        assert Event.objects.get(name="promise.made").data == {"promise": "thread-4h"}
    again = lead.post("/clients/acme/sla/promises/add", {"code": "thread-4h"}, follow=True).content.decode()
    assert "この取り決めはすでに登録されています。画面を開き直してください。" in again


def test_a_client_is_not_offered_to_promise_itself_something(promised: None, browser: Client) -> None:
    with scope.client("acme"):
        PromiseVersion.objects.filter(code="thread-4h").delete()
    owner = login(Client(), client_person("owner", "acme"), "acme")
    assert "まだ登録のない標準の取り決め" not in owner.get("/sla").content.decode()
    assert owner.post("/sla/promises/add", {"code": "thread-4h"}).status_code in (403, 404)
    with scope.client("acme"):
        assert not PromiseVersion.objects.filter(code="thread-4h").exists()
