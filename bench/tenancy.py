"""What the walls between clients cost: over plain Django, for each request and for each query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from bench import ground
from bench.figures import Figure, Size, alternating
from core import scope
from portal.middleware import Host

_OWN = "SELECT id, code, name FROM orders_channel WHERE code = %s"
_SHARED = "SELECT id, kind, state FROM operations_workitem WHERE client = 'acme' AND id = %s"


def measure(size: Size) -> list[Figure]:
    """A request is a transaction with one query in it: behind the host's door, and in plain Django."""
    rounds = size.rounds * 5
    plain = _plain()
    try:
        ours, theirs = alternating(_request(), _plain_request(plain), rounds)
        own = _query(plain, _OWN, ["shop"], rounds)
        shared = _query(plain, _SHARED, [0], rounds)
    finally:
        plain.close()
    return [
        Figure("tenancy over plain Django, a request", (ours - theirs) * 1e6, "µs", 50, detail=_against(ours, theirs)),
        Figure("the same, a query on the client's table", (own[0] - own[1]) * 1e6, "µs", 20, detail=_against(*own)),
        Figure("the same, a query past a wall", (shared[0] - shared[1]) * 1e6, "µs", 20, detail=_against(*shared)),
    ]


def _against(one: float, other: float) -> str:
    return f"{one * 1e6:.0f} against {other * 1e6:.0f} µs"


def _plain() -> DatabaseWrapper:
    """Django's own connection, as somebody whom no wall concerns, with the client's schema for its only one."""
    options = {**connection.settings_dict["OPTIONS"], "options": "-c search_path=c_acme,public"}
    changed = {"ENGINE": "django.db.backends.postgresql", "USER": "postgres", "OPTIONS": options}
    return DatabaseWrapper({**connection.settings_dict, **changed}, alias="plain")


def _one_query(held: Any) -> HttpResponse:
    with held.cursor() as cursor:
        cursor.execute(_OWN, ["shop"])
        cursor.fetchall()
    return HttpResponse("")


def _request() -> Callable[[], object]:
    host = Host(lambda _request: _one_query(connection))
    request = RequestFactory(HTTP_HOST=f"{ground.CLIENT}.{settings.BASE_DOMAIN}").get("/")
    return lambda: host(request)


def _plain_request(plain: DatabaseWrapper) -> Callable[[], object]:
    request = RequestFactory(HTTP_HOST=f"{ground.CLIENT}.{settings.BASE_DOMAIN}").get("/")

    def serve(asked: HttpRequest) -> HttpResponse:
        asked.get_host()
        plain.set_autocommit(False)
        response = _one_query(plain)
        plain.commit()
        plain.set_autocommit(True)
        return response

    return lambda: serve(request)


def _query(plain: DatabaseWrapper, statement: str, values: list[object], rounds: int) -> tuple[float, float]:
    """Seconds of one query inside a running transaction, in the client's scope and in plain Django."""

    def ask(held: Any) -> None:
        with held.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.fetchall()

    plain.set_autocommit(False)
    with scope.client(ground.CLIENT):
        times = alternating(lambda: ask(connection), lambda: ask(plain), rounds)
    plain.rollback()
    plain.set_autocommit(True)
    return times
