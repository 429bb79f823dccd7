"""Is the process alive, and can it work: for load balancers and supervisors."""

from __future__ import annotations

from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from core import scope
from tenants.doors import public


@public
def live(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "live"})


@public
def ready(_request: HttpRequest) -> HttpResponse:
    """200 where database, broker and cache answer, else 503 with what does not."""
    checks: dict[str, Any] = {"database": _database, "broker": _broker, "cache": _cache}
    failed = {name: reason for name, check in checks.items() if (reason := check())}
    return JsonResponse({"status": "unready" if failed else "ready", "failed": failed}, status=503 if failed else 200)


def _database() -> str:
    try:
        with scope.operator(), scope.connection().cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return ""


def _broker() -> str:
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except Exception as error:  # noqa: BLE001 (whatever the broker's library raises means that it is away)
        return type(error).__name__
    return ""


def _cache() -> str:
    try:
        cache.set("health", 1, 5)
    except Exception as error:  # noqa: BLE001 (whatever the cache's library raises means that it is away)
        return type(error).__name__
    return ""
