"""Messages on answers to htmx: they travel in HX-Trigger and appear as toasts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse

from portal.look import frame

TRIGGER = "HX-Trigger"
GetResponse = Callable[[HttpRequest], HttpResponse]


class ToastMiddleware:
    """Hands the messages that no template has shown to the page that asked by htmx.

    Stands after MessageMiddleware and HtmxMiddleware. A redirect keeps its messages for the page it leads to.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "htmx", False) and not _leads_elsewhere(response):
            toasts = [_toast(message) for message in get_messages(request)]
            if toasts:
                response[TRIGGER] = _with(response.get(TRIGGER, ""), toasts)
        return response


def _leads_elsewhere(response: HttpResponse) -> bool:
    return 300 <= response.status_code < 400 or "HX-Redirect" in response or "HX-Refresh" in response


def _toast(message: Any) -> dict[str, str]:
    return {"text": str(message), "tone": frame.message_tone(message), "undo": frame.undo_url(message)}


def _with(existing: str, toasts: list[dict[str, str]]) -> str:
    """The header with the toasts added to the events that the page itself triggers."""
    if existing.startswith("{"):
        events = json.loads(existing)
    else:
        events = {name.strip(): {} for name in existing.split(",") if name.strip()}
    return json.dumps({**events, "toasts": {"items": toasts}})
