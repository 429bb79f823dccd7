from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer
from psycopg import conninfo

from portal.bootstrap import bootstrap
from portal.commands import bootstrap as command
from portal.endpoints import postgres_url
from portal.processes import CannotStart
from tests.databases import SUPERUSER
from tests.environment import VAR, WORKER

ROOT = Path(__file__).resolve().parents[2]
DATABASE, LOGIN = f"b_{WORKER}", f"b_{WORKER}_login"
WANTED = f"postgresql://{LOGIN}:first'%22secret@/{DATABASE}?host={VAR / 'run' / 'postgres'}"


@pytest.fixture
def _nothing_yet() -> Iterator[None]:
    yield
    with psycopg.connect(SUPERUSER, autocommit=True) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{DATABASE}"')
        session.execute(f'DROP ROLE IF EXISTS "{LOGIN}"')


def in_database(query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo.make_conninfo(SUPERUSER, dbname=DATABASE)) as session:
        return session.execute(query).fetchall()


@pytest.mark.usefixtures("_nothing_yet")
def test_database_login_and_extension_are_made_and_may_be_made_again() -> None:
    bootstrap(SUPERUSER, WANTED)
    first = in_database(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{LOGIN}'")
    bootstrap(SUPERUSER, WANTED)

    assert str(first[0][0]).startswith("SCRAM-SHA-256$")
    assert in_database("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'") == [("pg_trgm",)]
    collation = f"SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = '{DATABASE}'"
    assert in_database(collation) == [("C.UTF-8", "UTF8")]
    with psycopg.connect(WANTED) as session:
        assert session.execute("SELECT current_user").fetchone() == (LOGIN,)
        session.execute("SET ROLE portal_operator")


def test_a_server_that_is_away_is_said_by_the_variable(tmp_path: Path) -> None:
    away = postgres_url(tmp_path, user="postgres", database="postgres")

    with pytest.raises(CannotStart, match="DATABASE_SUPERUSER_URL"):
        bootstrap(away, WANTED)


def test_the_command_asks_for_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_SUPERUSER_URL", raising=False)

    with pytest.raises(CannotStart, match="Set DATABASE_URL"):
        command.run(Namespace())


@pytest.fixture
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.usefixtures("_nothing_yet")
def test_the_command_makes_database_and_bucket_once(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "DATABASE_SUPERUSER_URL": SUPERUSER,
        "DATABASE_URL": WANTED,
        "S3_ENDPOINT_URL": s3,
        "S3_BUCKET": "portal-files",
        "S3_ACCESS_KEY": "key",
        "S3_SECRET_KEY": "secret",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert (command.run(Namespace()), command.run(Namespace())) == (0, 0)
    client = boto3.client(
        "s3", endpoint_url=s3, aws_access_key_id="key", aws_secret_access_key="secret", region_name="ap-northeast-1"
    )
    assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]].count("portal-files") == 1


def test_the_deployment_takes_every_secret_from_the_environment_and_defaults_none() -> None:
    used = re.findall(r"\$\{([A-Z0-9_]+)([^}]*)\}", (ROOT / "docker-compose.yml").read_text())
    offered = re.findall(r"^([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)

    # The port, and the address at which browsers reach the S3 server: nothing secret, and both may be left out.
    # Without a secret of the mail provider its door stays closed.
    optional = {("PORT", ":-8000"), ("S3_PUBLIC_ENDPOINT_URL", ":-"), ("MAIL_WEBHOOK_SECRET", ":-")}
    assert {(name, rest) for name, rest in used if not rest.startswith(":?")} <= optional
    assert {name for name, _ in used} - {"PORT"} == {name for name, _ in offered}
    assert {value for _, value in offered} == {""}
