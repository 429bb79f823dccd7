from __future__ import annotations

import json

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from portal.toasts import ToastMiddleware


def answer(response: HttpResponse, *, htmx: bool = True) -> tuple[HttpResponse, list[str]]:
    """The response after the middleware, to a page that said one thing; and what is left to be said."""

    def view(request: HttpRequest) -> HttpResponse:
        messages.success(request, "12件を保留にしました", extra_tags="undo=/holds/3/undo")
        return response

    request = RequestFactory().post("/", headers={"HX-Request": "true"} if htmx else {})
    storage = CookieStorage(request)
    request._messages = storage  # type: ignore[attr-defined]
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    done = ToastMiddleware(view)(request)
    return done, [str(message) for message in storage._queued_messages] if not storage.used else []  # type: ignore[attr-defined]


TOAST = {"text": "12件を保留にしました", "tone": "done", "undo": "/holds/3/undo"}


def test_a_message_travels_with_the_answer_to_htmx() -> None:
    response, left = answer(HttpResponse())

    assert json.loads(response["HX-Trigger"]) == {"toasts": {"items": [TOAST]}}
    assert response["HX-Trigger"].isascii()
    assert left == []


@pytest.mark.parametrize("existing", ["refresh", '{"refresh": {}}'])
def test_what_the_page_triggers_itself_is_kept(existing: str) -> None:
    response, _ = answer(HttpResponse(headers={"HX-Trigger": existing}))

    assert json.loads(response["HX-Trigger"]) == {"refresh": {}, "toasts": {"items": [TOAST]}}


@pytest.mark.parametrize(
    "response",
    [HttpResponse(status=302, headers={"Location": "/"}), HttpResponse(headers={"HX-Redirect": "/"})],
    ids=["redirect", "redirect by htmx"],
)
def test_an_answer_that_leads_elsewhere_leaves_its_message_for_the_next_page(response: HttpResponse) -> None:
    done, left = answer(response)

    assert "HX-Trigger" not in done
    assert left == ["12件を保留にしました"]


def test_a_full_page_shows_its_messages_itself() -> None:
    done, left = answer(HttpResponse(), htmx=False)

    assert "HX-Trigger" not in done
    assert left == ["12件を保留にしました"]
