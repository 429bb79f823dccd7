"""What machines ask, and what every answer carries."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client, override_settings

from core import scope
from core.tasks import task
from tests.factories.people import PASSWORD, client_person, host_of, login, staff

pytestmark = pytest.mark.django_db


@task()
def never() -> None:
    """Waits to be counted."""


@pytest.mark.parametrize("host", ["acme.localhost", "localhost", "10.0.0.7", "nobody.localhost"])
def test_the_process_answers_for_its_health_whatever_it_is_called(host: str) -> None:
    with override_settings(ALLOWED_HOSTS=["acme.localhost"]):
        assert Client(headers={"host": host}).get("/health/live").json() == {"status": "live"}
        assert Client(headers={"host": host}).get("/health/ready").json() == {"status": "ready", "failed": {}}


def test_a_session_cookie_on_a_probe_does_no_harm() -> None:
    browser = login(Client(), staff("admin"))
    assert browser.get("/health/live").status_code == 200


def test_the_figures_count_requests_and_what_waits() -> None:
    with scope.client("acme"):
        never.enqueue()
    login(Client(), staff("admin")).get("/admin")
    shown = Client().get("/metrics").content.decode()
    assert 'portal_requests_total{method="GET",route="admin",side="operator",status="200"}' in shown
    assert f'portal_jobs{{state="waiting",task="{__name__}.never"}} 1.0' in shown
    assert "portal_oldest_job_seconds" in shown
    assert "portal_work_items" in shown


def test_figures_are_for_this_machine_or_for_the_holder_of_the_token() -> None:
    assert Client(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 404
    assert Client(headers={"x-forwarded-for": "127.0.0.1"}).get("/metrics").status_code == 404
    with override_settings(METRICS_TOKEN="scrape-me"):
        assert Client().get("/metrics").status_code == 404
        assert Client(headers={"authorization": "Bearer wrong"}).get("/metrics").status_code == 404
        given = Client(REMOTE_ADDR="10.0.0.7", headers={"authorization": "Bearer scrape-me"}).get("/metrics")
    assert given.status_code == 200


@pytest.mark.parametrize("path", ["/settings", "/account/login/", "/nowhere", "/api/v1/orders"])
def test_every_answer_carries_the_headers_that_protect_it(path: str) -> None:
    answer = login(Client(), client_person("owner"), "acme").get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert len(answer.headers["X-Request-Id"]) == 32


def test_the_session_cookie_is_for_one_host_and_for_no_script() -> None:
    person = client_person("owner")
    browser = Client(headers={"host": host_of("acme")})
    browser.post("/account/login/", {"login": person.email, "password": PASSWORD})
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == ""
