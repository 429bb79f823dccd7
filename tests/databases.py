"""Databases for tests: one template, upgraded once per state of the migrations, cloned for whoever needs one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from portal.bootstrap import bootstrap
from portal.endpoints import postgres_url, run_directory
from tenants import queries
from tests import laws
from tests.environment import ROOT, VAR

SUPERUSER = postgres_url(VAR, user="postgres", database="postgres")


def _fingerprint() -> str:
    """A hash over everything that decides what an upgraded database looks like."""
    digest = hashlib.sha256()
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), *ROOT.glob("tenants/*.py")]
    for path in sorted([*sources, ROOT / "tenants" / "bootstrap.sql", ROOT / "requirements.txt"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (VAR / "databases.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _exists(session: psycopg.Connection, name: str) -> bool:
    return session.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def upgrade(database: str) -> None:
    """Run `manage.py upgrade` on the database, in a process of its own."""
    url = postgres_url(VAR, user="portal", database=database)
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "upgrade", "--verbosity=0"],
        env={**os.environ, "DATABASE_URL": url},
        check=True,
        cwd=ROOT,
    )


def _template() -> str:
    name = f"t_template_{_fingerprint()}"
    with psycopg.connect(SUPERUSER, autocommit=True) as session:
        if not _exists(session, name):
            unfinished = f"{name}_new"
            session.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
            bootstrap(SUPERUSER, postgres_url(VAR, user="portal", database=unfinished))
            upgrade(unfinished)
            session.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def make(database: str) -> None:
    """Make `database` anew as a clone of the template, with none of its clients' roles left over."""
    with _one_at_a_time(), psycopg.connect(SUPERUSER, autocommit=True) as session:
        template = _template()
        drop(session, database)
        session.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" OWNER portal_owner')


@contextmanager
def committing(database: str) -> Iterator[None]:
    """Work in a database of its own, made anew, where transactions commit and other connections see it."""
    make(database)
    held = connections["default"]
    before = held.settings_dict["NAME"]
    held.close()
    held.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database
    queries.forget_hosts()
    try:
        yield
        laws.check()
    finally:
        held.close()
        held.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = before
        queries.forget_hosts()
        with psycopg.connect(SUPERUSER, autocommit=True) as session:
            drop(session, database)


@contextmanager
def of_portal(var: Path) -> Iterator[None]:
    """Work in the database of a portal that runs by itself below var, as its processes do."""
    held = connections["default"]
    theirs = {"NAME": "portal", "OPTIONS": {}, "HOST": str(run_directory(var) / "postgres")}
    before = {key: held.settings_dict[key] for key in theirs}
    held.close()
    held.settings_dict.update(theirs)
    queries.forget_hosts()
    try:
        yield
    finally:
        held.close()
        held.settings_dict.update(before)
        queries.forget_hosts()


def drop(session: psycopg.Connection, database: str) -> None:
    """Drop the database and the roles of its clients."""
    session.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    roles = session.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [f"{database}:"]).fetchall()
    for (role,) in roles:
        session.execute(f'DROP ROLE "{role}"')


def prepare() -> Path:
    """The folder of the tests' services, made."""
    VAR.mkdir(parents=True, exist_ok=True)
    return VAR
