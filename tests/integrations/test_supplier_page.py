"""The supplier's page of an order to it, and the mail that leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from core import clock, mailing, scope
from core.mailing import Undeliverable
from core.models import Event
from integrations.models import Notice, SuppressedAddress
from integrations.services import bouncing, sending
from orders.models import Line, Order, OrderException, Shipment, Supply
from orders.queries import supply_links
from orders.services import supplying
from tenants import services as tenants
from tests.conftest import OPERATOR
from tests.factories.orders import order, tracking_number
from tests.factories.people import host_of
from tests.factories.supplies import item, supplier

BUYER: dict[str, Any] = {"buyer_name": "別名 の購入者", "buyer_email": "kounyuusha@example.jp"}
At = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def morning(db: None, settings: Settings, tmp_path: Path, at: At) -> Iterator[None]:
    """It is Thursday 1 October 2026, 10:00 in Tokyo, acme is live, and nobody has looked at anything."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    clock.move(at("2026-10-01 10:00"))
    with scope.operator():
        tenants.go_live("acme", at("2026-01-01 00:00"), actor=OPERATOR, at=at("2026-01-01 00:00"))
    cache.clear()
    with scope.client("acme"):
        cache.clear()
    yield
    clock.release()


def ordered(branch: str = "drop_ship", units: int = 3, **of_supplier: Any) -> tuple[Supply, str]:
    """Goods that acme ordered from a supplier, with their paper; and the path of the supplier's page."""
    with scope.client("acme"):
        item("SKU-", branch, supplier(**of_supplier), cost=400)
        key = order(units=[units], branch=branch, **BUYER).pk
        if branch == "stock":
            Line.objects.filter(order=key).update(allocated=0, backordered=units)
        (placed,) = supplying.place([key], actor=OPERATOR, at=clock.now()).supplies
        supplying.send([placed], actor=OPERATOR, at=clock.now())
        supplying.deliver([placed], sender=OPERATOR.name, at=clock.now())
        supply = Supply.objects.get(pk=placed)
        return supply, f"/s/{supply_links.secret_of(supply)}"


def browser(code: str = "acme") -> Client:
    return Client(HTTP_HOST=host_of(code))


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_states_what_the_law_asks_for_and_nothing_more_of_the_buyer_than_shipping_needs(db: None) -> None:
    _supply, path = ordered(pays_after_days=45)
    answer = browser().get(path)
    stated = ("北陸陶器株式会社 御中", "PO-2026-00001", "10/6", "検査なし", "11/20", "銀行振込", "¥1,200", "芝公園")
    for needed in stated:
        assert needed in shown(answer), needed
    with scope.client("acme"):
        number = Order.objects.get().number
    for kept_back in (number, "別名 の購入者", "kounyuusha@example.jp"):
        assert kept_back not in shown(answer), kept_back
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]


def test_the_address_of_delivery_is_gone_once_everything_was_sent(db: None, at: At) -> None:
    _supply, path = ordered()
    browser().post(path, {"act": "ship", "item-0": "3", "carrier": "yamato", "numbers": tracking_number()})
    assert "芝公園" not in shown(browser().get(path))


def test_the_paper_can_be_taken_along(db: None) -> None:
    _supply, path = ordered()
    answer = browser().get(f"{path}/paper")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert browser().get("/s/none/paper").status_code == 404


def test_the_link_is_good_for_this_client_until_it_is_replaced(db: None) -> None:
    supply, path = ordered()
    assert browser("bravo").get(path).status_code == 404
    assert browser().get(f"{path[:-2]}AA").status_code == 404
    with scope.client("acme"):
        supplying.renew_link(supply.pk, actor=OPERATOR, at=clock.now())
        supply.refresh_from_db()
        renewed = f"/s/{supply_links.secret_of(supply)}"
    assert browser().get(path).status_code == 404
    assert browser().get(renewed).status_code == 200


def test_guessing_is_stopped(db: None) -> None:
    _supply, path = ordered()
    for _nth in range(20):
        browser().get("/s/none")
    assert browser().get(path).status_code == 429


def test_a_supplier_confirms_and_the_day_reaches_the_order(db: None) -> None:
    supply, path = ordered()
    assert browser().post(path, {"act": "confirm", "expected_on": "2026-10-05"}).status_code == 302
    with scope.client("acme"):
        supply.refresh_from_db()
        told = Event.objects.get(name="order.supply_confirmed")
    assert (supply.state, supply.expected_on) == ("confirmed", date(2026, 10, 5))
    assert (told.actor_kind, told.actor_name) == ("supplier", "北陸陶器株式会社")
    assert "納期のご回答をいただきました" in shown(browser().get(path))


def test_a_later_day_is_proposed_with_a_reason_and_moves_the_promise(db: None) -> None:
    supply, path = ordered()
    late = browser().post(path, {"act": "confirm", "expected_on": "2026-10-16"})
    assert (late.status_code, "別の納期を提案する" in shown(late)) == (422, True)
    assert browser().post(path, {"act": "propose", "expected_on": "2026-10-16"}).status_code == 422

    answer = browser().post(path, {"act": "propose", "expected_on": "2026-10-16", "answer": "窯の都合です"})

    assert answer.status_code == 302
    with scope.client("acme"):
        supply.refresh_from_db()
        promised, trouble = Order.objects.get().promised_date, OrderException.objects.get()
    assert (supply.answer, promised, trouble.kind) == ("窯の都合です", date(2026, 10, 19), "reschedule")


def test_a_supplier_that_cannot_says_why(db: None) -> None:
    supply, path = ordered()
    assert browser().post(path, {"act": "decline", "answer": ""}).status_code == 422
    assert browser().post(path, {"act": "decline", "answer": "廃番になりました"}).status_code == 302
    with scope.client("acme"):
        supply.refresh_from_db()
    assert (supply.state, supply.answer) == ("declined", "廃番になりました")


def test_what_goes_straight_to_the_buyer_is_a_shipment_in_parts(db: None) -> None:
    supply, path = ordered()
    number = tracking_number()
    sent = {"act": "ship", "item-0": "1", "carrier": "yamato", "numbers": number}
    assert browser().post(path, sent).status_code == 302
    with scope.client("acme"):
        shipment = Shipment.objects.get()
        supply.refresh_from_db()
    assert (shipment.source, supply.state) == ("supplier", "partial")
    again = browser().post(path, sent)
    assert (again.status_code, number in shown(again)) == (422, True)
    much = browser().post(path, {**sent, "item-0": "9", "numbers": tracking_number()})
    assert (much.status_code, "超えています" in shown(much), 'value="9"' in shown(much)) == (422, True, True)
    wrong = browser().post(path, {**sent, "numbers": "123456789012"})
    assert wrong.status_code == 422
    with scope.client("acme"):
        assert Shipment.objects.count() == 1


def test_what_is_on_its_way_to_the_warehouse_has_not_come_yet(db: None) -> None:
    supply, path = ordered("stock")
    part = {"act": "ship", "item-0": "2", "carrier": "yamato", "numbers": tracking_number()}
    assert browser().post(path, part).status_code == 302
    assert browser().post(path, {**part, "item-0": "1"}).status_code == 422  # the same number again
    assert browser().post(path, {"act": "ship", "item-0": "1"}).status_code == 302  # brought by itself
    with scope.client("acme"):
        lot = supply.lines.get()
        told = list(Event.objects.filter(name="supply.dispatched").order_by("pk").values_list("data", flat=True))
        assert Line.objects.get().allocated == 0
    assert (lot.dispatched, lot.arrived) == (3, 0)
    assert [(one["units"], one["carrier"]) for one in told] == [(2, "yamato"), (1, "")]
    assert browser().post(path, {"act": "ship", "item-0": "1"}).status_code == 422


def test_the_page_speaks_the_suppliers_language_until_another_is_chosen(db: None) -> None:
    _supply, path = ordered(language="en")
    assert "Please confirm" in shown(browser().get(path))
    visitor = browser()
    visitor.get(f"{path}?language=ja")
    assert "納期のご回答をお願いします" in shown(visitor.get(path))


# The mail


def letter(monkeypatch: pytest.MonkeyPatch) -> mailing.Letter:
    """The one mail to a supplier that waits, as it was handed over."""
    sent: list[mailing.Letter] = []

    def post(one: mailing.Letter) -> str:
        sent.append(one)
        return ""

    monkeypatch.setattr(mailing, "post", post)
    with scope.client("acme"):
        (key,) = sending.take_due(at=clock.now())
        sending.deliver(key, at=clock.now())
    return sent[0]


def test_the_mail_carries_the_paper_and_the_link_and_stands_on_the_timeline(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    supply, path = ordered()
    mail = letter(monkeypatch)
    assert (mail.to, "PO-2026-00001" in mail.subject) == ("orders@maker.example.jp", True)
    for said in ("北陸陶器株式会社 御中", "¥1,320", "10月5日", path):
        assert said in mail.text, said
    ((name, content, kind),) = mail.attachments
    assert (name.endswith(".pdf"), content[:4], kind) == (True, b"%PDF", "application/pdf")
    with scope.client("acme"):
        told = Event.objects.get(name="notice.sent")
        assert (told.order_id, told.data["audience"]) == (supply.order_id, "supplier")
        assert path not in Notice.objects.get(audience="supplier").body


def test_a_client_that_is_not_live_writes_to_no_supplier(db: None, at: At) -> None:
    with scope.operator():
        tenants.go_live("acme", None, actor=OPERATOR, at=clock.now())
    ordered()
    with scope.client("acme"):
        assert not Notice.objects.filter(audience="supplier").exists()


def test_an_address_that_takes_no_mail_is_closed_and_said_on_the_timeline(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    supply, _path = ordered()

    def refuse(_letter: mailing.Letter) -> str:
        raise Undeliverable("no such user")

    monkeypatch.setattr(mailing, "post", refuse)
    with scope.client("acme"):
        (key,) = sending.take_due(at=clock.now())
        sending.deliver(key, at=clock.now())
        assert SuppressedAddress.objects.filter(address="orders@maker.example.jp").exists()
        told = Event.objects.get(name="notice.bounced")
        assert (told.order_id, told.data["to"]) == (supply.order_id, "北陸陶器株式会社")
        assert not bouncing.report(key, event="bounced", address="other@example.jp", detail="", at=clock.now())


def test_a_mail_sent_again_is_another_mail(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    supply, _path = ordered()
    letter(monkeypatch)
    with scope.client("acme"):
        supplying.deliver([supply.pk], sender=OPERATOR.name, again=True, at=clock.now())
        assert list(Notice.objects.filter(audience="supplier").order_by("pk").values_list("state", flat=True)) == [
            "sent",
            "waiting",
        ]
