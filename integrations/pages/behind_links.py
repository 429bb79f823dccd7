"""The doors of pages behind a secret link: nobody passes them on, and nobody finds them by trying."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from redis.exceptions import RedisError

from core.errors import Refused
from documents import services as documents
from documents.models import Document
from tenants.doors import public
from tenants.services import origin

LOOKS_A_MINUTE = 60
WRONG_LINKS = 20
WRONG_LINKS_SECONDS = 600

T = TypeVar("T")
View = Callable[..., HttpResponseBase]
Find = Callable[[str], T | None]
"""What a secret leads to, None where it leads nowhere (any more)."""


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


FORM_POLICY = {**POLICY, "img-src": [SELF, "data:"]}
"""The tick of a checkbox and the arrow of a list of choices are images inside the style sheet."""


def page(
    find: Find[T], *, policy: Mapping[str, Any] = POLICY
) -> Callable[[Callable[[HttpRequest, str, T], HttpResponse]], View]:
    """The door of a page: it is given the secret and what that leads to, and may be posted to.

    A page with no-referrer posts with "Origin: null", which CSRF protection refuses. It is not needed here: what is
    posted goes to the secret address, which whoever would forge a form does not know.
    """

    def guard(view: Callable[[HttpRequest, str, T], HttpResponse]) -> View:
        def shown(request: HttpRequest, secret: str, found: T) -> HttpResponse:
            if request.GET.get("language") in dict(settings.LANGUAGES):
                return _in_language(request)
            return view(request, secret, found)

        door: Any = functools.wraps(view)(_door(find, shown, methods=("GET", "POST")))
        return public(csrf_exempt(never_cache(csp_replace(dict(policy))(door))))

    return guard


def file(find: Find[T]) -> Callable[[Callable[[T], Document | None]], View]:
    """The door of a file: what is decorated says which document belongs to what the secret leads to."""

    def guard(of: Callable[[T], Document | None]) -> View:
        def sent(_request: HttpRequest, _secret: str, found: T) -> HttpResponseBase:
            document = of(found)
            if document is None:
                raise Http404
            content = documents.open_content(document)
            return FileResponse(content, filename=document.file_name, content_type=document.content_type)

        return public(never_cache(functools.wraps(of)(_door(find, sent, methods=("GET",)))))

    return guard


def _door(
    find: Find[T], view: Callable[[HttpRequest, str, T], HttpResponseBase], *, methods: Sequence[str]
) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Nobody keeps, finds, frames or passes on what is behind it; the secret of its address goes to no other site."""

    def opened(request: HttpRequest, secret: str) -> HttpResponseBase:
        if request.method not in ("HEAD", *methods):
            return HttpResponseNotAllowed(methods)
        if not _may_look():
            return render(request, "tracking/busy.html", status=429)
        found = find(secret)
        if found is None:
            _note_wrong_link()
            raise Http404
        return view(request, secret, found)

    def sheltered(request: HttpRequest, secret: str) -> HttpResponseBase:
        response = opened(request, secret)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return sheltered


def posted(
    request: HttpRequest,
    kinds: Mapping[str, type[forms.Form]],
    do: Callable[[str, Mapping[str, Any]], str],
    show: Callable[[Mapping[str, forms.Form]], HttpResponse],
) -> HttpResponse:
    """Take the form that `act` names. do: what it asks for, returns what to say of it, or is Refused.

    show: the page again with the form as it was typed, and what is wrong with it.
    """
    act = request.POST.get("act", "")
    if act not in kinds:
        return show({})
    form = kinds[act](request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        try:
            messages.success(request, do(act, form.cleaned_data))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return HttpResponseRedirect(request.path)
    return show({act: form})


def _in_language(request: HttpRequest) -> HttpResponse:
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


def _may_look() -> bool:
    """Whether this address has looked often enough for now, or has tried too many links that are none."""
    ip = origin.get().ip or ""
    try:
        if (cache.get(f"tracking_wrong:{ip}") or 0) >= WRONG_LINKS:
            return False
        return _counted(f"tracking_looks:{ip}", 60) <= LOOKS_A_MINUTE
    except RedisError:  # a cache that is away must not close the page
        return True


def _note_wrong_link() -> None:
    """Count a link that leads nowhere against the address that tried it."""
    try:
        _counted(f"tracking_wrong:{origin.get().ip or ''}", WRONG_LINKS_SECONDS)
    except RedisError:
        return


def _counted(key: str, seconds: int) -> int:
    """How often this was counted, this time included, since it was first counted in that many seconds."""
    return 1 if cache.add(key, 1, seconds) else int(cache.incr(key))
