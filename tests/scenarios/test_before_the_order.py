"""From the first question to the shipped order, on a moved clock, with everybody listening."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from core import clock
from core.models import Event
from integrations.models import Notice
from operations.models import WorkItem
from orders import tasks
from orders.models import Contract, Inquiry, Order, QuoteVersion
from orders.services import quoting, verification
from tenants import services as tenants
from tests.conftest import OPERATOR
from tests.factories import orders, quotes

At = Callable[[str], datetime]


@pytest.fixture
def go(acme: str, at: At, settings: Settings, tmp_path: Path) -> Iterator[Callable[[str], datetime]]:
    """Move the clock, and have done what is done by the clock. acme is live."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    tenants.go_live("acme", at("2026-09-30 09:00"), actor=OPERATOR, at=at("2026-09-29 09:00"))

    def move(text: str) -> datetime:
        clock.move(at(text))
        tasks.keep_dates.function()
        return at(text)

    yield move
    clock.release()


def test_an_offer_runs_out_is_made_anew_and_becomes_a_shipped_order(go: Callable[[str], datetime]) -> None:
    now = go("2026-10-01 10:00")
    inquiry = quoting.receive(quotes.BUYER, subject="300個", text="", owner="営業", actor=OPERATOR, at=now)
    draft = quotes.draft(quotes.line(quantity=2), valid_until=date(2026, 10, 5))
    first = quoting.create(draft, inquiry_id=inquiry.pk, actor=OPERATOR, at=now)
    quoting.send([first.quote_id], actor=OPERATOR, at=now)
    go("2026-10-05 23:50")
    assert QuoteVersion.objects.get(pk=first.pk).state == "sent"

    now = go("2026-10-06 00:10")
    assert QuoteVersion.objects.get(pk=first.pk).state == "expired"
    (second,), _refused = quoting.revise([first.quote_id], actor=OPERATOR, at=now)
    again = quotes.draft(quotes.line(quantity=2, price="900"), valid_until=date(2026, 10, 20))
    quoting.change(second.pk, again, actor=OPERATOR, at=now)
    quoting.send([first.quote_id], actor=OPERATOR, at=now)
    quoting.choose(validity_days=14, payment="", delivery_time="", orders_at_once=True, actor=OPERATOR, at=now)
    now = go("2026-10-07 21:30")
    contract = quoting.accept(second.pk, quotes.PERSON, actor=quotes.THEMSELVES, at=now)

    order = Order.objects.get(contract=contract)
    assert (int(order.total), order.ordered_at, Inquiry.objects.get().state) == (1980, now, "answered")
    assert WorkItem.objects.filter(client="acme", order_id=order.pk, state=WorkItem.OPEN).exists()
    verification.answer([order.pk], answer="確認済み", actor=OPERATOR, at=now)
    orders.shipped(order.pk, at=now)
    assert orders.phase_of(order.pk) == "shipped"
    told = [name for name in Event.objects.order_by("id").values_list("name", flat=True) if name.startswith("quote.")]
    assert told == [
        "quote.drafted",
        "quote.sent",
        "quote.expired",
        "quote.drafted",
        "quote.sent",
        "quote.accepted",
        "quote.ordered",
    ]
    assert Notice.objects.filter(kind="buyer.quote_sent").count() == 2
    assert Contract.objects.count() == 1
