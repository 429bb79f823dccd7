"""What a buyer was offered and paid before: found by phone, by mail and, for a company, by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from core.periods import local_day
from core.text import search_key
from orders.models import Line, Order, QuoteLine, QuoteVersion
from orders.quoting import Past, PastLine

NEWEST = 20
"""How many orders, and how many quotes, are looked at: the newest of each."""

_SHORTEST = 3
"""A text that is shorter finds half of all orders."""


@dataclass(frozen=True)
class Whom:
    """By what a buyer is known: each normalised, "" where there is none. company: the key of its name."""

    company: str
    email: str
    phone: str


@dataclass(frozen=True)
class _Deal:
    """An order or a quote of the past, without its lines."""

    key: int
    on: date
    source: str
    payment: str
    delivery_time: str
    is_order: bool


def of_buyer(whom: Whom, *, without: int | None = None) -> Past:
    """The past of a buyer, a constant number of queries. without: the quote that is being written."""
    orders, offers = _orders(whom), _offers(whom, without)
    deals = sorted([deal for deal, _tax in orders] + offers, key=lambda deal: deal.on, reverse=True)
    if not deals:
        return Past()
    oldest_first = sorted(_prices(orders, offers), key=lambda found: found[1].on)
    return Past(
        prices=dict(oldest_first),
        payment=next((deal.payment for deal in deals if deal.payment), ""),
        delivery_time=next((deal.delivery_time for deal in deals if deal.delivery_time), ""),
        source=deals[0].source,
        on=deals[0].on,
    )


def _orders(whom: Whom) -> list[tuple[_Deal, bool]]:
    """The buyer's newest orders, and whether their prices are without tax."""
    found = Q(pk=None)
    if whom.phone:
        found |= Q(buyer_phone=whom.phone)
    for key in (whom.email, whom.company):
        if len(key) >= _SHORTEST:
            found |= Q(search__contains=key)
    newest = Order.objects.filter(found).exclude(phase="cancelled").order_by("-ordered_at", "-id")
    fields = ("pk", "ordered_at", "number", "payment_method", "tax", "buyer_phone", "buyer_email", "buyer_name")
    return [
        (
            _Deal(row["pk"], local_day(row["ordered_at"]), row["number"], row["payment_method"], "", True),
            bool(row["tax"]),
        )
        for row in newest.values(*fields)[:NEWEST]
        if _is_theirs(row["buyer_phone"], row["buyer_email"], row["buyer_name"], whom)
    ]


def _is_theirs(phone: str, email: str, name: str, whom: Whom) -> bool:
    """The search finds more than the buyer: other names that hold this one, and whoever it was sent to."""
    if whom.phone and phone == whom.phone:
        return True
    if whom.email and email.strip().lower() == whom.email:
        return True
    return bool(whom.company) and search_key(name).startswith(whom.company)


def _offers(whom: Whom, without: int | None) -> list[_Deal]:
    found = Q(pk=None)
    for field, key in (("buyer_phone", whom.phone), ("email_key", whom.email)):
        if key:
            found |= Q(**{f"quote__{field}": key})
    if whom.company:
        found |= Q(quote__name_key=whom.company) & ~Q(quote__buyer_company="")
    versions = QuoteVersion.objects.filter(found, sent_at__isnull=False).exclude(quote=without)
    newest = versions.order_by("-sent_at", "-id").select_related("quote")[:NEWEST]
    return [
        _Deal(one.pk, local_day(one.sent_at), one.quote.number, one.payment, one.delivery_time, False)
        for one in newest
        if one.sent_at
    ]


def _prices(orders: list[tuple[_Deal, bool]], offers: list[_Deal]) -> Iterator[tuple[str, PastLine]]:
    by_order = {deal.key: (deal, untaxed) for deal, untaxed in orders}
    for line in Line.objects.filter(order_id__in=list(by_order)).order_by("pk"):
        deal, untaxed = by_order[line.order_id]
        price = line.unit_price if untaxed else _without_tax(line.unit_price, line.tax_rate)
        yield line.sku, PastLine(price, deal.on, deal.source, is_order=True)
    by_version = {deal.key: deal for deal in offers}
    for offered in QuoteLine.objects.filter(version_id__in=list(by_version)).order_by("pk"):
        deal = by_version[offered.version_id]
        yield offered.sku, PastLine(offered.unit_price, deal.on, deal.source)


def _without_tax(price: Decimal, rate: int) -> Decimal:
    return round(price * 100 / (100 + rate), 2)
