"""One's own account in a real browser: the first log-in of staff, and passkeys, with a key that Chromium plays."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, CDPSession, Page, expect

from core import scope
from tenants.models import Person
from tests.browser.conftest import Site, assert_accessible, log_in
from tests.factories.people import PASSWORD, client_person, staff

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Page:
    context = browser.new_context(locale="ja-JP", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    return context.new_page()


def authenticator(page: Page) -> CDPSession:
    """Plug in a security key that verifies its user, as the one in a laptop does."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


def confirm(page: Page) -> None:
    """Give the password again, where a page asks for it."""
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form:has([name=password]) [type=submit]").click()


def test_staff_set_up_an_authenticator_app_with_their_first_log_in(page: Page, site: Site) -> None:
    person = staff("admin", serves=["acme"])
    log_in(page, site.address("/account/login/"), person.email)
    page.wait_for_url("**/account/2fa/?asked=1")
    expect(page.locator("main")).to_contain_text("先に多要素認証を設定してください")
    assert_accessible(page)
    page.locator("a[href='/account/2fa/totp/activate/']").click()
    confirm(page)
    page.wait_for_url("**/account/2fa/totp/activate/")
    assert_accessible(page)
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.content())
    assert secret is not None
    page.locator("[name=code]").fill(str(format_hotp_value(hotp_value(secret[0], int(time.time()) // 30))))
    page.locator("main form:has([name=code]) [type=submit]").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    assert_accessible(page)
    page.goto(site.address("/admin"))
    expect(page.locator("h1")).to_have_text("管理")


def test_a_passkey_opens_the_portal_without_a_password(page: Page, site: Site) -> None:
    person = client_person("viewer", "acme", name="鍵 花子")
    authenticator(page)
    log_in(page, site.address("/account/login/", "acme"), person.email)
    page.wait_for_url(site.address("/", "acme"))
    page.goto(site.address("/account/2fa/webauthn/add/", "acme"))
    confirm(page)
    page.wait_for_url("**/account/2fa/webauthn/add/")
    assert_accessible(page)
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    page.goto(site.address("/account/2fa/webauthn/", "acme"))
    assert_accessible(page)

    page.context.clear_cookies()
    page.goto(site.address("/account/login/", "acme"))
    assert_accessible(page)
    page.locator("#passkey_login").click()
    page.wait_for_url(site.address("/", "acme"))
    page.goto(site.address("/settings", "acme"))
    expect(page.locator("main")).to_contain_text("アクメ商事株式会社")


def test_a_passkey_of_a_person_shut_out_opens_nothing(page: Page, site: Site) -> None:
    person = client_person("viewer", "acme")
    authenticator(page)
    log_in(page, site.address("/account/login/", "acme"), person.email)
    page.wait_for_url(site.address("/", "acme"))
    page.goto(site.address("/account/2fa/webauthn/add/", "acme"))
    confirm(page)
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    with scope.operator():
        Person.objects.get(pk=person.pk).memberships.all().delete()
    page.context.clear_cookies()
    page.goto(site.address("/account/login/", "acme"))
    with page.expect_navigation(url="**/account/login/"):
        page.locator("#passkey_login").click()
    expect(page.locator(".notice")).to_be_visible()
    page.goto(site.address("/settings", "acme"))
    expect(page).to_have_url(re.compile("/account/login/"))


@pytest.mark.parametrize(
    "path",
    [
        "/settings",
        "/settings/people",
        "/settings/roles",
        "/settings/tokens",
        "/settings/security",
        "/settings/access-log",
        "/account/sessions/",
        "/account/email/",
        "/account/password/change/",
        "/account/2fa/",
    ],
)
def test_the_settings_can_be_read_by_all(client_side: Page, site: Site, path: str) -> None:
    client_side.goto(site.address(path, "acme"))
    assert_accessible(client_side)


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/clients",
        "/admin/clients/new",
        "/admin/clients/acme",
        "/admin/people",
        "/admin/teams",
        "/admin/teams/new",
        "/admin/roles",
        "/admin/access-log",
        "/clients/acme/settings/people",
    ],
)
def test_the_administration_can_be_read_by_all(operator_side: Page, site: Site, path: str) -> None:
    operator_side.goto(site.address(path))
    assert_accessible(operator_side)
