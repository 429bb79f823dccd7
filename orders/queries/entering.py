"""What helps while an order is typed: buyers, items and orders from before, and the drafts of a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from core import postcodes, text
from core.postcodes import Place
from core.wording import Sentence
from orders.entering import WAYS
from orders.models import Channel, EntryDraft, Line, Order
from orders.queries.naming import Side, phase_names

FOUND = 8
"""How many buyers or items are offered at once."""

PAST = 5
DRAFTS = 20
ALIKE_DAYS = 7
_LOOKED_THROUGH = 200
_NEWEST_LINES = 50_000

_KANA = "".join(map(chr, range(0x3041, 0x3097)))
_KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7)))
_ITEMS = """
    WITH newest AS (SELECT id, sku, name, option FROM orders_line ORDER BY id DESC LIMIT %s),
    items AS (SELECT max(id) AS id, sku, name, option FROM newest WHERE sku <> '' GROUP BY sku, name, option)
    SELECT id FROM items
     WHERE translate(lower(normalize(sku || name || option, NFKC)), %s, %s) LIKE ALL(%s)
     ORDER BY (lower(sku) = %s) DESC, id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Buyer:
    """Somebody who ordered before, and where to. order_id: the newest order, from which the form is filled.

    orders: how many of theirs were found. ship_to: "" where it goes to the buyer.
    """

    order_id: int
    name: str
    kana: str
    phone: str
    postcode: str
    address: str
    ship_to: str
    orders: int
    last_at: datetime


@dataclass(frozen=True)
class Item:
    """Something that was ordered before, at its last price. line_id: the newest line of it."""

    line_id: int
    sku: str
    name: str
    option: str
    price: Decimal
    rate: int
    with_tax: bool
    last_at: datetime


@dataclass(frozen=True)
class PastOrder:
    """An order of the same buyer, in one line of words."""

    pk: int
    number: str
    ordered_at: datetime
    state: Sentence
    total: Decimal
    contents: str


@dataclass(frozen=True)
class Draft:
    """A draft in a list: whose order by which way, and how far it is."""

    key: UUID
    way: str
    buyer: str
    lines: int
    saved_at: datetime


def buyers(words: str) -> list[Buyer]:
    """Who ordered before under all of these words: parts of the name, kana, phone or number, or a whole postcode."""
    asked = words.split()
    if not asked:
        return []
    found = Order.objects.filter(reduce(lambda one, other: one & other, map(_said, asked)))
    grouped: dict[tuple[str, ...], list[Order]] = {}
    for order in found.order_by("-ordered_at", "-id")[:_LOOKED_THROUGH]:
        grouped.setdefault(_identity(order), []).append(order)
    return [_buyer(orders) for orders in list(grouped.values())[:FOUND]]


def _said(word: str) -> Q:
    said = Q(search__contains=text.search_key(word))
    digits = text.narrow(word).replace("-", "")
    if digits.isdecimal():
        said |= Q(search__contains=digits)
    code = text.postcode(word) if len(digits) >= 7 else None
    return said | Q(buyer_postcode=code) if code else said


def _identity(order: Order) -> tuple[str, ...]:
    who = order.buyer_phone or text.search_key(order.buyer_name) + order.buyer_postcode
    return who, text.search_key(order.ship_name), text.address_key(order.ship_address)


def _buyer(orders: Sequence[Order]) -> Buyer:
    newest = orders[0]
    elsewhere = (newest.ship_name, newest.ship_address) != (newest.buyer_name, newest.buyer_address)
    return Buyer(
        order_id=newest.pk,
        name=newest.buyer_name,
        kana=newest.buyer_kana,
        phone=phone_shown(newest.buyer_phone),
        postcode=newest.buyer_postcode,
        address=newest.buyer_address,
        ship_to=f"{newest.ship_name} {newest.ship_address}" if elsewhere else "",
        orders=len(orders),
        last_at=newest.ordered_at,
    )


def phone_shown(number: str) -> str:
    """A number as it is written in Japan; what is none as it stands."""
    known = text.phone(number)
    return text.phone_label(known) if known else number


def items(words: str) -> list[Item]:
    """What was ordered lately under all of these words: parts of the item number, the name or the option."""
    keys = [text.search_key(word) for word in words.split()]
    if not keys:
        return []
    wanted = [f"%{key.replace('%', '')}%" for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, [_NEWEST_LINES, _KANA, _KATAKANA, wanted, text.narrow(words).lower(), FOUND])
        ids = [line_id for (line_id,) in cursor.fetchall()]
    lines = Line.objects.select_related("order").in_bulk(ids)
    return [_item(lines[line_id]) for line_id in ids]


def item_of(line_id: int) -> Item | None:
    """The item of this line."""
    line = Line.objects.select_related("order").filter(pk=line_id).first()
    return _item(line) if line else None


def _item(line: Line) -> Item:
    return Item(
        line_id=line.pk,
        sku=line.sku,
        name=line.name,
        option=line.option,
        price=line.unit_price,
        rate=line.tax_rate,
        with_tax=not line.order.tax,
        last_at=line.order.ordered_at,
    )


def towns(postcode: str) -> list[Place]:
    """The towns of what was typed as a postcode."""
    code = text.postcode(postcode) if len(postcode) >= 7 else None
    return postcodes.places(code) if code else []


def fits(address: str, candidates: Sequence[Place]) -> bool:
    """Whether an address lies in one of these towns' cities, as far as it says; a blank one fits everywhere."""
    key = text.address_key(address)
    starts = [text.address_key(start) for town in candidates for start in (town.prefecture + town.city, town.city)]
    return not key or any(key.startswith(start) for start in starts)


def past_orders(*, phone: str, name: str, postcode: str, side: Side) -> list[PastOrder]:
    """The newest orders of this buyer, known by phone, and without one by name and postcode."""
    names = phase_names(side)
    orders = _of_buyer(phone=phone, name=name, postcode=postcode).prefetch_related("lines")
    return [
        PastOrder(
            pk=order.pk,
            number=order.number,
            ordered_at=order.ordered_at,
            state=names[order.phase],
            total=order.total,
            contents="、".join(f"{line.name} ×{line.ordered}" for line in order.lines.all()),
        )
        for order in orders.order_by("-ordered_at", "-id")[:PAST]
    ]


def _of_buyer(*, phone: str, name: str, postcode: str) -> QuerySet[Order]:
    number, code = text.phone(phone), text.postcode(postcode)
    if number:
        return Order.objects.filter(buyer_phone=number)
    if name and code:
        return Order.objects.filter(buyer_postcode=code, search__contains=text.search_key(name))
    return Order.objects.none()


def alike(*, phone: str, name: str, postcode: str, skus: Collection[str], total: Decimal, at: datetime) -> list[Order]:
    """The orders of this buyer in the last days that hold one of these items or come to the same total."""
    lately = _of_buyer(phone=phone, name=name, postcode=postcode).filter(
        ordered_at__gte=at - timedelta(days=ALIKE_DAYS), ordered_at__lte=at + timedelta(days=1)
    )
    same = Q(total=total) | Q(lines__sku__in=list(skus))
    return list(lately.filter(same).exclude(phase="cancelled").distinct().order_by("-ordered_at", "-id")[:PAST])


def drafts(person_id: int) -> list[Draft]:
    """What the person has begun and not handed in, the newest first."""
    begun = EntryDraft.objects.filter(person_id=person_id, order__isnull=True).order_by("-saved_at")[:DRAFTS]
    return [
        Draft(
            key=draft.key,
            way=WAYS[way].label if (way := draft.content.get("way", "")) in WAYS else "",
            buyer=draft.content.get("buyer_name", ""),
            lines=sum(name.endswith("-sku") and bool(sku) for name, sku in draft.content.items()),
            saved_at=draft.saved_at,
        )
        for draft in begun
    ]


def draft_of(key: UUID) -> EntryDraft | None:
    """The draft of this key, where it was kept already."""
    return EntryDraft.objects.select_related("order").filter(key=key).first()


def payment_methods() -> list[str]:
    """The ways of paying of the newest orders, the most frequent first."""
    newest = Order.objects.exclude(payment_method="").order_by("-ordered_at", "-id")
    used = list(newest.values_list("payment_method", flat=True)[:_LOOKED_THROUGH])
    return sorted(set(used), key=lambda method: (-used.count(method), method))[:FOUND]


def second_looks() -> dict[str, bool]:
    """For each way of orders.entering.WAYS whether its orders need a second look."""
    checks = dict(Channel.objects.filter(code__in=list(WAYS)).values_list("code", "checks"))
    return {code: bool(checks.get(code, {}).get("second_look")) for code in WAYS}
