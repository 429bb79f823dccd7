"""What pages behind a secret link have in common: nobody passes them on, and nobody finds them by trying."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from redis.exceptions import RedisError

from tenants.services import origin

LOOKS_A_MINUTE = 60
WRONG_LINKS = 20
WRONG_LINKS_SECONDS = 600

View = Callable[..., HttpResponseBase]


def sheltered(view: View) -> View:
    """Nobody keeps, finds, frames or passes on the page; the secret of its address goes to no other site."""

    @functools.wraps(view)
    def sheltered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return sheltered


POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "font-src": [SELF],
    "img-src": [SELF],
    "script-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}


def in_language(request: HttpRequest) -> HttpResponse:
    """The same page in the language that the address asks for, which the browser remembers."""
    response = HttpResponseRedirect(request.path)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        request.GET["language"],
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def may_look() -> bool:
    """Whether this address has looked often enough for now, or has tried too many links that are none."""
    ip = origin.get().ip or ""
    try:
        if (cache.get(f"tracking_wrong:{ip}") or 0) >= WRONG_LINKS:
            return False
        return _counted(f"tracking_looks:{ip}", 60) <= LOOKS_A_MINUTE
    except RedisError:  # a cache that is away must not close the page
        return True


def note_wrong_link() -> None:
    """Count a link that leads nowhere against the address that tried it."""
    try:
        _counted(f"tracking_wrong:{origin.get().ip or ''}", WRONG_LINKS_SECONDS)
    except RedisError:
        return


def _counted(key: str, seconds: int) -> int:
    """How often this was counted, this time included, since it was first counted in that many seconds."""
    return 1 if cache.add(key, 1, seconds) else int(cache.incr(key))
