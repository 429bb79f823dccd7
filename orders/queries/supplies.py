"""Orders to suppliers as the pages show them: the list, one of them, and those of an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.models import Event
from core.paging import Page, page_of
from core.wording import Sentence, _
from documents.models import IssuedPaper
from orders.models import Order, Supplier, Supply, SupplyItem, SupplyLine
from orders.supplying import BRANCHES, CLIENT, DIRECT, KINDS, OPEN, OVERDUE, SENT, STATES, STEPS
from orders.tracking import CARRIERS

Tone = Literal["waiting", "moving", "attention", "trouble", "done"]

LATE, UNANSWERED, CHASE = "late", "unanswered", "chase"

SHOWN: Mapping[str, str] = {
    "open": _("進行中"),
    CHASE: _("催促が必要なもの"),
    LATE: _("納期を過ぎたもの"),
    UNANSWERED: _("回答のないもの"),
    "draft": _("下書き"),
    "done": _("完了"),
    "cancelled": _("取消"),
}
"""What the list can be narrowed to."""


CHASED = 20
"""How many the client's home lists."""


@dataclass(frozen=True)
class Row:
    """A line of the list. by: when it is expected. is_late: whether that day has passed."""

    supply: Supply
    kind: Sentence
    supplier: Sentence
    state: Sentence
    tone: Tone
    units: int
    left: int
    orders: int
    by: date
    is_late: bool


@dataclass(frozen=True)
class Lot:
    """Goods of an order to a supplier. key: of the form's field; left: what is still to come."""

    key: str
    line: SupplyLine
    left: int


@dataclass(frozen=True)
class Item:
    """The goods of one SKU together, whatever number of orders they are for."""

    sku: str
    name: str
    quantity: int
    arrived: int
    cancelled: int
    dispatched: int
    cost: Decimal
    lots: Sequence[Lot]

    @property
    def left(self) -> int:
        """What is still to come."""
        return self.quantity - self.arrived - self.cancelled

    @property
    def ordered(self) -> int:
        """What was ordered and not cancelled."""
        return self.quantity - self.cancelled

    @property
    def to_send(self) -> int:
        """What the supplier has not said it had sent."""
        return self.quantity - self.cancelled - max(self.arrived, self.dispatched)

    @property
    def amount(self) -> Decimal:
        """Yen, untaxed, of what was not cancelled."""
        return self.cost * (self.quantity - self.cancelled)


_SAID: Mapping[str, str] = {
    "supply.sent": _("発注書の送付（%(number)s）"),
    "supply.answered": _("納期の回答: %(on)s"),
    "supply.dispatched": _("出荷の連絡: %(units)s点 %(carrier)s %(numbers)s"),
    "supply.link_renewed": _("回答ページのリンクの作り直し"),
}


@dataclass(frozen=True)
class Told:
    """Something that was done about an order to a supplier, or said by it. text: in its own words, "" for none."""

    at: datetime
    what: Sentence
    who: str
    text: str


@dataclass(frozen=True)
class Detail:
    """An order to a supplier. steps: what may be done now, by code (of STEPS). papers: its 発注書, newest first.

    told: what was done about it and said by the supplier, newest first.
    """

    row: Row
    items: Sequence[Item]
    orders: Sequence[Order]
    papers: Sequence[IssuedPaper]
    steps: frozenset[str]
    is_direct: bool
    told: Sequence[Told]

    @property
    def total(self) -> Decimal:
        """Yen, untaxed."""
        return sum((item.amount for item in self.items), Decimal(0))


def page(shown: str, *, words: str, today: date, after: str = "", before: str = "") -> Page[Row]:
    """The list narrowed to `shown` (a key of SHOWN), newest first. words: of a supplier, a number or a SKU."""
    found = page_of(_narrowed(_counted(), shown, words, today), order=["-id"], after=after, before=before)
    return Page([_row(one, today) for one in found.rows], found.after, found.before)


def counts(today: date) -> dict[str, int]:
    """How many there are of each of SHOWN. One query."""
    said = {name: Count("pk", filter=_which(name, today)) for name in SHOWN}
    return Supply.objects.aggregate(**said)


def _which(shown: str, today: date) -> Q:
    still = Q(state__in=OPEN)
    late = still & (Q(expected_on__lt=today) | Q(expected_on=None, asked_on__lt=today))
    return {"open": still, CHASE: still & ~Q(overdue=""), LATE: late, UNANSWERED: Q(state=SENT)}.get(shown) or Q(
        state=shown
    )


def _narrowed(found: QuerySet[Supply], shown: str, words: str, today: date) -> QuerySet[Supply]:
    found = found.filter(_which(shown, today))
    for word in words.split():
        number = word.upper().removeprefix("S-").lstrip("0")
        lots = SupplyLine.objects.filter(supply=OuterRef("pk"))
        goods = lots.filter(Q(line__sku__icontains=word) | Q(line__order__number__icontains=word))
        named = Q(supplier__name__icontains=word) | Exists(goods)
        found = found.filter(named | Q(pk=int(number)) if number.isdecimal() and len(number) < 18 else named)
    return found


def _counted() -> QuerySet[Supply]:
    return Supply.objects.select_related("supplier", "order").annotate(
        units=Coalesce(Sum(F("lines__quantity") - F("lines__cancelled")), 0),
        arrived=Coalesce(Sum("lines__arrived"), 0),
        order_count=Count("lines__line__order", distinct=False),
    )


def _row(supply: Supply, today: date) -> Row:
    label, tone = STATES[supply.state]
    by = supply.expected_on or supply.asked_on
    late = supply.state in OPEN and by < today
    units, arrived = supply.units, supply.arrived  # type: ignore[attr-defined]  # annotated
    return Row(
        supply=supply,
        kind=Sentence(KINDS[supply.kind]),
        supplier=supplier_name(supply),
        state=Sentence(label),
        tone=tone,  # type: ignore[arg-type]
        units=units,
        left=units - arrived,
        orders=supply.order_count,  # type: ignore[attr-defined]  # annotated
        by=by,
        is_late=late,
    )


def to_chase() -> list[tuple[Supply, Sentence]]:
    """Those that the client itself has to ask its suppliers about, the oldest first, each with why."""
    found = Supply.objects.filter(supplier__chased_by=CLIENT).exclude(overdue="").select_related("supplier")
    return [(one, Sentence(OVERDUE[one.overdue])) for one in found.order_by("pk")[:CHASED]]


def supplier_name(supply: Supply) -> Sentence:
    """By whom: the client itself where there is no supplier."""
    return Sentence("%(name)s", name=supply.supplier.name) if supply.supplier else Sentence(_("自社"))


def of_supply(supply_id: int, *, today: date) -> Detail | None:
    """The one with that id, None where the client at hand has none. A constant number of queries."""
    supply = _counted().filter(pk=supply_id).first()
    if supply is None:
        return None
    lots = list(supply.lines.select_related("line__order__channel").order_by("line__order__ordered_at", "id"))
    orders = {lot.line.order_id: lot.line.order for lot in lots}
    papers = IssuedPaper.objects.filter(kind="purchase_order", subject_kind="supply", subject_id=supply_id)
    return Detail(
        row=_row(supply, today),
        items=_items(lots),
        orders=list(orders.values()),
        papers=list(papers.select_related("document").order_by("-revision")),
        steps=frozenset(code for code, step in STEPS.items() if step.refusal(supply.state) is None),
        is_direct=supply.kind == DIRECT,
        told=told_of(supply_id),
    )


def told_of(supply_id: int) -> list[Told]:
    """What was done about an order to a supplier, and what it said; the newest first."""
    found = Event.objects.filter(subject_kind="supply", subject_id=supply_id, name__in=_SAID).order_by("-id")
    return [Told(event.at, _words(event), event.actor_name, str(event.data.get("text") or "")) for event in found]


def _words(event: Event) -> Sentence:
    data = event.data
    day = date.fromisoformat(data["expected_on"]) if data.get("expected_on") else None
    on = f"{day.year}/{day.month}/{day.day}" if day else ""
    carrier = CARRIERS[data["carrier"]].name if data.get("carrier") in CARRIERS else ""
    numbers = " ".join(data.get("tracking_numbers") or ())
    template = _SAID[event.name]
    if event.name == "supply.answered" and data.get("said") == "declined":
        template = _("納品できないとの回答")
    if event.name == "supply.sent" and data.get("again"):
        template = _("発注書の再送（%(number)s）")
    figures = {"on": on, "units": data.get("units"), "number": data.get("number") or ""}
    return Sentence(template, **figures, carrier=Sentence(carrier) if carrier else "", numbers=numbers)


def _items(lots: Sequence[SupplyLine]) -> list[Item]:
    by_sku: dict[tuple[str, str], list[SupplyLine]] = {}
    for lot in lots:
        by_sku.setdefault((lot.line.sku, lot.line.name), []).append(lot)
    return [
        Item(
            sku=sku,
            name=name,
            quantity=sum(lot.quantity for lot in same),
            arrived=sum(lot.arrived for lot in same),
            cancelled=sum(lot.cancelled for lot in same),
            dispatched=sum(lot.dispatched for lot in same),
            cost=same[0].cost,
            lots=[Lot(f"lot-{lot.pk}", lot, lot.quantity - lot.arrived - lot.cancelled) for lot in same],
        )
        for (sku, name), same in by_sku.items()
    ]


@dataclass(frozen=True)
class Coming:
    """A line of an order with what was ordered for it, from whom and by when."""

    line_name: str
    row: SupplyLine
    kind: Sentence
    supplier: Sentence
    state: Sentence
    tone: Tone
    by: date


def of_order(order: Order) -> list[Coming]:
    """What was ordered from suppliers for the order; its lines are prefetched with theirs (orders.queries.detail)."""
    return [
        Coming(
            line_name=line.name,
            row=lot,
            kind=Sentence(KINDS[lot.supply.kind]),
            supplier=supplier_name(lot.supply),
            state=Sentence(STATES[lot.supply.state][0]),
            tone=STATES[lot.supply.state][1],  # type: ignore[arg-type]
            by=lot.supply.expected_on or lot.supply.asked_on,
        )
        for line in order.lines.all()
        for lot in line.supply_lines.all()
    ]


def kept_items() -> list[tuple[SupplyItem, Sentence]]:
    """How goods are got, by SKU, each with the name of its branch. One query."""
    return [(row, Sentence(BRANCHES[row.branch])) for row in SupplyItem.objects.select_related("supplier")]


def kept_suppliers() -> list[Supplier]:
    """Every supplier, those in use first."""
    return list(Supplier.objects.order_by("-is_active", "code"))
