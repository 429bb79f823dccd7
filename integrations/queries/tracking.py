"""The buyer's page of an order: how it is found, and what it shows to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core import events
from core.periods import TOKYO
from core.postcodes import city_of
from core.wording import Sentence
from integrations.models import TrackingLink, TrackingVisit
from integrations.queries import standing as standings
from integrations.tracking import words
from orders.lifecycle import BY_CODE
from orders.models import Hold, Order, OrderException, Shipment
from orders.queries.detail import Detail
from orders.queries.detail import of_order as detail_of
from orders.queries.figures import Step, Tracked
from orders.queries.troubles import ExceptionRow
from orders.tracking import label_of
from tenants.queries import Links

_LINKS = Links("tracking", "tracking")


@dataclass(frozen=True)
class Moment:
    """Something that happened, in the buyer's words."""

    at: datetime
    text: Sentence


@dataclass(frozen=True)
class Asked:
    """What the buyer is asked. until: by when an answer is wanted, where that is known."""

    pk: int
    question: str
    until: datetime | None


@dataclass(frozen=True)
class Item:
    """A product and how many of it."""

    name: str
    option: str
    quantity: int


@dataclass(frozen=True)
class Parcel:
    """A parcel with the carrier's page for it. number: as on the slip; is_news: it is further than just gone."""

    tracked: Tracked
    number: str
    state: Sentence
    is_news: bool
    left_at: datetime


@dataclass(frozen=True)
class Shown:
    """What the page says. city: of the destination; the order's own fields are for whoever proved the postcode.

    next: what comes next, in words; next_on, next_at: when, where it is known. decisions: what the buyer has to choose.
    """

    order: Order
    headline: Sentence
    words: Sentence
    tone: str
    next: Sentence | None
    next_on: date | None
    next_at: datetime | None
    way: Sequence[Step]
    items: Sequence[Item]
    parcels: Sequence[Parcel]
    moments: Sequence[Moment]
    asked: Sequence[Asked]
    decisions: Sequence[ExceptionRow]
    city: str
    can_prove: bool


def link_of(order_id: int) -> str:
    """The secret part of the buyer's address, "" where the page was closed."""
    link = TrackingLink.objects.filter(pk=order_id).first()
    if link is not None and link.closed_at is not None:
        return ""
    return secret_of(order_id, link.serial if link else 0)


def secret_of(order_id: int, serial: int) -> str:
    """The link with that serial."""
    return _LINKS.secret(order_id, serial)


def address_of(order_id: int) -> str:
    """The whole address of the buyer's page, "" where it was closed."""
    return _LINKS.address(link_of(order_id))


def order_of(secret: str) -> tuple[int, int] | None:
    """The order and serial of a link; None for one that is not ours, another client's, replaced or closed."""
    named = _LINKS.read(secret)
    if named is None:
        return None
    order_id, serial = named
    link = TrackingLink.objects.filter(pk=order_id).first()
    current = (link.serial, link.closed_at) if link else (0, None)
    return named if current == (serial, None) else None


def link_row(order_id: int) -> TrackingLink:
    """What became of the order's link; a row of its own where nothing did."""
    return TrackingLink.objects.filter(pk=order_id).first() or TrackingLink(order_id=order_id)


def shown(order_id: int) -> Shown | None:
    """What the page of the order says, None where there is no such order. A constant number of queries."""
    detail = detail_of(order_id)
    if detail is None:
        return None
    asked = _asked(detail)
    decisions = [row for row in detail.exceptions if row.is_open and row.row.decider == "buyer"]
    phase = BY_CODE[detail.order.phase]
    waits = bool(asked or decisions)
    said = words.said(phase, asked=waits)
    next_words, on, until = _next(detail, [*(one.until for one in asked), *(row.decide_by for row in decisions)])
    return Shown(
        order=detail.order,
        headline=Sentence(said.headline),
        words=Sentence(said.words),
        tone="attention" if waits else phase.tone,
        next=next_words,
        next_on=on,
        next_at=until,
        way=[
            Step(label=Sentence(words.STATIONS[nth]), state=step["state"], note=step["note"])
            for nth, step in enumerate(detail.way)
        ],
        items=[Item(line.name, line.option, line.wanted) for line in detail.lines if line.wanted > 0],
        parcels=_parcels(detail),
        moments=_moments(order_id),
        asked=asked,
        decisions=decisions,
        city=city_of(detail.order.ship_address, detail.order.ship_prefecture) if detail.order.ship_prefecture else "",
        can_prove=bool(detail.order.ship_postcode or detail.order.buyer_postcode),
    )


def shop() -> str:
    """Under which name the buyer knows the client in scope."""
    return standings.of_client().shop


def _asked(detail: Detail) -> list[Asked]:
    return [
        Asked(hold.pk, hold.question, hold.expected_end)
        for hold in detail.holds
        if hold.is_open and hold.party == "buyer" and hold.question
    ]


def _next(detail: Detail, until: Sequence[datetime | None]) -> tuple[Sentence | None, date | None, datetime | None]:
    order = detail.order
    if until:
        return Sentence(words.STEPS["answer"]), None, min(filter(None, until), default=None)
    if order.phase in ("shipped", "partial"):
        return Sentence(words.STEPS["arrive"]), order.promised_date or order.wished_date, None
    if order.phase in ("cancelled", "completed", "delivered", "returning", "exception", "held"):
        return None, None, None
    if order.phase == "awaiting_stock":
        return (Sentence(words.STEPS["stock"]), detail.next_on, None) if detail.next_on else (None, None, None)
    due = order.ship_due_at.astimezone(TOKYO).date() if order.ship_due_at else None
    return Sentence(words.STEPS["ship"]), order.ship_on or due, None


def _parcels(detail: Detail) -> list[Parcel]:
    return [
        Parcel(
            tracked,
            label_of(tracked.number),
            sent.state,
            sent.shipment.state != Shipment.HANDED_OVER,
            sent.shipment.handed_over_at,
        )
        for sent in detail.shipments
        if sent.shipment.handed_over_at
        for tracked in sent.parcels
    ]


def _moments(order_id: int) -> list[Moment]:
    """The newest first; of what happened twice at the same minute, once."""
    found: dict[tuple[str, datetime], Moment] = {}
    for event in events.of_order(order_id):
        text = words.told(event.name, event.data, event.actor_kind)
        if text is not None:
            found.setdefault((str(text), event.at.replace(second=0, microsecond=0)), Moment(event.at, text))
    return list(reversed(found.values()))


def open_question(order_id: int, hold_id: int) -> Hold | None:
    """The question to this order's buyer that is still open."""
    return Hold.objects.filter(pk=hold_id, order_id=order_id, party="buyer", released_at=None).first()


def open_decision(order_id: int, exception_id: int) -> OrderException | None:
    """What this order's buyer has to choose about and has not."""
    return OrderException.objects.filter(pk=exception_id, order_id=order_id, decider="buyer", closed_at=None).first()


def postcodes_of(order_id: int) -> set[str]:
    """The postcodes by which the order's buyer is known: of the buyer and of the destination."""
    known = Order.objects.filter(pk=order_id).values_list("ship_postcode", "buyer_postcode").first() or ()
    return {code for code in known if code}


def visits_of(order_id: int) -> tuple[int, date | None]:
    """On how many days the order's page was looked at, and the last of them."""
    days = list(TrackingVisit.objects.filter(order_id=order_id).order_by("-day").values_list("day", flat=True))
    return len(days), days[0] if days else None
