"""A file of ネクストエンジン to committed orders, events, work items and clocks.

Limit: bare COPY of every row that it wrote, into the same indexed tables. Peer: django-import-export in bulk, which is
given the cleaned orders and their lines and writes nothing else.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import psycopg
import tablib
from import_export import resources

from bench import ground
from bench.figures import REPEATS, Figure, Size, timed
from core import scope
from core.events import SYSTEM
from integrations.channels.nextengine.sample import SHOP
from integrations.channels.samples import make
from orders.models import Channel, Intake, Line, Order
from orders.services import intake

LINES_PER_ORDER = 1.8
SCHEMAS = [scope.schema_of(ground.CLIENT), "public"]
NOT_WRITTEN = ("orders_intake", "jobs_job")
"""What the sending of the file writes, not its reading."""
KEPT = ".documents_"
"""Tables in which the file itself is kept as a document: a row or two a file, whatever it holds."""


def measure(size: Size) -> list[Figure]:
    """Time against COPY and the peer, growth from a tenth of the orders, memory."""
    runs = [against_copy(_file(size.intake_lines, seed)) for seed in range(REPEATS)]
    ours, bare, lines = (statistics.median(column) for column in zip(*runs, strict=True))
    peer = _peer(size.peer_orders)
    tenth, few, _rows = _median_small(size)
    growth = (ours / lines) / (tenth / few)
    return [
        Figure("intake / bare COPY", ours / bare, "×", 1.0, detail=f"{lines:.0f} lines {ours:.2f} s, {bare:.2f} s"),
        Figure(
            "intake over django-import-export", peer / (ours / lines), "×", 20, "least",
            f"{ours / lines * 1e6:.0f} against {peer * 1e6:.0f} µs a line",
        ),
        Figure("time per line at 10 × the orders", growth, "×", 1.1, detail=f"{few:.0f} → {lines:.0f} lines"),
        _memory(size.memory_lines),
    ]  # fmt: skip


def _median_small(size: Size) -> tuple[float, float, int]:
    runs = [run(_file(size.intake_lines // 10, 100 + nth), keep=False) for nth in range(REPEATS)]
    return statistics.median(r[0] for r in runs), statistics.median(r[1] for r in runs), REPEATS


def _file(lines: int, seed: int) -> bytes:
    return make(SHOP, orders=round(lines / LINES_PER_ORDER), seed=seed, month="2026-10").data


def run(data: bytes, *, keep: bool, channel: str = "shop", name: str = "orders.csv") -> tuple[float, int]:
    """Seconds and lines of one file from kept bytes to commit, into empty tables; emptied again unless kept."""
    with scope.client(ground.CLIENT):
        shop = Channel.objects.get(code=channel)
        made = intake.submit(shop, file_name=name, data=data, actor=SYSTEM, at=ground.NOW)

    def read() -> None:
        with scope.client(ground.CLIENT):
            intake.run(made.pk, at=ground.NOW)

    seconds = timed(read)
    with scope.client(ground.CLIENT):
        rows = Intake.objects.get(pk=made.pk).rows
    if not keep:
        _empty()
    return seconds, rows


def against_copy(data: bytes, *, channel: str = "shop") -> tuple[float, float, int]:
    """Seconds of the file, seconds of bare COPY of the rows it wrote, and its lines."""
    with ground.superuser() as session:
        before = _counts(session)
        ours, rows = run(data, keep=True, channel=channel)
        grown = [
            table
            for table, count in _counts(session).items()
            if count > before[table] and not table.endswith(NOT_WRITTEN) and KEPT not in table
        ]
        kept = {table: _dump(session, table) for table in grown}
        _empty()
        bare = timed(lambda: _load(session, kept))
    _empty()
    return ours, bare, rows


def _counts(session: psycopg.Connection) -> dict[str, int]:
    tables = session.execute(
        "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = ANY(%s)", [SCHEMAS]
    ).fetchall()
    return {table: _count(session, table) for (table,) in tables}


def _count(session: psycopg.Connection, table: str) -> int:
    row = session.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    return int(row[0]) if row else 0


def _columns(session: psycopg.Connection, table: str) -> str:
    columns = session.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    ).fetchone()
    return str(columns[0]) if columns else ""


def _dump(session: psycopg.Connection, table: str) -> tuple[str, list[bytes]]:
    columns = _columns(session, table)
    with session.cursor().copy(f"COPY {table} ({columns}) TO STDOUT (FORMAT csv)".encode()) as rows:
        data = b"".join(bytes(block) for block in rows)
    return columns, [data[nth : nth + (1 << 20)] for nth in range(0, len(data), 1 << 20)]


def _load(session: psycopg.Connection, kept: dict[str, tuple[str, list[bytes]]]) -> None:
    with session.transaction():
        for table, (columns, blocks) in kept.items():
            with session.cursor().copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)".encode()) as target:
                for block in blocks:
                    target.write(block)


def _empty() -> None:
    own = SCHEMAS[0]
    with ground.superuser() as session:
        session.execute(
            f'TRUNCATE "{own}".orders_order, "{own}".core_event, "{own}".sla_clock, "{own}".orders_refusedrow,'
            " operations_workitem, operations_refill, operations_tally CASCADE".encode()
        )
        session.execute("CHECKPOINT")


TUNED = {
    "use_bulk": True,
    "batch_size": 1000,
    "skip_diff": True,
    "skip_html_diff": True,
    "force_init_instance": True,
    "use_transactions": False,
}
"""In bulk, no diffs, no look-up of what is known."""


def _peer(orders: int) -> float:
    """Seconds a line of the peer, on orders that stand in the table and are written once more into empty ones."""
    run(_file(round(orders * LINES_PER_ORDER), 50), keep=True)
    with scope.client(ground.CLIENT):
        peers = [resources.modelresource_factory(model, meta_options=TUNED)() for model in (Order, Line)]
        sets = [(peer, peer.export()) for peer in peers]
    _empty()

    def write() -> None:
        with scope.client(ground.CLIENT):
            for resource, data in sets:
                _import(resource, data)

    seconds = timed(write) / max(1, len(sets[1][1]))
    _empty()
    return seconds


def _import(resource: resources.ModelResource, data: tablib.Dataset) -> None:
    resource.import_data(data, dry_run=False, raise_errors=True)


@contextmanager
def highest() -> Iterator[Callable[[], float]]:
    """Samples the memory of this process; gives the growth in MB so far."""
    process, over = psutil.Process(), threading.Event()
    begun = highest = process.memory_info().rss

    def watch() -> None:
        nonlocal highest
        while not over.is_set():
            highest = max(highest, process.memory_info().rss)
            time.sleep(0.01)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: (highest - begun) / 2**20
    finally:
        over.set()
        thread.join()


def _memory(lines: int) -> Figure:
    data = _file(lines, 60)
    with highest() as growth:
        _seconds, rows = run(data, keep=False)
        return Figure("memory of an intake", growth(), "MB", 256, detail=f"growth of the process over {rows} lines")
