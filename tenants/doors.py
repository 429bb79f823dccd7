"""The doors: how a page says who may pass. There is no other way to put a view behind a URL.

`@page(Permission.X)` on a view: nobody is sent to the log-in page, a stranger gets 404, a colleague without the
permission 403. On the operator's host the same page opens under /clients/<code>/, in that client's scope, after a
check that one of the person's teams serves it. What a page refuses is undone and shown as a sentence.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any, Literal, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from core import scope
from core.errors import Refused
from core.events import Actor
from tenants import queries
from tenants.models import Person
from tenants.queries import SECOND_FACTORS, ClientInfo
from tenants.roles import Permission, permissions_of

View = Callable[..., HttpResponseBase]


MOUNT = "client"


class PortalRequest(HttpRequest):
    """A request past the door.

    client: whose things are looked at, None on the operator's own pages. side: whose host it came in at.
    role, permissions: what the person is at the company whose host it is. actor: who acts, as the record names them.
    """

    side: Literal["client", "operator"]
    client: ClientInfo | None
    person: Person
    role: str
    permissions: frozenset[Permission]
    actor: Actor
    request_id: str


def introduce(request: HttpRequest) -> None:
    """Note on the request who is here, where somebody is logged in. Called once, by the middleware."""
    if request.user.is_authenticated:
        met = cast(PortalRequest, request)
        met.person = request.user
        met.role = met.person.role_here
        met.permissions = permissions_of(met.role)
        met.actor = Actor("person", str(met.person.pk), met.person.name)


def actor_of(request: PortalRequest) -> Actor:
    """Who acts in this request, as the record names them."""
    return request.actor


def page(
    permission: Permission | None,
    *,
    methods: tuple[str, ...] = ("GET",),
    side: Literal["client", "operator", "both"] = "both",
) -> Callable[[View], View]:
    """Put a view behind the permission. None: any person of the company. side: on which hosts the page exists."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def door(request: HttpRequest, *args: Any, client_code: str | None = None, **kwargs: Any) -> HttpResponseBase:
            if request.method not in (*methods, *(("HEAD",) if "GET" in methods else ())):
                return HttpResponseNotAllowed(methods)
            met = _meet(request, side)
            if isinstance(met, HttpResponse):
                return met
            if client_code is None:
                return _pass(met, view, permission, args, kwargs)
            met.client = _served(met, client_code)
            with scope.client(met.client.code):
                return _pass(met, view, permission, args, kwargs)

        door.permission = permission  # type: ignore[attr-defined]
        door.methods = methods  # type: ignore[attr-defined]
        door.side = side  # type: ignore[attr-defined]
        return door

    return wrap


def public(view: View) -> View:
    """A page for everybody: it says so, so that the test over all URLs finds no page that says nothing."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def url(request: HttpRequest, name: str, *args: object, client: str = "") -> str:
    """The address of the page `name`, for whoever reads this request.

    On a client's host and for the operator's own pages it is what Django's reverse gives. A client's page that is
    opened by the operator lies under /clients/<code>/: of the client at hand, or of `client` where that is given (for
    lists over several clients). Raises NoReverseMatch for a page that does not exist.
    """
    urlconf = getattr(request, "urlconf", None)
    at_hand: ClientInfo | None = getattr(request, "client", None)
    code = client or (at_hand.code if at_hand else "")
    if getattr(request, "side", "operator") == "client" or not code:
        return reverse(name, urlconf, args=args)
    try:
        return reverse(f"{MOUNT}:{name}", urlconf, args=(code, *args))
    except NoReverseMatch:
        return reverse(name, urlconf, args=args)


def second_factor_missing(request: PortalRequest) -> bool:
    """Whether the company asks for a second factor and this session has not shown one."""
    asked = request.side == "operator" or (request.client is not None and request.client.mfa_required)
    return asked and not any(
        record.get("method") == "mfa" for record in get_authentication_records(request, request.person)
    )


def _meet(request: HttpRequest, side: str) -> PortalRequest | HttpResponse:
    met = cast(PortalRequest, request)
    if side not in ("both", met.side):
        raise Http404
    if not request.user.is_authenticated:
        return _send_to(request, reverse("account_login"), next=_asked_for(request))
    if not met.role:
        raise Http404
    if second_factor_missing(met):
        if is_mfa_enabled(met.person, SECOND_FACTORS):
            return _send_to(request, reverse("mfa_reauthenticate"), next=_asked_for(request))
        return _send_to(request, reverse("mfa_index"), asked="1")
    return met


def _asked_for(request: HttpRequest) -> str:
    """The page that the person wanted to see: the one around it, where a part of a page was asked for."""
    if getattr(request, "htmx", False) or request.method not in ("GET", "HEAD"):
        around = urlsplit(request.headers.get("HX-Current-URL", "") or request.headers.get("Referer", ""))
        return f"{around.path or '/'}{'?' + around.query if around.query else ''}"
    return request.get_full_path()


def _send_to(request: HttpRequest, address: str, **query: str) -> HttpResponse:
    address = f"{address}?{urlencode(query, safe='/')}" if query else address
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _served(request: PortalRequest, code: str) -> ClientInfo:
    client = queries.served_client(request.person.pk, request.role, code) if request.side == "operator" else None
    if client is None:
        raise Http404
    return client


def _pass(
    request: PortalRequest, view: View, permission: Permission | None, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponseBase:
    if permission is not None and permission not in request.permissions:
        raise PermissionDenied
    # What a page that writes refuses, or fails at, leaves nothing behind; a page that reads is spared the savepoint.
    writes = request.method not in ("GET", "HEAD")
    try:
        with transaction.atomic() if writes else contextlib.nullcontext():
            response = view(request, *args, **kwargs)
    except Refused as refusal:
        response = refuse(request, refusal)
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response


def refuse(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Send the person back to the page they came from, with the sentence."""
    messages.error(request, str(refusal))
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=settings.PRODUCTION):
        back = "/"
    return _send_to(request, back)
