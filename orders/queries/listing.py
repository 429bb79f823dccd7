"""The list of orders: filtered, sorted, page by page, and as a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from core import sheets
from core.paging import PAGE_ROWS, Page, page_of
from core.periods import TOKYO, Period
from core.text import search_key
from core.wording import Sentence, _
from orders.lifecycle import BY_CODE, PHASES, Phase
from orders.models import Hold, Order
from orders.queries.naming import Side, phase_names

COUNT_LIMIT = 10_000
"""Above this the list says "10,000 and more": counting on would cost more than the page."""

EXPORT_ROWS = 100_000

SORTS: Mapping[str, tuple[str, ...]] = {
    "-ordered_at": ("-ordered_at", "-id"),
    "ordered_at": ("ordered_at", "id"),
    "-total": ("-total", "-id"),
    "total": ("total", "id"),
    "number": ("number", "id"),
    "-number": ("-number", "-id"),
}
"""What a list can be sorted by: the parameter to the key."""

OPEN_PHASES = tuple(
    phase.code for phase in PHASES if phase.code not in ("cancelled", "completed", "delivered", "shipped")
)
"""Phases in which something still has to be shipped."""

_PARTED_DIGITS = re.compile(r"[0-9]+(?:-[0-9]+)+")

LATE, AT_RISK, DUE_TODAY = "late", "at_risk", "today"
RISK = timedelta(hours=2)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty values narrow nothing. first, last: days of the order's own time, inclusive."""

    phases: tuple[str, ...] = ()
    channel: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None
    prefecture: str = ""
    due: str = ""
    held_by: str = ""
    intake: int | None = None
    sort: str = "-ordered_at"

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS.get(self.sort, SORTS["-ordered_at"])

    @property
    def is_narrow(self) -> bool:
        """Whether it narrows at all."""
        kinds, days = (self.phases, self.channel, self.intake, self.held_by), (self.first, self.last)
        return any((*kinds, *days, self.text, self.prefecture, self.due))


@dataclass(frozen=True)
class Row:
    """An order as a line of the list, ready to be shown. state: the phase's name for whoever reads."""

    pk: int
    number: str
    channel: str
    ordered_at: datetime
    buyer: str
    ship_to: str
    prefecture: str
    lines: int
    units: int
    total: Decimal
    phase: Phase
    state: Sentence
    due_at: datetime | None
    warn_at: datetime | None
    is_late: bool
    is_open: bool
    is_gift: bool
    wished_date: date | None
    tags: Sequence[str] = field(default_factory=list)


def matching(filters: Filters, *, at: datetime) -> QuerySet[Order]:
    """The orders that the filters let through, unsorted."""
    orders = Order.objects.all()
    if filters.phases:
        orders = orders.filter(phase__in=filters.phases)
    if filters.channel:
        orders = orders.filter(channel__code=filters.channel)
    for word in search_words(filters.text):
        orders = orders.filter(_found_by(word))
    if filters.first or filters.last:
        orders = orders.filter(_ordered_within(filters.first, filters.last))
    if filters.prefecture:
        orders = orders.filter(ship_prefecture=filters.prefecture)
    if filters.intake:
        orders = orders.filter(intake_id=filters.intake)
    if filters.held_by:
        held = Hold.objects.filter(party=filters.held_by, released_at=None)
        orders = orders.filter(pk__in=held.values("order_id"))
    if filters.due:
        orders = orders.filter(_due(filters.due, at), phase__in=OPEN_PHASES)
    return orders


def search_words(text: str) -> list[str]:
    """What is looked for in Order.search: the words of the question, each normalised as the column is."""
    return [key for key in map(search_key, text.split()) if key]


def _found_by(word: str) -> Q:
    """A phone number is found however its digits are parted; everything else as it stands."""
    found = Q(search__contains=word)
    return found | Q(search__contains=word.replace("-", "")) if _PARTED_DIGITS.fullmatch(word) else found


def _ordered_within(first: date | None, last: date | None) -> Q:
    bounds = Q()
    if first:
        bounds &= Q(ordered_at__gte=Period(first, first).instants(TOKYO)[0])
    if last:
        bounds &= Q(ordered_at__lt=Period(last, last + timedelta(days=1)).instants(TOKYO)[1])
    return bounds


def _due(due: str, at: datetime) -> Q:
    today = at.astimezone(TOKYO).date()
    _start, end = Period(today, today + timedelta(days=1)).instants(TOKYO)
    return {
        LATE: Q(ship_due_at__lt=at),
        AT_RISK: Q(ship_due_at__gte=at, ship_due_at__lt=at + RISK),
        DUE_TODAY: Q(ship_due_at__gte=at, ship_due_at__lt=end),
    }.get(due, Q())


_SHOWN = (
    "id", "number", "channel__name", "ordered_at", "buyer_name", "ship_name", "ship_prefecture", "total", "phase",
    "ship_due_at", "is_gift", "wished_date", "tags",
)  # fmt: skip
"""What a line of the list is made of: of a wide table no more is read."""

_COUNTED: RawSQL = RawSQL(
    "(SELECT ARRAY[count(*), coalesce(sum(ordered - cancelled), 0)] FROM orders_line WHERE order_id = orders_order.id)",
    (),
)
"""An order's lines and pieces. Asked of the rows of the page alone, after they are found."""


def page(
    filters: Filters, *, at: datetime, side: Side = "client", after: str = "", before: str = "", size: int = PAGE_ROWS
) -> Page[Row]:
    """One page of the list: two queries, whatever its length and depth. A cursor that is none is Refused."""
    orders = matching(filters, at=at).annotate(counted=_COUNTED).values_list(*_SHOWN, "counted", named=True)
    found = page_of(orders, order=filters.order, after=after, before=before, size=size)
    names = phase_names(side)
    rows = [_row(order, state=names[order.phase], at=at) for order in found.rows]
    return Page(rows=rows, after=found.after, before=found.before)


def _row(order: Any, *, state: Sentence, at: datetime) -> Row:
    lines, units = order.counted
    phase = BY_CODE[order.phase]
    is_open = order.phase in OPEN_PHASES
    due_at = order.ship_due_at if is_open else None
    return Row(
        pk=order.id,
        number=order.number,
        channel=order.channel__name,
        ordered_at=order.ordered_at,
        buyer=order.buyer_name,
        ship_to=order.ship_name,
        prefecture=order.ship_prefecture,
        lines=lines,
        units=units,
        total=order.total,
        phase=phase,
        state=state,
        due_at=due_at,
        warn_at=due_at - RISK if due_at else None,
        is_late=due_at is not None and due_at < at,
        is_open=is_open,
        is_gift=order.is_gift,
        wished_date=order.wished_date,
        tags=order.tags,
    )


def count(filters: Filters, *, at: datetime) -> int:
    """How many orders match, counted up to COUNT_LIMIT + 1."""
    return matching(filters, at=at).order_by()[: COUNT_LIMIT + 1].count()


_BY_PHASE = """
    SELECT p.code, (SELECT count(*) FROM (SELECT FROM orders_order WHERE phase = p.code LIMIT p.most) some_of_them)
      FROM unnest(%s::text[], %s::int[]) AS p (code, most)
"""


def by_phase(*, most: int | None = None, whether: Collection[str] = ()) -> dict[str, int]:
    """How many orders stand in each phase, counted up to `most` + 1, by the index alone; every phase is there.

    whether: phases of which it is only asked whether there are any; 1 stands for these.
    """
    limits = {code: 1 if code in whether else most and most + 1 for code in BY_CODE}
    with connection.cursor() as cursor:
        cursor.execute(_BY_PHASE, [list(limits), list(limits.values())])
        return dict(cursor.fetchall())


HEAD = (
    _("注文番号"), _("店舗"), _("受注日時"), _("状態"), _("購入者"), _("お届け先"), _("都道府県"), _("合計金額"),
    _("支払方法"), _("お届け希望日"), _("出荷期限"), _("出荷日時"),
)  # fmt: skip


def export(filters: Filters, *, at: datetime, encoding: str = "utf-8-sig") -> bytes:
    """What the list shows as a CSV file, EXPORT_ROWS at most. encoding: utf-8-sig or cp932."""
    return sheets.csv_file([Sentence(title) for title in HEAD], _cells(filters, at), encoding=encoding)


_EXPORTED = (
    "number", "channel__name", "ordered_at", "phase", "buyer_name", "ship_name", "ship_prefecture", "total",
    "payment_method", "wished_date", "ship_due_at", "shipped_at",
)  # fmt: skip


def _cells(filters: Filters, at: datetime) -> Iterator[tuple[object, ...]]:
    orders = matching(filters, at=at).order_by(*filters.order)[:EXPORT_ROWS]
    for (
        number,
        channel,
        ordered,
        phase,
        buyer,
        ship_to,
        prefecture,
        total,
        paid_by,
        wish,
        due,
        shipped,
    ) in orders.values_list(*_EXPORTED):
        yield (
            *(number, channel, _stamp(ordered), Sentence(BY_CODE[phase].client), buyer, ship_to, prefecture),
            *(int(total), paid_by, wish, _stamp(due), _stamp(shipped)),
        )


def _stamp(at: datetime | None) -> str:
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if at else ""
