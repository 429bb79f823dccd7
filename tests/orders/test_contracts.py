"""Contracts: the list of them, that they end, and the story of an order that came from one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from core import events, scope
from core.models import Event
from orders.models import Contract, Order
from orders.queries.quoting import contracts
from orders.queries.timeline import of_order
from orders.services import quoting
from portal.subscriptions import SUBSCRIPTIONS
from tests.conftest import OPERATOR
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login
from tests.factories.quotes import accepted, line

pytestmark = pytest.mark.usefixtures("acme")

At = Callable[[str], datetime]
DAY = date(2026, 10, 1)


def until(last: date | None, *, sku: str = "TEA-1") -> Contract:
    contract = accepted(line(sku))
    Contract.objects.filter(pk=contract.pk).update(ends_on=last)
    return contract


def listed(standing: str, text: str = "") -> list[int]:
    return [row.contract.pk for row in contracts.page(standing, text, at=MORNING).rows]


def test_contracts_are_listed_by_how_they_stand_on_the_day() -> None:
    endless, far = until(None), until(date(2026, 12, 1))
    last_day, today, over = until(date(2026, 11, 30)), until(DAY), until(date(2026, 9, 30))
    ended = until(None)
    quoting.end([ended.pk], reason="解約", actor=OPERATOR, at=MORNING)

    assert set(listed("running")) == {endless.pk, far.pk, last_day.pk, today.pk}
    assert listed("ending") == [today.pk, last_day.pk]  # what ends first stands first; 60 days from 10/1 are 11/30
    assert set(listed("ended")) == {over.pk, ended.pk}
    assert len(listed("")) == 6
    assert contracts.counts(MORNING) == {"draft": 0, "running": 4, "ending": 2, "ended": 2}
    words = {row.contract.pk: (str(row.state), row.days) for row in contracts.page("", "", at=MORNING).rows}
    assert (words[over.pk], words[today.pk], words[endless.pk]) == (("終了", None), ("有効", 0), ("有効", None))


def test_a_contract_is_found_by_its_buyer_and_number() -> None:
    one = until(None)
    assert listed("", "青山茶舗") == [one.pk]
    assert listed("", one.version.quote.number) == [one.pk]
    assert listed("", "別の会社") == []


def test_the_client_is_told_once_ahead_of_the_end(at: At) -> None:
    soon, _far = until(date(2026, 11, 30)), until(date(2027, 3, 31))
    before = dict(events.subscriptions())
    events.install({"quote.contract_ending": SUBSCRIPTIONS["quote.contract_ending"]})
    try:
        assert quoting.tell_ending(at=at("2026-09-30 23:00")) == 0  # 61 days ahead
        assert quoting.tell_ending(at=MORNING) == 1
        assert quoting.tell_ending(at=at("2026-10-02 09:00")) == 0
    finally:
        events.install(before)
    told = Event.objects.get(name="quote.contract_ending")
    assert (told.subject_id, told.data["ends_on"]) == (soon.version.quote_id, "2026-11-30")


def test_the_story_of_an_order_begins_with_its_quote(at: At) -> None:
    contract = accepted(at=at("2026-10-01 10:00"))
    quoting.order([contract.pk], actor=OPERATOR, at=at("2026-10-01 11:00")).sole()
    order = Order.objects.get()

    said = [str(entry.text) for entry in reversed(of_order(order.pk))]

    number = contract.version.quote.number
    assert said[:3] == [
        f"見積 {number} 第1版を送りました",
        "見積が承諾されました（佐藤 一郎）",
        "受注を取り込みました",
    ]
    assert said[-1] == "契約から受注を作成しました"
    other = accepted(line("TEA-9"), at=at("2026-10-02 10:00"))
    assert other.version.quote.number not in " ".join(str(entry.text) for entry in of_order(order.pk))


@pytest.mark.usefixtures("db")
def test_the_page_says_what_ends_and_where_the_file_is() -> None:
    person = client_person("owner", "acme")
    browser = login(Client(), person, "acme")
    assert "契約はまだありません" in browser.get("/contracts").content.decode()
    with scope.client("acme"):
        contract = until(None)
    page = browser.get("/contracts", {"standing": "running", "q": "青山"}).content.decode()
    assert f"/contracts/{contract.pk}" in page
    assert "青山茶舗株式会社 御中" in page
    assert "定めなし" in page
    assert "条件に合う契約はありません" in browser.get("/contracts?standing=ended").content.decode()
