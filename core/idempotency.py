"""Calls that may be sent twice: the same Idempotency-Key gets the same answer, and the work is done once.

Follows the IETF draft "The Idempotency-Key HTTP Header Field": missing where required 400, the same key with another
payload 422, still running 409, done: the same answer. Keys are the client's own; answers are kept for a day.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson
from django.db import connection
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.models import IdempotentCall
from core.rest import raw
from core.wire import plain

HEADER = "Idempotency-Key"
FORM = re.compile(r"[\x21-\x7e]{1,100}")
KEPT = timedelta(hours=24)
_BEGUN = 102
"""The status of a call that has begun and not ended: a stream that runs, or broke off."""

View = TypeVar("View", bound=Callable[..., Any])


class KeyMissing(exceptions.APIException):
    """The call has no key, or none of the form that keys have."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = _(
        "Idempotency-Key ヘッダーを付けてください（1回の登録ごとに新しい値、英数字と記号で100文字以内）。"
    )
    default_code = "idempotency_key_missing"


class KeyReused(exceptions.APIException):
    """The key belongs to another call."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("この Idempotency-Key は別の内容で使われています。新しい値にしてください。")
    default_code = "idempotency_key_reused"


class StillRunning(exceptions.APIException):
    """The first call with this key has not been answered yet."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("同じ Idempotency-Key の処理がまだ終わっていません。少し待ってから同じ内容で送ってください。")
    default_code = "still_running"


def once(view: View) -> View:
    """Put a method of an endpoint under the protocol. Only answers below 400 are kept: a refused call may be mended."""

    @functools.wraps(view)
    def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        key = _key_of(request)
        _take(key)
        fingerprint = _fingerprint(request)
        known = IdempotentCall.objects.filter(pk=key).first()
        if known is not None:
            return _again(known, fingerprint)
        answer = view(self, request, *args, **kwargs)
        if answer.status_code < status.HTTP_400_BAD_REQUEST:
            _keep(key, fingerprint, answer)
        return answer

    return guarded  # type: ignore[return-value]


@dataclass(frozen=True)
class Answered:
    """A call whose work goes on after its first byte, under its key. body: what was answered before, "" if nothing."""

    key: str
    fingerprint: str
    body: str = ""


def begin(request: Request, body_sha256: str) -> Answered:
    """Note that a call begins whose answer is a stream: its work must be safe to be done again, as a whole or in part.

    Nothing is held meanwhile: the key of a call that broke off may be used again at once, for the same call.
    """
    key = _key_of(request)
    answered = Answered(key, _fingerprint_of(request, body_sha256))
    known, _begun = IdempotentCall.objects.get_or_create(
        key=key,
        defaults={"fingerprint": answered.fingerprint, "status": _BEGUN, "body": "", "answered_at": clock.now()},
    )
    if known.fingerprint != answered.fingerprint:
        raise KeyReused
    return replace(answered, body=known.body)


def end(answered: Answered, body: str, *, at: datetime) -> None:
    """Keep what was answered, for whoever asks again."""
    IdempotentCall.objects.filter(key=answered.key, fingerprint=answered.fingerprint).update(
        status=status.HTTP_200_OK, body=body, answered_at=at
    )


def forget_old() -> int:
    """Forget the answers of more than a day ago; returns how many."""
    return IdempotentCall.objects.filter(answered_at__lt=clock.now() - KEPT).delete()[0]


def _take(key: str) -> None:
    """Hold the key until the transaction ends; whoever comes meanwhile is told so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(current_user || %s, 1))", [key])
        if not cursor.fetchone()[0]:
            raise StillRunning


def _key_of(request: Request) -> str:
    key = request.headers.get(HEADER, "").strip()
    if not FORM.fullmatch(key):
        raise KeyMissing
    return key


def _fingerprint(request: Request) -> str:
    request.data  # noqa: B018 (read, so that the parser notes what the body was)
    return _fingerprint_of(request, getattr(request, "body_sha256", ""))


def _fingerprint_of(request: Request, body: str) -> str:
    """Of the method, the address and the body, byte for byte. body: its SHA-256."""
    return hashlib.sha256(f"{request.method}\n{request.get_full_path()}\n{body}".encode()).hexdigest()


def _again(known: IdempotentCall, fingerprint: str) -> HttpResponse:
    if known.fingerprint != fingerprint:
        raise KeyReused
    answer = raw(known.body, status=known.status)
    answer["Idempotency-Replayed"] = "true"
    return answer


def _keep(key: str, fingerprint: str, answer: Any) -> None:
    body = (
        orjson.dumps(answer.data, default=plain).decode() if isinstance(answer, Response) else answer.content.decode()
    )
    IdempotentCall.objects.create(
        key=key, fingerprint=fingerprint, status=answer.status_code, body=body, answered_at=clock.now()
    )
