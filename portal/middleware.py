"""What every request passes: request id and metrics, host and scope, language, and who one is here."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import cast

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils import translation

from core import scope
from portal import errors, metrics
from tenants import queries
from tenants.doors import PortalRequest

GetResponse = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("portal.request")


class Observability:
    """Gives each request an id, binds it to the logs, counts and times it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        cast(PortalRequest, request).request_id = request_id
        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - begun
            metrics.count_request(request, response, seconds)
            if response.status_code >= 500:
                log.error("request_failed", path=request.path, status=response.status_code)
        response["X-Request-Id"] = request_id
        return response


class Host:
    """Finds out whose host was called and does the whole request in that scope, in one transaction.

    Unknown host: 404. Inactive client: a page that says so. A response of 500 and above undoes what was written.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        met = cast(PortalRequest, request)
        met.client = None
        met.side = "operator"
        if request.path.startswith("/health/"):
            return self.get_response(request)
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

    def _serve(self, request: HttpRequest, where: scope.Scope) -> HttpResponse:
        with scope.enter(where):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class Language:
    """Japanese unless the person, or a visitor's cookie, says otherwise. The browser's wishes are not asked."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wished = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        known = {code for code, _name in settings.LANGUAGES}
        with translation.override(wished if wished in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class Membership:
    """Binds the person to the logs once it is known that there is one; the doors look up the role."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with structlog.contextvars.bound_contextvars(person=request.user.pk):
                return self.get_response(request)
        return self.get_response(request)
