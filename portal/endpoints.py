"""Where the built-in PostgreSQL and Valkey listen: sockets below var/, known without starting or asking anything."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SOCKET_PATH_LIMIT = 107


@dataclass(frozen=True)
class Endpoints:
    """Where the built-in services listen. A pure function of var/, so anyone may know it without starting them.

    database_url: as the login role `portal`. superuser_url: for the bootstrap and for tests that make databases.
    """

    database_url: str
    superuser_url: str
    broker_url: str
    cache_url: str

    @classmethod
    def below(cls, var: Path) -> Endpoints:
        """The endpoints of the services whose data is under `var`."""
        run = run_directory(var)
        valkey = quote(str(run / "valkey.sock"))
        return cls(
            database_url=postgres_url(var, user="portal", database="portal"),
            superuser_url=postgres_url(var, user="postgres", database="postgres"),
            broker_url=f"redis+socket://{valkey}?virtual_host=0",
            cache_url=f"unix://{valkey}?db=1",
        )

    def environment(self) -> dict[str, str]:
        """The same as variables of the portal's settings."""
        return {"DATABASE_URL": self.database_url, "BROKER_URL": self.broker_url, "CACHE_URL": self.cache_url}


def postgres_url(var: Path, *, user: str, database: str) -> str:
    """The URL of a database of the built-in server."""
    return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(run_directory(var) / 'postgres'))}"


def run_directory(var: Path) -> Path:
    """Where sockets and process records lie: var/run, or a short path in /tmp where that is too long for a socket."""
    run = var.resolve() / "run"
    if len(os.fsencode(run / "postgres" / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
        return run
    return Path(f"/tmp/portal-{hashlib.sha256(os.fsencode(run)).hexdigest()[:16]}")  # noqa: S108 (owner is checked)
