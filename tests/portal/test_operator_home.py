"""The operator's home and the clients at a glance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from core import clock, scope
from operations.models import Tally
from tests.factories.operations import item, received
from tests.factories.people import login, staff

At = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def _ten_in_the_morning(settings: object, tmp_path: Path, at: At) -> Iterator[None]:
    settings.MOVED_CLOCK = tmp_path / "clock"  # type: ignore[attr-defined]
    clock.move(at("2026-10-01 10:00"))
    yield
    clock.release()


@pytest.fixture
def lead(db: None) -> Client:
    """The browser of a lead who serves acme and bravo."""
    return login(Client(), staff("lead", serves=["acme", "bravo"]))


def moved(client: str, name: str, at: datetime, orders: int) -> None:
    """Something that moved on a day."""
    with scope.operator():
        Tally.objects.create(client=client, name=name, at=at, orders=orders, units=orders)


def test_the_client_in_trouble_comes_first(lead: Client, at: At) -> None:
    item(client="acme", due_at=at("2026-10-02 18:00"))
    item(client="bravo", due_at=at("2026-10-01 09:00"))

    found = lead.get("/clients").context["clients"]

    assert [(one.client.code, one.tone, one.load.late) for one in found] == [
        ("bravo", "trouble", 1),
        ("acme", "done", 0),
    ]


def test_a_clients_month_is_its_calendar_month_and_its_trend_fourteen_days(lead: Client, at: At) -> None:
    moved("acme", Tally.RECEIVED, at("2026-09-17 12:00"), 99)
    moved("acme", Tally.RECEIVED, at("2026-09-18 12:00"), 4)
    moved("acme", Tally.RECEIVED, at("2026-10-01 00:00"), 8)
    moved("acme", Tally.MISSED, at("2026-10-01 09:00"), 1)

    (acme,) = (one for one in lead.get("/clients").context["clients"] if one.client.code == "acme")

    assert (acme.month.received, acme.month.missed, acme.today.received) == (8, 1, 8)
    assert acme.daily == [4, *[0] * 12, 8]
    assert [height for _left, _top, height in acme.trend] == [12, *[1] * 12, 24]


def test_the_home_counts_the_day_of_the_clients_one_serves(db: None, acme: str, at: At) -> None:
    received(units=(2,))
    moved("bravo", Tally.RECEIVED, at("2026-10-01 09:00"), 50)
    browser = login(Client(), staff("clerk", serves=["acme"]))

    found = browser.get("/").context

    assert found["today"].received == 1
    assert [client.code for client, _arrival in found["arrivals"]] == ["acme"]
    assert [one.client.code for one in found["clients"]] == ["acme"]


def test_the_accountant_sees_the_home_without_work(db: None) -> None:
    browser = login(Client(), staff("billing", serves=["acme"]))

    page = browser.get("/").content.decode()

    assert "アクメ商事株式会社" in page
    assert "次の作業" not in page
