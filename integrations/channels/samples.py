"""A month of made-up orders for one shop, with the dirt of real files, and the truth about it known beforehand.

What the file holds is decided here, order by order, before a channel writes it down; the manifest is counted from
these decisions and never from reading the file.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

from integrations.channels.people import People, Person, full_width

ERRORS: Mapping[str, float] = {
    "broken_date": 0.003,
    "unknown_postcode": 0.003,
    "too_few_columns": 0.003,
    "conflicting_order": 0.002,
    "quantity_not_positive": 0.001,
    "missing": 0.001,
}
"""Dirt that refuses an order, by the reason it is refused for, and which share of the orders has it."""

FLAWS: Mapping[str, float] = {
    "lost_zero_postcode": 0.01,
    "lost_zero_phone": 0.01,
    "full_width": 0.01,
    "wrong_prefecture": 0.004,
    "ordered_twice": 0.005,
}
"""Dirt that an order gets in with: repaired, or left for somebody to look at."""

UNKNOWN_POSTCODE = "9999999"
_SHARE_CANCELLED, _SHARE_NOTE, _SHARE_GIFT, _SHARE_WISH, _SHARE_OTHER_SHIP_TO = 0.01, 0.07, 0.05, 0.3, 0.12
_ZERO_PREFECTURES = ("北海道", "青森県", "岩手県", "秋田県")  # their postcodes begin with 0
_HOURS = (14, 8, 5, 3, 2, 3, 8, 18, 26, 30, 34, 38, 52, 44, 34, 32, 32, 34, 38, 44, 56, 68, 62, 38)
_NOTES = (
    "玄関前に置いてください。",
    "不在の場合は宅配ボックスへお願いします。",
    "領収書を同封してください。宛名は㈱ミナト商会です。",
    "前回と同じ物を\nお願いします。",
    "プレゼント用なので、金額の分かる紙は入れないでください。",
    "＝至急＝ 11/3までに必要です",
)


@dataclass(frozen=True, slots=True)
class Item:
    sku: str
    name: str
    price: int
    tax_rate: int = 10
    option: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it was placed. at: local time. error, flaw: the dirt it gets when it is written, "" for none."""

    serial: int
    at: datetime
    buyer: Person
    ship: Person
    lines: tuple[tuple[Item, int], ...]
    payment: str
    delivery: str
    postage: int
    fee: int
    points: int
    discount: int
    wished_date: date | None
    wished_slot: str
    gift: bool
    note: str
    cancelled: bool
    error: str = ""
    flaw: str = ""

    @property
    def goods(self) -> int:
        return sum(item.price * quantity for item, quantity in self.lines)

    @property
    def total(self) -> int:
        return self.goods + self.postage + self.fee - self.points - self.discount

    @property
    def paid(self) -> bool:
        return "振込" not in self.payment and not self.payment.startswith("代金引換")

    def tax_of(self, rate: int) -> int:
        """The tax within the goods of this rate; postage and fee count as 10 %."""
        goods = sum(item.price * quantity for item, quantity in self.lines if item.tax_rate == rate)
        return (goods + (self.postage + self.fee if rate == 10 else 0)) * rate // (100 + rate)


@dataclass(frozen=True)
class Shop:
    """A made-up shop on a channel: what it sells, how it is paid, and how its channel writes a file.

    line_weights: how often an order has one line, two, three …. write: an order's rows as cells by column name.
    number_column holds an order's number; postcode_columns, date_columns and so on are those that the dirt of ERRORS
    goes into. moment_format: how the date columns, with a space between them, are to be read; "" for ISO 8601 and its
    like.
    """

    channel: str
    header: tuple[str, ...]
    encoding: str
    quoting: Literal[0, 1, 2, 3]
    items: tuple[Item, ...]
    payments: tuple[tuple[str, int], ...]
    deliveries: tuple[str, ...]
    write: Callable[[Order], list[dict[str, str]]]
    number_column: str
    date_columns: tuple[str, ...]
    postcode_columns: tuple[str, ...]
    quantity_column: str
    sku_columns: tuple[str, ...]
    keep_columns: int
    facts_on_every_row: bool = True
    line_weights: tuple[int, ...] = (60, 25, 10, 5)
    takes_cancelled: bool = True
    points: bool = True
    discounts: bool = True
    separator: str = ","
    moment_format: str = ""


@dataclass(frozen=True)
class Sample:
    """A file and the truth about it. manifest: the keys that integrations.channels.recount counts, and `dirt`."""

    data: bytes
    manifest: dict[str, Any] = field(default_factory=dict)


def make(shop: Shop, *, orders: int, seed: int, month: str) -> Sample:
    """A file of so many orders in one month ("2026-10"); the same arguments give the same bytes."""
    planned = plan(shop, orders=orders, seed=seed, month=month)
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=shop.separator, quoting=shop.quoting, lineterminator="\r\n")
    writer.writerow(shop.header)
    reasons: Counter[str] = Counter()
    rows = 0
    for order in planned:
        written = _dirtied(shop, order, shop.write(order))
        writer.writerows(written)
        rows += len(written)
        reasons.update(_reasons(shop, order, len(written)))
    return Sample(lines.getvalue().encode(shop.encoding), _manifest(shop, planned, rows, reasons))


def example(shop: Shop) -> bytes:
    """A small clean file, one order with one line, one with two and one with a wish, to look at and to fill in."""
    planned = [order for order in plan(shop, orders=300, seed=1, month="2026-10") if not (order.error or order.flaw)]
    alive = [order for order in planned if not (order.cancelled or order.note or order.gift)]
    wanted = [
        next(order for order in alive if len(order.lines) == 1),
        next(order for order in alive if len(order.lines) > 1),
        next(order for order in reversed(alive) if order.wished_date),
    ]
    return written(shop, wanted)


def written(shop: Shop, orders: Iterable[Order]) -> bytes:
    """These orders as the shop's file, without dirt."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=shop.separator, quoting=shop.quoting, lineterminator="\r\n")
    writer.writerow(shop.header)
    writer.writerows([[row.get(name, "") for name in shop.header] for order in orders for row in shop.write(order)])
    return lines.getvalue().encode(shop.encoding)


def plan(shop: Shop, *, orders: int, seed: int, month: str) -> list[Order]:
    """The orders of the month in the order of their times; copies under a used number come the same day."""
    random = Random(f"{shop.channel}:{seed}:{month}:{orders}")  # noqa: S311 (nothing secret)
    placed = _placed(shop, random, orders, month)
    placed = _with_flaws(random, placed)
    placed = _with_errors(random, placed)
    copies = [_copy(random, order) for order in placed if order.error == "conflicting_order"]
    return sorted([*placed, *copies], key=lambda order: order.at)


def _placed(shop: Shop, random: Random, orders: int, month: str) -> list[Order]:
    people = People(random)
    times = sorted(_time(random, month) for _ in range(orders))
    return [_order(shop, people, serial, at) for serial, at in enumerate(times, 1)]


def _time(random: Random, month: str) -> datetime:
    """Weekends, days with a 0 or 5 in them and the 25th are busier; so are noon and the evening."""
    first = date.fromisoformat(f"{month}-01")
    days = [first + timedelta(days=offset) for offset in range(monthrange(first.year, first.month)[1])]
    weights = [10 + 4 * (day.weekday() >= 5) + 3 * (day.day % 5 == 0) + 4 * (day.day == 25) for day in days]
    [day] = random.choices(days, weights)
    [hour] = random.choices(range(24), _HOURS)
    return datetime(day.year, day.month, day.day, hour, random.randrange(60), random.randrange(60))  # noqa: DTZ001


def _order(shop: Shop, people: People, serial: int, at: datetime) -> Order:
    random = people.random
    buyer = people.person()
    ship = people.person() if random.random() < _SHARE_OTHER_SHIP_TO else buyer
    lines = _lines(shop, random)
    goods = sum(item.price * quantity for item, quantity in lines)
    [payment] = random.choices([name for name, _ in shop.payments], [weight for _, weight in shop.payments])
    wishes = random.random() < _SHARE_WISH
    return Order(
        serial=serial,
        at=at,
        buyer=buyer,
        ship=ship,
        lines=lines,
        payment=payment,
        delivery=random.choice(shop.deliveries),
        postage=0 if goods >= 8000 else random.choice((550, 660, 880)),
        fee=330 if payment.startswith("代金引換") else 0,
        points=min(random.choice((100, 200, 500)), goods) if shop.points and random.random() < 0.15 else 0,
        discount=min(300, goods) if random.random() < 0.05 and shop.discounts else 0,
        wished_date=at.date() + timedelta(days=random.randrange(2, 10)) if wishes else None,
        wished_slot=random.choice(("am", "14-16", "16-18", "18-20", "19-21")) if wishes else "none",
        gift=random.random() < _SHARE_GIFT,
        note=random.choice(_NOTES) if random.random() < _SHARE_NOTE else "",
        cancelled=shop.takes_cancelled and random.random() < _SHARE_CANCELLED,
    )


def _lines(shop: Shop, random: Random) -> tuple[tuple[Item, int], ...]:
    [count] = random.choices(range(1, len(shop.line_weights) + 1), shop.line_weights)
    return tuple((item, random.choice((1, 1, 1, 2, 3))) for item in random.sample(shop.items, count))


def _with_flaws(random: Random, placed: list[Order]) -> list[Order]:
    """Some orders with a flaw of FLAWS; whoever ordered twice did so within the hour."""
    people = People(random)
    changed = list(placed)
    for flaw, indexes in _chosen(random, len(placed), FLAWS).items():
        for index in indexes:
            order = replace(changed[index], flaw=flaw)
            if flaw == "lost_zero_postcode":
                person = people.person(prefectures=_ZERO_PREFECTURES)
                order = replace(order, buyer=person, ship=person)
            if flaw == "ordered_twice":
                again = min(order.at + timedelta(minutes=random.randrange(1, 50)), _end_of(order.at))
                changed.append(replace(order, serial=len(changed) + 1, at=again, cancelled=False))
            changed[index] = order
    return changed


def _with_errors(random: Random, placed: list[Order]) -> list[Order]:
    """Some orders with an error of ERRORS, none of them with a flaw or a twin."""
    clean = [index for index, order in enumerate(placed) if not order.flaw]
    changed = list(placed)
    for error, places in _chosen(random, len(clean), ERRORS).items():
        for place in places:
            changed[clean[place]] = replace(changed[clean[place]], error=error, cancelled=False)
    return changed


def _chosen(random: Random, among: int, shares: Mapping[str, float]) -> dict[str, list[int]]:
    counts = {kind: max(1, round(among * share)) for kind, share in shares.items()}
    picked = random.sample(range(among), sum(counts.values()))
    return {kind: [picked.pop() for _ in range(count)] for kind, count in counts.items()}


def _copy(random: Random, order: Order) -> Order:
    """Another order under the same number, later the same day, as when a file was put together by hand."""
    at = min(order.at + timedelta(minutes=random.randrange(5, 90)), _end_of(order.at))
    other = People(random).person()
    return replace(order, at=at, buyer=other, ship=other, note="", error="conflicting_copy")


def _end_of(at: datetime) -> datetime:
    return at.replace(hour=23, minute=59, second=59)


def _dirtied(shop: Shop, order: Order, rows: list[dict[str, str]]) -> list[list[str]]:
    """The rows as lists of cells, with the order's error put in. Those of its goods come first."""
    last = rows[len(order.lines) - 1]
    if order.error == "broken_date":
        _put(rows, shop.date_columns, "2026/13/45")
    elif order.error == "unknown_postcode":
        _put(rows, shop.postcode_columns, UNKNOWN_POSTCODE)
    elif order.error == "quantity_not_positive":
        last[shop.quantity_column] = "0"
    elif order.error == "missing":
        last.update(dict.fromkeys(shop.sku_columns, ""))
    cells = [[row.get(name, "") for name in shop.header] for row in rows]
    if order.error == "too_few_columns":
        cells[-1] = cells[-1][: shop.keep_columns]
    return cells


def _put(rows: list[dict[str, str]], columns: Sequence[str], value: str) -> None:
    """The value in the first of the columns, nothing in the others, wherever they are filled."""
    for row in rows:
        if any(row.get(column) for column in columns):
            row.update({column: value if place == 0 else "" for place, column in enumerate(columns)})


def _reasons(shop: Shop, order: Order, rows: int) -> Counter[str]:
    """By which reason each row of this order will be refused."""
    if not order.error:
        return Counter()
    if order.error == "conflicting_order":
        return Counter(same_order=rows)
    if order.error == "conflicting_copy":
        stating = len(order.lines) if shop.facts_on_every_row else 1
        return Counter(conflicting_order=stating, same_order=rows - stating)
    return Counter({order.error: 1, "same_order": rows - 1})


def _manifest(shop: Shop, planned: Iterable[Order], rows: int, reasons: Counter[str]) -> dict[str, Any]:
    good = [order for order in planned if not order.error]
    bad = [order for order in planned if order.error and order.error != "conflicting_copy"]
    by_day: dict[str, dict[str, int]] = {}
    for order in good:
        day = by_day.setdefault(order.at.date().isoformat(), {"orders": 0, "total": 0})
        day["orders"] += 1
        day["total"] += order.total
    return {
        "channel": shop.channel,
        "files": 1,
        "rows": rows,
        "orders": len(good),
        "lines": sum(len(order.lines) for order in good),
        "units": sum(quantity for order in good for _, quantity in order.lines),
        "total": sum(order.total for order in good),
        "cancelled": sum(order.cancelled for order in good),
        "refused_orders": len(bad),
        "refused_rows": reasons.total(),
        "refused": {code: count for code, count in sorted(reasons.items()) if count},
        "by_day": by_day,
        "dirt": dict(
            sorted(Counter(order.flaw or order.error for order in planned if order.flaw or order.error).items())
        ),
    }


def postcode_of(order: Order, person: Person) -> str:
    """The postcode as the order's file has it: seven digits, or with its flaw."""
    code = person.town.postcode
    if order.flaw == "lost_zero_postcode":
        return code.lstrip("0")
    return full_width(f"{code[:3]}-{code[3:]}") if order.flaw == "full_width" else code


def phone_of(order: Order, person: Person) -> str:
    """The phone as the order's file has it: national digits, or with its flaw."""
    if order.flaw == "lost_zero_phone":
        return person.phone[1:]
    return full_width(person.phone) if order.flaw == "full_width" else person.phone


def slot_of(order: Order, between: str = "{}時〜{}時") -> str:
    """The wished time as most shops write it; "" where none is wished."""
    first, dash, last = order.wished_slot.partition("-")
    return between.format(first, last) if dash else {"none": "", "am": "午前中"}[order.wished_slot]


def prefecture_of(order: Order, person: Person) -> str:
    """The prefecture as the order's file has it: the town's, or with the order's flaw another."""
    if order.flaw != "wrong_prefecture":
        return person.town.prefecture
    return "大阪府" if person.town.prefecture != "大阪府" else "東京都"


def main(shop: Shop, arguments: Sequence[str] | None = None) -> None:
    """Write a sample file and print its manifest as JSON."""
    parser = argparse.ArgumentParser(description=f"Sample order file of {shop.channel}")
    parser.add_argument("file", type=Path)
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--month", default="2026-10", help="YYYY-MM")
    chosen = parser.parse_args(arguments)
    sample = make(shop, orders=chosen.orders, seed=chosen.seed, month=chosen.month)
    chosen.file.write_bytes(sample.data)
    sys.stdout.write(json.dumps(sample.manifest, ensure_ascii=False, indent=1) + "\n")
