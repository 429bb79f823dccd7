"""Claiming the next item by 16 operators at once, against an update of one row by its key by as many."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from django.db import connection

from bench import ground
from bench.figures import Figure, Size
from core import scope
from operations.kinds import KINDS
from operations.services import claim_next

OPERATORS = 16
_FILL = """
    INSERT INTO operations_workitem (client, kind, subject_kind, subject_id, order_id, title, due_at)
    SELECT 'acme', (%s::text[])[1 + g %% %s], 'order', g, g, 'A-' || g, timestamptz '2026-11-02' + g * interval '1 s'
      FROM generate_series(1, %s) g
"""
_BY_KEY = """
    UPDATE operations_workitem SET state = 'claimed', holder_id = %s, holder_name = 'x', claimed_at = %s
     WHERE id = %s RETURNING *
"""


def measure(size: Size) -> list[Figure]:
    """Rates of both, and of claiming while somebody keeps an old snapshot."""
    by_key = _rate(_updates(_fill(size.work_items)), size.claim_seconds)
    _fill(size.work_items)
    alone = _rate(_claim, size.claim_seconds)
    _fill(size.work_items)
    with _old_snapshot():
        held = _rate(_claim, size.claim_seconds)
    _empty()
    return [
        Figure(
            "claim next / update by key", alone / by_key, "×", 0.6, "least",
            f"{alone:.0f} against {by_key:.0f} a second, {OPERATORS} at once, {size.work_items} items",
        ),
        Figure("claim next, slower under an old snapshot", alone / held, "×", 5, detail=f"{held:.0f} a second"),
    ]  # fmt: skip


def _fill(items: int) -> int:
    """Fill the emptied queue; the key of the first item."""
    kinds = sorted(KINDS)
    _empty()
    with ground.superuser() as session:
        session.execute(_FILL, [kinds, len(kinds), items])
        session.execute("VACUUM ANALYZE operations_workitem")
        row = session.execute("SELECT min(id) FROM operations_workitem").fetchone()
    return int(row[0]) if row else 0


def _empty() -> None:
    with ground.superuser() as session:
        session.execute("TRUNCATE operations_workitem, operations_refill")


def _claim(person: int) -> None:
    if claim_next(person, "受注 花子", clients=[ground.CLIENT], at=ground.NOW) is None:
        raise RuntimeError("The queue ran empty: it has to be longer for so many seconds.")


def _updates(first: int) -> Callable[[int], None]:
    keys = itertools.count(first)

    def update(person: int) -> None:
        with scope.operator(), connection.cursor() as cursor:
            cursor.execute(_BY_KEY, [person, ground.NOW, next(keys)])
            cursor.fetchall()

    return update


def _rate(work: Callable[[int], None], seconds: float) -> float:
    """How often a second the operators together get it done, each with a session of its own."""
    done = [0] * OPERATORS
    start = threading.Barrier(OPERATORS + 1)
    failed: list[BaseException] = []

    def operate(person: int) -> None:
        try:
            work(person)
            start.wait()
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                work(person)
                done[person] += 1
        except BaseException as error:
            failed.append(error)
            start.abort()
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=operate, args=[person]) for person in range(OPERATORS)]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return sum(done) / seconds


@contextmanager
def _old_snapshot() -> Iterator[None]:
    """Somebody's report, begun before and never done."""
    with closing(ground.superuser()) as session:
        session.execute("SET idle_in_transaction_session_timeout = 0")
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        session.execute("SELECT count(*) FROM operations_workitem")
        yield
        session.execute("ROLLBACK")
