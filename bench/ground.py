"""Where the benchmarks run: a durable cluster of their own below var/bench, a database made anew, one client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from portal.bootstrap import bootstrap
from portal.embedded import Services, ensure_secrets
from portal.endpoints import Endpoints, postgres_url

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("PORTAL_BENCH_VAR", ROOT / "var" / "bench")).resolve()
DATABASE = "bench"
URL = postgres_url(VAR, user="portal", database=DATABASE)
SUPERUSER = postgres_url(VAR, user="postgres", database=DATABASE)
CLIENT = "acme"
NOW = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)


@contextmanager
def prepared() -> Iterator[None]:
    """Django on a fresh database with the client CLIENT and a channel, for the length of the block."""
    with Services(VAR, durable=True) as services:
        ensure_secrets(VAR)
        _remake(services)
        os.environ.update(services.environment() | {"DATABASE_URL": URL, "PORTAL_VAR": str(VAR)})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        subprocess.run([sys.executable, ROOT / "manage.py", "upgrade", "--verbosity=0"], check=True, cwd=ROOT)
        _begin()
        yield


def superuser() -> psycopg.Connection:
    """A session beside Django's, past every wall."""
    return psycopg.connect(SUPERUSER, autocommit=True)


def server_of_django() -> int:
    """The process of the database that works for Django's session at hand."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _remake(services: Endpoints) -> None:
    with psycopg.connect(services.superuser_url, autocommit=True) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)'.encode())
        roles = session.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [f"{DATABASE}:"])
        for (role,) in roles.fetchall():
            session.execute(f'DROP ROLE "{role}"'.encode())
    bootstrap(services.superuser_url, URL)


def _begin() -> None:
    import django

    django.setup()
    from core import scope
    from core.events import SYSTEM
    from orders.models import Channel
    from sla.services import set_up_defaults
    from tenants import services

    with scope.operator():
        services.create_client(code=CLIENT, name="アクメ商事", actor=SYSTEM, at=NOW)
    with scope.client(CLIENT):
        set_up_defaults(at=datetime(2026, 1, 1, tzinfo=UTC))
        Channel.objects.create(code="shop", name="本店", profile="nextengine")
