"""What every request passes: request id and metrics, host and scope, language, and who one is here."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import cast

import redis
import structlog
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.utils import translation

from core import scope
from portal import errors, health, metrics
from tenants import doors, queries, services
from tenants.doors import PortalRequest

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("portal.request")

# Asked by machines, of whatever host name: no client, no session, no scope.
PROBES: dict[str, Callable[[HttpRequest], HttpResponseBase]] = {
    "/health/live": health.live,
    "/health/ready": health.ready,
    "/metrics": metrics.page,
}


class Observability:
    """Gives each request an id, binds it to the logs and to the access log, counts and times it; answers the probes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = uuid.uuid4().hex
        cast(PortalRequest, request).request_id = request_id
        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = PROBES.get(request.path, self._serve)(request)
            metrics.count_request(request, response, time.perf_counter() - begun)
            if response.status_code >= 500:
                log.error("request_failed", path=request.path, status=response.status_code)
        response["X-Request-Id"] = request_id
        return response

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        request_id = cast(PortalRequest, request).request_id
        here = services.origin.set(services.Origin(ip=get_client_ip(request), request_id=request_id))
        try:
            return self.get_response(request)
        finally:
            services.origin.reset(here)


class Host:
    """Finds out whose host was called and does the whole request in that scope, in one transaction.

    Unknown host: 404. Inactive client: a page that says so. A response of 500 and above undoes what was written.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        met = cast(PortalRequest, request)
        met.client = None
        met.side = "operator"
        host = split_domain_port(request.get_host())[0].lower()
        if host == settings.BASE_DOMAIN or (host == "127.0.0.1" and not settings.PRODUCTION):
            return self._serve(request, scope.OPERATOR)
        client = queries.client_of_host(host)
        if client is None:
            return errors.unknown_host(request)
        if not client.is_active:
            return errors.inactive_client(request, client.name)
        met.client = client
        met.side = "client"
        request.urlconf = settings.CLIENT_URLCONF
        with structlog.contextvars.bound_contextvars(client=client.code):
            return self._serve(request, scope.of_client(client.code))

    def _serve(self, request: HttpRequest, where: scope.Scope) -> HttpResponseBase:
        with scope.enter(where):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class Outages:
    """Where a page cannot do without the cache (a log-in counts its attempts there) and it is away, says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Django's, with what a view raised."""
        if not isinstance(exception, redis.ConnectionError | redis.TimeoutError):
            return None
        log.error("cache_away", reason=str(exception))
        return errors.unavailable(request)


class Language:
    """Japanese unless the person, or a visitor's cookie, says otherwise. The browser's wishes are not asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wished = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        known = {code for code, _name in settings.LANGUAGES}
        with translation.override(wished if wished in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class Membership:
    """Notes on the request, and binds to the logs, who is here: the doors ask no more than that."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        doors.introduce(request)
        if request.user.is_authenticated:
            with structlog.contextvars.bound_contextvars(person=request.user.pk):
                return self.get_response(request)
        return self.get_response(request)
