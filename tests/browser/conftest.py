from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from billing.services import presets, terms
from core import clock, scope
from sla import services as promises
from tenants import services
from tests import databases, environment, running
from tests.conftest import OPERATOR
from tests.factories.orders import channel
from tests.factories.people import PASSWORD, client_person, staff

CHROMIUM = settings.BASE_DIR / "var" / "chromium" / "browser"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BROKER_DATABASE = environment.SHARE + 2
Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Site:
    """The portal as it serves: one client, its owner, and a lead of the operator with a second factor."""

    port: int
    owner: str
    lead: str

    def address(self, path: str, client: str = "") -> str:
        """The URL of a path on the client's host, or on the operator's."""
        return f"http://{client + '.' if client else ''}localhost:{self.port}{path}"


@pytest.fixture(scope="module", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, beside which Django lets nobody query unless told so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="module")
def site(django_db_blocker: Any) -> Iterator[Site]:
    """A portal of the module's own, served with a worker."""
    database = f"{environment.DATABASE}_web"
    with django_db_blocker.unblock(), databases.committing(database):
        # The people of the last portal had the same keys: codes that they used are none of this one's.
        cache.clear()
        people = _people()
        with running.site(database, messages=BROKER_DATABASE) as port:
            yield Site(port, *people)


def _people() -> tuple[str, str]:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    services.create_client(code="acme", name="アクメ商事株式会社", actor=OPERATOR, at=now)
    month = clock.now().date().replace(day=1)
    with scope.client("acme"):
        channel("shop")
        promises.set_up_defaults(at=now)
        _agree(month)
    owner = client_person("owner", "acme", email="owner@acme.example.jp", name="代表 太郎")
    lead = staff("admin", serves=["acme"], email="lead@hikari.example.jp", name="統括 美咲")
    with scope.operator():
        TOTP.activate(lead, SECRET)
    return owner.email, lead.email


def _agree(month: date) -> None:
    plan, charges, included = presets.PLANS["usage"]
    recipient = {"name": "アクメ商事株式会社", "postcode": "105-0011", "address": ["東京都港区芝公園4-2-8"]}
    terms.agree(plan=plan, starts_on=month, recipient=recipient)
    terms.publish_card(name=plan, starts_on=month, charges=charges, included=included, actor=OPERATOR)


def code_now() -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def client_side(browser: Browser, site: Site) -> Iterator[Page]:
    """The owner's browser, logged in on the client's host."""
    with _context(browser) as context:
        page = context.new_page()
        log_in(page, site.address("/account/login/", "acme"), site.owner)
        yield page


@pytest.fixture(scope="module")
def operator_side(browser: Browser, site: Site) -> Iterator[Page]:
    """The browser of the operator's lead, logged in with the second factor."""
    with _context(browser) as context:
        page = context.new_page()
        log_in(page, site.address("/account/login/"), site.lead)
        page.wait_for_url("**/account/2fa/authenticate/**")
        page.locator("[name=code]").fill(code_now())
        page.locator("main form:has([name=code]) [type=submit]").first.click()
        page.wait_for_url(site.address("/"))
        yield page


def _context(browser: Browser) -> BrowserContext:
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce", accept_downloads=True)
    context.set_default_timeout(15_000)
    return context


def log_in(page: Page, address: str, email: str) -> None:
    """Type address and password, and send them."""
    page.goto(address)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form:has([name=password]) [type=submit]").first.click()


def assert_accessible(page: Page) -> None:
    """Nothing on the page goes against WCAG 2.2 AA, in light and in dark."""
    themes: tuple[Theme, ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        page.reload()
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, f"{page.url} ({theme}): {found.generate_report()}"
    page.emulate_media(color_scheme="light")
