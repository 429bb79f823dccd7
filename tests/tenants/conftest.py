from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from core import scope
from portal.urls import shared
from tenants.doors import PortalRequest, page
from tests import databases, environment
from tests.conftest import OPERATOR


@pytest.fixture(scope="module")
def own_database(django_db_blocker: Any) -> Iterator[None]:
    from tenants import services

    with django_db_blocker.unblock(), databases.committing(f"{environment.DATABASE}_own"):
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


@pytest.fixture(autouse=True)
def unlimited() -> None:
    """Nobody's attempts from another test count against this one's."""
    cache.clear()


@page(None)
def _probe(request: PortalRequest) -> HttpResponse:
    return HttpResponse(request.person.name)


class _Urls:
    handler403, handler404, handler500 = shared.handler403, shared.handler404, shared.handler500
    urlpatterns = [*shared.urlpatterns, path("probe", _probe), path("", _probe)]


@pytest.fixture
def probe() -> Iterator[None]:
    """A page at /probe on both hosts that opens for everybody who belongs there."""
    with override_settings(ROOT_URLCONF=_Urls, CLIENT_URLCONF=_Urls):
        yield
