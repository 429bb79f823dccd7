"""When a token or a session was last used: to the minute, and without anybody waiting for it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from core import clock, scope
from tenants import queries, services, sessions
from tenants.models import ApiToken
from tests.conftest import OPERATOR
from tests.factories.people import client_person, login

pytestmark = pytest.mark.usefixtures("committed")


def made() -> tuple[ApiToken, str]:
    at = clock.now()
    with scope.client("acme"):
        return services.create_token(
            name="基幹", scopes=["orders:read"], expires_at=at + timedelta(days=9), actor=OPERATOR, at=at
        )


def test_a_tokens_use_is_noted_once_a_minute() -> None:
    token, secret = made()
    at = clock.now()
    for seconds, noted in ((0, 0), (30, 0), (59, 0), (60, 60), (100, 60)):
        with scope.client("acme"):
            found = queries.token_of(secret, at=at)
            assert found is not None
            services.note_use(found, at=at + timedelta(seconds=seconds))
            assert ApiToken.objects.get(pk=token.pk).last_used_at == at + timedelta(seconds=noted)


def test_two_calls_of_a_program_do_not_wait_for_each_other() -> None:
    token, _secret = made()
    entered, leave = threading.Event(), threading.Event()

    def long_call() -> None:
        with scope.client("acme"):
            services.note_use(token, at=clock.now())
            entered.set()
            leave.wait(timeout=30)
        connection.close()

    first = threading.Thread(target=long_call)
    first.start()
    assert entered.wait(timeout=30)
    with scope.client("acme"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'")
        services.note_use(token, at=clock.now())
    leave.set()
    first.join()
    with scope.client("acme"):
        assert ApiToken.objects.get(pk=token.pk).last_used_at is not None


def test_a_session_is_seen_to_the_minute() -> None:
    person = client_person()
    browser = login(Client(), person, "acme")
    browser.get("/settings", headers={"user-agent": "Firefox"})
    with scope.client("acme"):
        seen = UserSession.objects.get(user=person)
        UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    assert (seen.user_agent, seen.ip) == ("Firefox", "127.0.0.1")
    assert seen.session_key == browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.get("/settings", headers={"user-agent": "Firefox"})
    assert _minutes_ago(person.pk) >= 59
    again = login(Client(), person, "acme")
    again.cookies = browser.cookies
    again.get("/settings", headers={"user-agent": "Firefox 2"})
    assert _minutes_ago(person.pk) < 1


def _minutes_ago(person: int) -> float:
    with scope.client("acme"):
        seen = UserSession.objects.get(user_id=person)
    return float((timezone.now() - seen.last_seen_at).total_seconds()) / 60


def test_what_is_remembered_of_sessions_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED", 2)
    browsers = [login(Client(), client_person(), "acme") for _n in range(4)]
    for browser in browsers:
        assert browser.get("/settings").status_code == 200
    with scope.client("acme"):
        assert UserSession.objects.count() == 4
