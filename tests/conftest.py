from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from hypothesis import settings as hypothesis_settings

from core import scope
from core.events import Actor
from portal.embedded import Services
from tests import databases, environment, laws

OPERATOR = Actor("person", "1", "受注 花子")
TOKYO = ZoneInfo("Asia/Tokyo")

# Machines are noisy: how long an example takes says nothing of what it proves.
hypothesis_settings.register_profile("portal", deadline=None)
hypothesis_settings.load_profile("portal")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    services = Services(databases.prepare(), durable=False)
    services.start()
    config.add_cleanup(services.stop)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes, and objects whose repr holds an address, are named by the argument: all workers collect the same."""
    return argname if isinstance(val, bytes) or " at 0x" in repr(val) else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> None:
    """A fresh database with two clients that must never see each other."""
    from tenants import services

    databases.make(environment.DATABASE)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for code, name in (("acme", "アクメ商事株式会社"), ("bravo", "ブラボー物産株式会社")):
            services.create_client(code=code, name=name, actor=OPERATOR, at=datetime(2026, 1, 5, tzinfo=UTC))


@pytest.fixture(autouse=True)
def hosts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test asks for a host once, however long it takes: what it counts of queries depends on no clock."""
    hosts = import_module("tenants.queries.companies")  # its package has a function of the same name
    hosts.forget_hosts()
    monkeypatch.setattr(hosts, "CACHED_SECONDS", 3600.0)


@pytest.fixture(autouse=True)
def phases_are_derived(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did in its transaction, the phase of every order it leaves is the one that its facts give."""
    if "db" not in request.fixturenames and request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")
    yield
    if connection.is_usable() and not connection.needs_rollback:  # else what it wrote is gone
        laws.check()


@pytest.fixture
def acme(db: None) -> Iterator[str]:
    """Work as the client acme."""
    with scope.client("acme"):
        yield "acme"


@pytest.fixture
def as_operator(db: None) -> Iterator[None]:
    """Work as the operator, outside of any client."""
    with scope.operator():
        yield


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """Japanese wall-clock time as an aware datetime: at("2026-03-02 09:00")."""
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


@pytest.fixture(scope="module")
def own_database(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """A database of the module's own, with the client acme, for tests whose work commits."""
    from tenants import services

    blocker: Any = django_db_blocker
    with blocker.unblock(), databases.committing(f"{environment.DATABASE}_own"):
        services.create_client(code="acme", name="アクメ商事", actor=OPERATOR, at=datetime(2026, 1, 5, tzinfo=UTC))
        yield


@pytest.fixture
def committed(own_database: None) -> None:
    """A database of the module's own with the client acme and nobody in it, where requests and jobs commit."""
    from tenants import queries
    from tenants.models import Client

    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE tenants_person, tenants_accesslog, tenants_session, tenants_invitation, jobs_job CASCADE"
        )
        Client.objects.update(mfa_required=False, state=Client.ACTIVE)
    queries.forget_hosts()


@pytest.fixture
def no_cache(tmp_path: Path) -> Iterator[None]:
    """The cache is away: nobody listens where it should be."""
    away = {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/away.sock?db=0"}
    with override_settings(CACHES={"default": away}):
        yield


@pytest.fixture
def host() -> Callable[[str], str]:
    """The host name of a client: host("acme"); host("") is the operator's."""
    return lambda code: f"{code}.{settings.BASE_DOMAIN}" if code else settings.BASE_DOMAIN
