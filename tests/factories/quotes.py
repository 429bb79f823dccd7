"""Quotes for tests: written, sent and accepted through the services."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.events import Actor
from orders.models import Contract, QuoteVersion
from orders.quoting import Terms, Wanted
from orders.services import quoting
from tests.conftest import OPERATOR
from tests.factories.orders import MORNING

BUYER = quoting.Buyer(
    name="佐藤 一郎",
    company="青山茶舗株式会社",
    email="sato@example.jp",
    phone="03-1234-5678",
    postcode="105-0011",
    address="東京都港区芝公園4-2-8",
)
THEMSELVES = Actor("buyer", "", "購入者")
PERSON = quoting.Evidence("佐藤 一郎", "203.0.113.7", "Mobile Safari")
LAST_DAY = date(2026, 10, 31)


def line(sku: str = "TEA-1", quantity: int = 10, price: str = "1000", **more: Any) -> Wanted:
    return Wanted(sku, more.pop("name", f"煎茶 {sku}"), quantity, Decimal(price), **more)


def draft(*lines: Wanted, buyer: quoting.Buyer = BUYER, owner: str = "営業 太郎", **terms: Any) -> quoting.Draft:
    agreed = {"valid_until": LAST_DAY, "delivery_time": "ご注文後10日", "payment": "月末締め翌月末払い", **terms}
    return quoting.Draft("秋の販促ギフト", owner, buyer, lines or (line(),), Terms(**agreed))


def written(*lines: Wanted, at: datetime = MORNING, **more: Any) -> QuoteVersion:
    """The draft of a new quote."""
    return quoting.create(draft(*lines, **more), actor=OPERATOR, at=at)


def sent(*lines: Wanted, at: datetime = MORNING, **more: Any) -> QuoteVersion:
    """A quote that waits for its buyer."""
    version = written(*lines, at=at, **more)
    assert not quoting.send([version.quote_id], actor=OPERATOR, at=at).refused
    return QuoteVersion.objects.select_related("quote").get(pk=version.pk)


def accepted(*lines: Wanted, at: datetime = MORNING, **more: Any) -> Contract:
    """The contract of a quote that its buyer accepted on their page."""
    return quoting.accept(sent(*lines, at=at, **more).pk, PERSON, actor=THEMSELVES, at=at)
