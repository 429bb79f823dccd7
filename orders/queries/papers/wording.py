"""Dates, people and money as papers say them: in Japanese, whoever issues them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from core.honorifics import honorific
from core.money import ZERO
from core.periods import local_day
from core.text import phone_label
from documents.papers.common import Fact, Item, Party, Sum, TaxPart
from orders import taxes
from orders.models import Line, Order
from orders.queries.figures import wished_slot

CARD = "カード"


def day(at: datetime | date) -> str:
    """2026年11月27日."""
    on = local_day(at) if isinstance(at, datetime) else at
    return f"{on.year}年{on.month}月{on.day}日"


def number(value: Decimal) -> int | Decimal:
    """Without the zeros that the column's scale adds."""
    return int(value) if value == int(value) else value.normalize()


def phone(text: str) -> str:
    """A number with hyphens, or what was written where it is none."""
    return phone_label(text) if text.startswith("+") else text


def recipient(order: Order) -> Party:
    """Who opens the box."""
    return Party(
        name=order.ship_name,
        honorific=honorific(order.ship_name),
        postcode=order.ship_postcode,
        address=order.ship_address,
        phone=phone(order.ship_phone),
    )


def buyer(order: Order) -> Party:
    """Who ordered; the address of delivery where the channel gave none."""
    return Party(
        name=order.buyer_name,
        honorific=honorific(order.buyer_name),
        postcode=order.buyer_postcode,
        address=order.buyer_address,
        phone=phone(order.buyer_phone),
    )


def facts(pairs: Iterable[tuple[str, str]]) -> list[Fact]:
    """Those that say something."""
    return [Fact(label=label, text=text) for label, text in pairs if text]


def wish(order: Order) -> str:
    """The day and time that the buyer wished, "" for none."""
    said = [day(order.wished_date) if order.wished_date else "", str(wished_slot(order))]
    return " ".join(part for part in said if part)


def item(line: Line, quantity: int, *, priced: bool) -> Item:
    """A line as it is printed; without prices it holds none."""
    shown = Item(name=line.name, quantity=quantity, sku=line.sku, option=line.option)
    if priced:
        shown["unit_price"] = number(line.unit_price)
        shown["amount"] = number(_amount(line, quantity))
        shown["rate"] = line.tax_rate
        shown["reduced"] = line.tax_rate == taxes.REDUCED
    return shown


def _amount(line: Line, quantity: int) -> Decimal:
    """Yen of so many of the line's pieces; the line's reduction goes with the whole of it."""
    whole = quantity == line.ordered - line.cancelled
    return line.unit_price * quantity - (line.discount if whole else ZERO)


def left(order: Order) -> list[tuple[Line, int]]:
    """The lines of which something is left after cancelling, with how many pieces."""
    open_lines = [(line, line.ordered - line.cancelled) for line in order.lines.all()]
    return [(line, quantity) for line, quantity in open_lines if quantity > 0]


def total_of(order: Order) -> Decimal:
    """What the buyer pays, less what was cancelled of the order; whole yen."""
    return Decimal(int(order.total - cancelled(order)))


def cancelled(order: Order) -> Decimal:
    """Yen of what was cancelled, with tax."""
    amounts = ((line.unit_price * line.cancelled, line.tax_rate) for line in order.lines.all())
    return sum((_with_tax(order, amount, rate) for amount, rate in amounts), ZERO)


def _with_tax(order: Order, amount: Decimal, rate: int) -> Decimal:
    """The amount of a line with tax: an order that carries its tax beside the goods has prices without."""
    return taxes.with_tax(amount, rate) if order.tax else amount


def sums(order: Order) -> list[Sum]:
    """How the total comes about; what is nothing is left out."""
    parts = (
        ("商品計", order.goods_total),
        ("消費税", order.tax),
        ("送料", order.postage),
        ("手数料", order.fee),
        ("値引", -order.discount),
        ("ポイント利用", -order.points),
        ("キャンセル分", -cancelled(order)),
    )
    return [Sum(label=label, amount=number(amount)) for label, amount in parts if amount]


def breakdown(order: Order) -> list[TaxPart]:
    """The total by tax rate."""
    return _tax_parts(total_of(order), _bought(order, left(order), with_carriage=True))


def breakdown_of(order: Order, bought: Iterable[tuple[Line, int]], total: Decimal) -> list[TaxPart]:
    """What is paid for some of the lines, by tax rate."""
    return _tax_parts(total, _bought(order, bought, with_carriage=False))


def _bought(order: Order, bought: Iterable[tuple[Line, int]], *, with_carriage: bool) -> Mapping[int, Decimal]:
    """With tax, by rate. Carriage and fees are at the standard rate."""
    summed: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line, quantity in bought:
        summed[line.tax_rate] += _with_tax(order, _amount(line, quantity), line.tax_rate)
    if with_carriage:
        summed[taxes.STANDARD] += order.postage + order.fee
    return summed


def _tax_parts(total: Decimal, bought: Mapping[int, Decimal]) -> list[TaxPart]:
    return [
        TaxPart(rate=part.rate, base=int(part.base), tax=int(part.tax), reduced=part.rate == taxes.REDUCED)
        for part in taxes.parts(total, bought)
    ]


def amount_of(order: Order, bought: Iterable[tuple[Line, int]]) -> Decimal:
    """Yen of these pieces with tax, rounded to whole yen."""
    exact = sum((_with_tax(order, _amount(line, n), line.tax_rate) for line, n in bought), ZERO)
    return Decimal(int(exact))
