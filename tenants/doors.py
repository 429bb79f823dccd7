"""The doors: how a page says who may pass. There is no other way to put a view behind a URL.

`@page(Permission.X)` on a view: nobody is sent to the log-in page, a stranger gets 404, a colleague without the
permission 403. On the operator's host the same page opens under /clients/<code>/, in that client's scope, after a
check that one of the person's teams serves it. What a page refuses is shown as a sentence.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from core import scope
from core.errors import Refused
from core.events import Actor
from tenants import queries
from tenants.models import Person
from tenants.queries import ClientInfo
from tenants.roles import Permission, permissions_of

View = Callable[..., HttpResponse]


class PortalRequest(HttpRequest):
    """A request past the door.

    client: whose things are looked at, None on the operator's own pages. side: whose host it came in at.
    """

    side: Literal["client", "operator"]
    client: ClientInfo | None
    person: Person
    role: str
    permissions: frozenset[Permission]
    request_id: str

    @property
    def actor(self) -> Actor:
        """Who acts, as the record names them."""
        return actor_of(self)


def actor_of(request: PortalRequest) -> Actor:
    """Who acts in this request, as the record names them."""
    return Actor("person", str(request.person.pk), request.person.name)


def page(
    permission: Permission | None,
    *,
    methods: tuple[str, ...] = ("GET",),
    side: Literal["client", "operator", "both"] = "both",
) -> Callable[[View], View]:
    """Put a view behind the permission. None: any person of the company. side: on which hosts the page exists."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def door(request: HttpRequest, *args: Any, client_code: str | None = None, **kwargs: Any) -> HttpResponse:
            if request.method not in (*methods, *(("HEAD",) if "GET" in methods else ())):
                return HttpResponseNotAllowed(methods)
            met = _meet(request, side)
            if isinstance(met, HttpResponse):
                return met
            if client_code is None:
                return _pass(met, view, permission, args, kwargs)
            client = _served(met, client_code)
            with scope.client(client.code):
                met.client = client
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


MOUNT = "client"


def url(request: HttpRequest, name: str, *args: object, client: str = "") -> str:
    """The address of the page `name`, for whoever reads this request.

    On a client's host and for the operator's own pages it is what Django's reverse gives. A client's page that is
    opened by the operator lies under /clients/<code>/: of the client at hand, or of `client` where that is given (for
    lists over several clients). Raises NoReverseMatch for a page that does not exist.
    """
    met = cast(PortalRequest, request)
    urlconf = getattr(request, "urlconf", None)
    code = client or (met.client.code if met.client else "")
    if met.side == "client" or not code:
        return reverse(name, urlconf, args=args)
    try:
        return reverse(f"{MOUNT}:{name}", urlconf, args=(code, *args))
    except NoReverseMatch:
        return reverse(name, urlconf, args=args)


def _meet(request: HttpRequest, side: str) -> PortalRequest | HttpResponse:
    met = cast(PortalRequest, request)
    if side not in ("both", met.side):
        raise Http404
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    met.person = request.user
    met.role = queries.role_of(met.person.pk, met.client.code if met.client else "")
    if not met.role:
        raise Http404
    met.permissions = permissions_of(met.role)
    if _second_factor_missing(met):
        messages.info(request, "二要素認証の設定が必要です。設定が終わると続きの画面を開けます。")
        return HttpResponseRedirect(reverse("mfa_index"))
    return met


def _second_factor_missing(request: PortalRequest) -> bool:
    """Whether the company asks for a second factor and this session was not opened with one."""
    asked = request.side == "operator" or (request.client is not None and request.client.mfa_required)
    if not asked:
        return False
    used = request.session.get("account_authentication_methods", [])
    return not any(record.get("method") == "mfa" for record in used)


def _served(request: PortalRequest, code: str) -> ClientInfo:
    if request.side != "operator":
        raise Http404
    for client in queries.served_by(request.person.pk, request.role):
        if client.code == code:
            return client
    raise Http404


def _pass(
    request: PortalRequest, view: View, permission: Permission | None, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    if permission is not None and permission not in request.permissions:
        raise PermissionDenied
    try:
        response = view(request, *args, **kwargs)
    except Refused as refusal:
        response = refuse(request, refusal)
    render = getattr(response, "render", None)
    if render is not None and not response.is_rendered:  # type: ignore[attr-defined]
        render()
    return response


def refuse(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Send the person back to the page they came from, with the sentence."""
    messages.error(request, str(refusal))
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=settings.PRODUCTION):
        back = "/"
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = back
        return response
    return HttpResponseRedirect(back)
