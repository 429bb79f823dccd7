"""What an order's page says of its lines, its money, its shipments and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypedDict

from core.periods import TOKYO
from core.wording import Sentence, _
from orders.intake.values import OTHER_SLOT
from orders.models import Line, Order, Parcel, Shipment, ShipmentLine
from orders.tracking import CARRIERS

Tone = Literal["waiting", "moving", "attention", "trouble", "done"]


class Step(TypedDict):
    """A station on an order's way, as the component `steps` takes it; note is the day it was reached, "" for none."""

    label: Sentence
    state: Literal["done", "now", "next"]
    note: str


@dataclass(frozen=True)
class LineRow:
    """A line with its quantities. wanted: ordered less what was cancelled. amount: yen as ordered."""

    name: str
    option: str
    sku: str
    unit_price: Decimal
    tax_rate: int
    wanted: int
    cancelled: int
    shipped: int
    amount: Decimal
    state: Sentence
    tone: Tone


@dataclass(frozen=True)
class Money:
    """A line of what was charged. note: what it is for."""

    label: Sentence
    amount: Decimal
    note: str = ""


@dataclass(frozen=True)
class Tracked:
    """A parcel with the carrier's page for it, "" where there is none."""

    carrier: Sentence
    number: str
    url: str


@dataclass(frozen=True)
class Sent:
    """A shipment with its parcels and what it holds. at: when it came to where it stands."""

    shipment: Shipment
    state: Sentence
    tone: Tone
    at: datetime
    parcels: Sequence[Tracked]
    lines: Sequence[ShipmentLine]


_STATES: Mapping[str, tuple[str, Tone]] = {
    Shipment.PLANNED: (_("出荷予定"), "waiting"),
    Shipment.RELEASED: (_("出荷指示済み"), "moving"),
    Shipment.PICKING: (_("ピッキング済み"), "moving"),
    Shipment.PACKED: (_("梱包済み"), "moving"),
    Shipment.HANDED_OVER: (_("出荷済み"), "moving"),
    Shipment.IN_TRANSIT: (_("配送中"), "moving"),
    Shipment.DELIVERED: (_("お届け済み"), "done"),
    Shipment.ATTEMPT_FAILED: (_("不在でお持ち帰り"), "attention"),
    Shipment.RETURNED: (_("返送"), "trouble"),
    Shipment.LOST: (_("紛失"), "trouble"),
    Shipment.CANCELLED: (_("取りやめ"), "waiting"),
}


def way(order: Order, facts: Mapping[str, int]) -> list[Step]:
    """The stations of the order with where it is now; none for one that was cancelled."""
    if facts["open"] <= 0:
        return []
    delivered = facts["delivered"] >= facts["open"]
    done = [True, facts["released"] > 0, facts["shipped"] >= facts["open"], delivered, delivered]
    now = done.index(False) if False in done else len(done)
    stations = [
        (_("受付"), order.received_at),
        (_("確認・手配"), None),
        (_("出荷準備"), None),
        (_("配送"), order.shipped_at),
        (_("お届け"), order.delivered_at),
    ]
    return [
        Step(label=Sentence(label), state="done" if nth < now else "now" if nth == now else "next", note=_day(at))
        for nth, (label, at) in enumerate(stations)
    ]


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(TOKYO):%-m/%-d}" if at else ""


def wished_slot(order: Order) -> Sentence:
    """The time of day that the buyer wished; in their own words where it is none of the carriers' slots."""
    first, dash, last = order.wished_slot.partition("-")
    if dash:
        return Sentence(_("%(first)s時〜%(last)s時"), first=first, last=last)
    if order.wished_slot == "am":
        return Sentence(_("午前中"))
    return Sentence("%(words)s", words=order.wished_slot_text if order.wished_slot == OTHER_SLOT else "")


def line_row(line: Line) -> LineRow:
    """The line as the page shows it."""
    state, tone = _standing(line)
    return LineRow(
        name=line.name,
        option=line.option,
        sku=line.sku,
        unit_price=line.unit_price,
        tax_rate=line.tax_rate,
        wanted=line.ordered - line.cancelled,
        cancelled=line.cancelled,
        shipped=line.shipped,
        amount=line.unit_price * line.ordered - line.discount,
        state=Sentence(state),
        tone=tone,
    )


def _standing(line: Line) -> tuple[str, Tone]:
    wanted = line.ordered - line.cancelled - line.written_off
    standings: Iterable[tuple[bool, str, Tone]] = (
        (wanted <= 0, _("キャンセル"), "waiting"),
        (line.delivered >= wanted, _("お届け済み"), "done"),
        (line.shipped >= wanted, _("出荷済み"), "moving"),
        (line.shipped > 0, _("一部出荷済み"), "moving"),
        (line.released > 0, _("出荷準備中"), "moving"),
        (line.allocated >= wanted, _("引当済み"), "waiting"),
    )
    return next(((said, tone) for holds, said, tone in standings if holds), (_("手配中"), "attention"))


def money(order: Order) -> list[Money]:
    """What the total is made of, as ordered; what is nothing is left out."""
    parts = (
        Money(Sentence(_("商品計")), order.goods_total),
        Money(Sentence(_("消費税")), order.tax),
        Money(Sentence(_("送料")), order.postage),
        Money(Sentence(_("手数料")), order.fee),
        Money(Sentence(_("値引")), -order.discount),
        Money(Sentence(_("ポイント利用")), -order.points),
    )
    return [part for part in parts if part.amount]


def taxes(order: Order) -> list[Money]:
    """What was bought at each tax rate; the tax where the channel says it, highest rate first."""
    rates = sorted(order.tax_by_rate.items(), key=lambda item: -int(item[0]))
    return [_taxed(rate, part) for rate, part in rates if part.get("goods")]


def _taxed(rate: str, part: Mapping[str, object]) -> Money:
    reduced = rate == "8"
    label = Sentence(_("%(rate)s%%対象の商品（軽減税率）") if reduced else _("%(rate)s%%対象の商品"), rate=rate)
    tax = part.get("tax")
    return Money(label, Decimal(str(part["goods"])), "" if tax is None else str(tax))


def sent(shipment: Shipment) -> Sent:
    """The shipment as the page shows it; labels that were cancelled are left out."""
    state, tone = _STATES[shipment.state]
    reached = (shipment.delivered_at, shipment.handed_over_at, shipment.packed_at, shipment.picked_at)
    return Sent(
        shipment=shipment,
        state=Sentence(state),
        tone=tone,
        at=next((at for at in reached if at), shipment.released_at),
        parcels=[_tracked(parcel) for parcel in shipment.parcels.all() if parcel.label_cancelled_at is None],
        lines=list(shipment.lines.all()),
    )


def _tracked(parcel: Parcel) -> Tracked:
    carrier = CARRIERS.get(parcel.carrier)
    if carrier is None:
        return Tracked(Sentence("%(name)s", name=parcel.carrier), parcel.tracking_number, "")
    return Tracked(Sentence(carrier.name), parcel.tracking_number, carrier.url.format(n=parcel.tracking_number))
