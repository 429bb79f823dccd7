"""The lists, the search and the page of one order in a client that has grown: against hand-written SQL, and far down.

Limit: the same rows, their lines counted, by one statement written by hand for just these filters, through psycopg into
dicts; for one order a statement for each table that its page shows. Times are the processor's, of both processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from bench import ground, grown
from bench.figures import Clock, Figure, Size, alternating, processor, timed
from core import scope
from core.paging import PAGE_ROWS, cursor_at
from core.text import search_key
from orders.models import Order
from orders.queries import detail, listing, timeline
from orders.queries.listing import Filters

_DAY = ground.NOW.date()
_MOMENT = "'{:%Y-%m-%d} 00:00+09'::timestamptz"
CASES: dict[str, tuple[Filters, str]] = {
    "all": (Filters(), "true"),
    "one phase": (Filters(phases=("received",)), "o.phase = 'received'"),
    "two phases": (Filters(phases=("held", "verifying")), "o.phase IN ('held', 'verifying')"),
    "done": (Filters(phases=("completed",)), "o.phase = 'completed'"),
    "channel": (Filters(channel="base"), "o.channel_id = (SELECT id FROM orders_channel WHERE code = 'base')"),
    "prefecture": (Filters(prefecture="鳥取県"), "o.ship_prefecture = '鳥取県'"),
    "a week": (
        Filters(first=_DAY - timedelta(60), last=_DAY - timedelta(54)),
        f"o.ordered_at >= {_MOMENT.format(_DAY - timedelta(60))}"
        f" AND o.ordered_at < {_MOMENT.format(_DAY - timedelta(53))}",
    ),
    "phase, channel, prefecture": (
        Filters(phases=("completed",), channel="yahoo", prefecture="大阪府"),
        "o.phase = 'completed' AND o.channel_id = (SELECT id FROM orders_channel WHERE code = 'yahoo')"
        " AND o.ship_prefecture = '大阪府'",
    ),
    "late": (
        Filters(due=listing.LATE),
        f"o.ship_due_at < '{ground.NOW.isoformat()}' AND o.phase = ANY('{{{','.join(listing.OPEN_PHASES)}}}')",
    ),
    "dear first": (Filters(sort="-total"), "true"),
    "dear first, one phase": (Filters(sort="-total", phases=("received",)), "o.phase = 'received'"),
    "by number": (Filters(sort="number"), "true"),
}
SEARCHES = {
    "a number": "00001234",
    "a name": "佐藤健太",
    "a family": "佐藤",
    "a phone": "",
    "nothing": "存在しない名前",
    "no such family": "鑑鑑",
}
"""What is looked for; a phone is that of some order."""

_BARE = """
    SELECT o.id, o.number, c.name AS channel, o.ordered_at, o.buyer_name, o.ship_name, o.ship_prefecture, o.total,
           o.phase, o.ship_due_at, o.is_gift, o.wished_date, o.tags, l.lines, l.units
      FROM (SELECT * FROM orders_order o WHERE {where} ORDER BY {order} LIMIT {rows}) o
      JOIN orders_channel c ON c.id = o.channel_id
     CROSS JOIN LATERAL (SELECT count(*) AS lines, sum(ordered - cancelled) AS units FROM orders_line
                          WHERE order_id = o.id) l
     ORDER BY {order}
"""
_BARE_COUNT = """
    SELECT count(*) FROM (SELECT FROM orders_order o WHERE {where} LIMIT {most}) counted
"""
_BARE_DETAIL = (
    "SELECT o.*, c.name AS channel, i.file_name FROM orders_order o JOIN orders_channel c ON c.id = o.channel_id"
    " LEFT JOIN orders_intake i ON i.id = o.intake_id WHERE o.id = %s",
    "SELECT * FROM orders_line WHERE order_id = %s ORDER BY position",
    "SELECT s.* FROM orders_supplyline s JOIN orders_line l ON l.id = s.line_id WHERE l.order_id = %s",
    "SELECT * FROM orders_shipment WHERE order_id = %s ORDER BY position",
    "SELECT p.* FROM orders_parcel p JOIN orders_shipment s ON s.id = p.shipment_id WHERE s.order_id = %s",
    "SELECT w.*, l.name FROM orders_shipmentline w JOIN orders_shipment s ON s.id = w.shipment_id"
    " JOIN orders_line l ON l.id = w.line_id WHERE s.order_id = %s",
    "SELECT * FROM orders_hold WHERE order_id = %s ORDER BY placed_at DESC",
    "SELECT * FROM orders_verification WHERE order_id = %s",
    "SELECT * FROM orders_cancelrequest WHERE order_id = %s",
    "SELECT * FROM orders_orderexception WHERE order_id = %s",
    "SELECT * FROM orders_changerequest WHERE order_id = %s",
    "SELECT * FROM orders_return WHERE order_id = %s",
    "SELECT * FROM core_event WHERE order_id = %s ORDER BY at, id",
)
ROUNDS_SECONDS = 3
_DEPTHS = (0.01, 0.5, 0.99)

Session = psycopg.Connection[dict[str, Any]]


def measure(size: Size) -> Iterator[Figure]:
    """Each list against the bare statement, its count likewise, pages far down against the first, one order."""
    grown.grow(size.order_lines)
    with psycopg.connect(ground.SUPERUSER, autocommit=True, row_factory=dict_row) as session:
        session.execute(b'SET search_path = "c_acme", public')
        with scope.client(ground.CLIENT):
            clock = processor(session.info.backend_pid, ground.server_of_django())
            cases = CASES | {f"search {name}": _searched(words) for name, words in SEARCHES.items()}
            for name, case in cases.items():
                yield _listed(session, name, *case, size.rounds, clock)
                yield _counted(session, name, *case, size.rounds, clock)
                yield _deep(name, case[0], size.rounds, clock)
            yield _by_phase(session, size.rounds, clock)
            yield _one_order(session, size.rounds, clock)


def _searched(words: str) -> tuple[Filters, str]:
    if not words:
        phone = Order.objects.order_by("pk").values_list("buyer_phone", flat=True)[1000]
        words = phone.replace("+81", "0")
    return Filters(text=words), f"o.search LIKE '%{search_key(words)}%'"


def _against(one: float, other: float) -> str:
    return f"{one * 1e3:.2f} against {other * 1e3:.2f} ms"


def _order_by(filters: Filters) -> str:
    return ", ".join(f"o.{name.removeprefix('-')}{' DESC' if name[0] == '-' else ''}" for name in filters.order)


def _listed(session: Session, name: str, filters: Filters, where: str, rounds: int, clock: Clock) -> Figure:
    statement = _BARE.format(where=where, order=_order_by(filters), rows=PAGE_ROWS + 1)
    bare = session.execute(statement.encode()).fetchall()[:PAGE_ROWS]
    if [row["id"] for row in bare] != [row.pk for row in listing.page(filters, at=ground.NOW).rows]:
        raise RuntimeError(f"The list '{name}' does not show what the bare statement finds.")
    ours, least = _in_turns(_page(filters, ""), lambda: session.execute(statement.encode()).fetchall(), rounds, clock)
    return Figure(f"list, {name} / bare statement", ours / least, "×", 2.0, detail=_against(ours, least))


def _counted(session: Session, name: str, filters: Filters, where: str, rounds: int, clock: Clock) -> Figure:
    statement = _BARE_COUNT.format(where=where, most=listing.COUNT_LIMIT + 1).encode()
    ours, least = _in_turns(
        lambda: listing.count(filters, at=ground.NOW), lambda: session.execute(statement).fetchall(), rounds, clock
    )
    return Figure(f"how many, {name} / bare statement", ours / least, "×", 2.0, detail=_against(ours, least))


def _by_phase(session: Session, rounds: int, clock: Clock) -> Figure:
    statement = b"SELECT phase, count(*) FROM orders_order GROUP BY phase"
    ours, least = _in_turns(
        lambda: listing.by_phase(most=listing.COUNT_LIMIT), lambda: session.execute(statement).fetchall(), rounds, clock
    )
    return Figure("orders by phase / bare statement", ours / least, "×", 2.0, detail=_against(ours, least))


def _deep(name: str, filters: Filters, rounds: int, clock: Clock) -> Figure:
    """The slowest of pages far down against the first."""
    keys = [field.removeprefix("-") for field in filters.order]
    found = listing.matching(filters, at=ground.NOW).order_by(*filters.order).values_list(*keys)
    total = found.count()
    worst = (0.0, 0.0, 0.0)
    for depth in _DEPTHS if total > 2 * PAGE_ROWS else ():
        place = min(round(total * depth), total - PAGE_ROWS - 2)
        after = cursor_at(found[place])
        deep, first = _in_turns(_page(filters, after), _page(filters, ""), rounds, clock)
        worst = max(worst, (deep / first, deep, first))
    ratio, deep, first = worst
    return Figure(f"far down / first page, {name}", ratio, "×", 1.2, detail=f"{_against(deep, first)}, {total} rows")


def _page(filters: Filters, after: str) -> Callable[[], object]:
    return lambda: listing.page(filters, at=ground.NOW, after=after)


def _one_order(session: Session, rounds: int, clock: Clock) -> Figure:
    pk = Order.objects.filter(phase="completed").order_by("pk").values_list("pk", flat=True)[500]

    def ours() -> None:
        detail.of_order(pk)
        timeline.of_order(pk)

    def bare() -> None:
        for statement in _BARE_DETAIL:
            session.execute(statement.encode(), [pk]).fetchall()

    mine, least = _in_turns(ours, bare, rounds, clock)
    return Figure("one order / a statement a table", mine / least, "×", 2.0, detail=_against(mine, least))


def _in_turns(ours: Callable[[], object], bare: Callable[[], object], rounds: int, clock: Clock) -> tuple[float, float]:
    """As alternating, but what takes long is not asked so often."""
    once = timed(lambda: alternating(ours, bare, 2)) / 6
    return alternating(ours, bare, max(5, min(rounds, round(ROUNDS_SECONDS / once))), clock)
