from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from portal.urls import shared
from tenants.doors import PortalRequest, page


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
