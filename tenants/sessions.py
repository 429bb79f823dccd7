"""Sessions that belong to the host they began on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from core import scope

if TYPE_CHECKING:
    from tenants.models import Session

SEEN_SECONDS = 60.0
REMEMBERED = 10_000
LONGEST_AGENT = 200


class SessionStore(DatabaseStore):
    """Django's database store; each row carries the client whose host it is for, and is found on that host alone."""

    @classmethod
    def get_model_class(cls) -> type[Any]:
        from tenants.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.client = scope.current().client or ""
        return row

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and row.client != (scope.current().client or ""):
            self._session_key = None
            return None
        return row


def _note(request: HttpRequest, session_key: str) -> None:
    # Where another request of the session is noting it, this one does not wait for that request to end.
    free = UserSession.objects.select_for_update(skip_locked=True).filter(session_key=session_key)
    noted = UserSession.objects.filter(pk__in=free.values("pk")).update(
        ip=get_adapter().get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:LONGEST_AGENT],
        last_seen_at=timezone.now(),
    )
    if not noted and not UserSession.objects.filter(session_key=session_key).exists():
        UserSession.objects.create_from_request(request)


class ActivityMiddleware:
    """Keeps when and from where a session was last seen, to the minute, for the list of sessions.

    allauth's own middleware writes with every request; a minute's precision costs one write a minute and process.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.seen: dict[str, float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.session.session_key and self._is_news(request.session.session_key):
            _note(request, request.session.session_key)
        return self.get_response(request)

    def _is_news(self, session_key: str) -> bool:
        now = time.monotonic()
        if self.seen.get(session_key, 0.0) > now:
            return False
        if len(self.seen) > REMEMBERED:
            self.seen.clear()
        self.seen[session_key] = now + SEEN_SECONDS
        return True
