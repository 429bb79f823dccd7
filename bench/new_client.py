"""A new client with its schema, role and tables: from the recorded changes, and from a schema made ahead."""

from __future__ import annotations

import itertools
import statistics

from bench import ground
from bench.figures import Figure, Size, timed
from core.events import SYSTEM
from tenants import schemas
from tenants.services import create_client

_codes = itertools.count(1)


def measure(size: Size) -> list[Figure]:
    """Both ways; the first client of a process reads the changes and is not counted."""
    clients = size.rounds // 40
    _made()
    replayed = statistics.median(_made() for _nth in range(clients))
    for _nth in range(clients):
        schemas.make_spare()
    ahead = statistics.median(_made() for _nth in range(clients))
    tables = _tables()
    return [
        Figure("new client from recorded changes", replayed, "s", 0.5, detail=f"{tables} tables"),
        Figure("new client from a schema made ahead", ahead * 1e3, "ms", 10, detail="with its row, host and log entry"),
    ]


def _made() -> float:
    code = f"bench-{next(_codes)}"
    return timed(lambda: create_client(code=code, name=code, actor=SYSTEM, at=ground.NOW))


def _tables() -> int:
    with ground.superuser() as session:
        row = session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'c_bench-1'").fetchone()
    return int(row[0]) if row else 0
