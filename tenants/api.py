"""How programs show who they are: a token of the client, in the Authorization header.

`Authorization: Bearer ptk_…`. An endpoint names what it asks for: `required_scopes = {"GET": "orders:read", "POST":
"orders:write"}`; one that names nothing lets nobody in. Past the door `request.actor` says who acts, `request.client`
whose things they are, as on pages.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from redis.exceptions import RedisError
from rest_framework import authentication, exceptions, permissions, throttling
from rest_framework.request import Request

from core import clock
from core.events import Actor
from tenants import queries, services
from tenants.models import ApiToken

if TYPE_CHECKING:  # the settings name this module, and the views read the settings
    from rest_framework.views import APIView


@dataclass(frozen=True)
class Program:
    """Who holds a token; stands where a person would."""

    token: ApiToken
    is_authenticated: Literal[True] = True

    @property
    def pk(self) -> int:
        return self.token.pk

    @property
    def actor(self) -> Actor:
        """Who acts, as the record names them."""
        return Actor("token", str(self.token.pk), self.token.name)


def actor_of(request: Request) -> Actor:
    """Who acts in this call, as the record names them."""
    return cast(Program, request.user).actor


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`, on the client's own host. A session's cookie opens no endpoint."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Program, ApiToken] | None:
        keyword, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if keyword.lower() != self.keyword.lower():
            return None
        at = clock.now()
        token = queries.token_of(secret.strip(), at=at)
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("このトークンは使えません。期限切れか、取り消されたか、別の取引先のものです。"), code="bad_token"
            )
        services.note_use(token, at=at)
        program = Program(token)
        request._request.actor = program.actor  # type: ignore[attr-defined]
        return program, token

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="api"'


class ScopePermission(permissions.BasePermission):
    """The token's scopes must contain the one that the endpoint names for the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        wanted = required_scope(view, request.method or "")
        if not isinstance(request.auth, ApiToken):
            return False
        if wanted in request.auth.scopes:
            return True
        raise exceptions.PermissionDenied(
            _("このトークンにはこの操作の権限（{scope}）がありません。").format(scope=wanted), code="missing_scope"
        )


class TokenThrottle(throttling.BaseThrottle):
    """So many calls a minute for each token (settings.API_CALLS_PER_MINUTE), counted from minute to minute."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        minute = int(time.time()) // 60
        key = f"api_calls:{request.user.pk}:{minute}"
        with contextlib.suppress(RedisError):  # a cache that is away counts nobody: orders come first
            try:
                return cache.incr(key) <= settings.API_CALLS_PER_MINUTE
            except ValueError:  # the first call of the minute, or two first ones at once
                return cache.add(key, 1, 2 * 60) or cache.incr(key) <= settings.API_CALLS_PER_MINUTE
        return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return 60 - time.time() % 60


def required_scope(view: APIView, method: str) -> str:
    """The scope that the endpoint asks for; "" where it names none, which no token has."""
    named: str | Mapping[str, str] = getattr(view, "required_scopes", "")
    if isinstance(named, str):
        return named
    return named.get("GET" if method in ("HEAD", "OPTIONS") else method, "")


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the API names the tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": _("設定 → APIトークンで発行します。")}
