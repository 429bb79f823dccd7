"""The buyer's page and the pages about notices in a real browser: from the mail's link to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core import clock, scope
from core.periods import local_day
from integrations.queries import tracking
from orders.models import Hold
from orders.services import holds
from tenants import services as tenants
from tests.browser.conftest import Site, Theme, assert_accessible, log_in
from tests.conftest import OPERATOR
from tests.factories import operations, orders

pytestmark = pytest.mark.browser

DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a phone; nothing may have gone against the policy."""
    context = browser.new_context(viewport=PHONE, locale="ja-JP", reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    assert complaints == []
    context.close()


def an_order() -> tuple[int, str]:
    """An order of today with a question to its buyer, and the path of its page."""
    now = clock.now()
    with scope.client("acme"):
        tenants.go_live("acme", now - timedelta(days=1), actor=OPERATOR, at=now)
        order_id = operations.received(
            buyer_email="buyer@example.com", ordered_at=now, received_at=now, ship_phone="+819012345678"
        )
        holds.place([order_id], reason="buyer", question="のしの表書きは?", actor=OPERATOR, at=now)
        return order_id, f"/t/{tracking.link_of(order_id)}"


def test_a_buyer_proves_the_postcode_and_answers(page: Page, site: Site) -> None:
    order_id, path = an_order()
    page.goto(site.address(path, "acme"))
    expect(page.locator("main")).to_contain_text("お答えをお待ちしています")
    expect(page.locator("main")).not_to_contain_text("山田 花子")
    page.get_by_label("お届け先の郵便番号").fill("１０５-００１１")
    page.get_by_role("button", name="郵便番号を確かめる").click()
    expect(page.locator("main")).to_contain_text("山田 花子")
    beside = page.context.new_page()  # what looks for barriers goes against the policy itself
    beside.goto(page.url)
    assert_accessible(beside)
    page.get_by_label("お答え").fill("御祝でお願いします")
    page.get_by_label("ご希望のお届け日（あれば）").fill(f"{local_day(clock.now()) + timedelta(days=3):%Y-%m-%d}")
    page.get_by_role("button", name="この内容で答える").click()
    expect(page.locator("main")).to_contain_text("お答えを受け取りました")
    with scope.client("acme"):
        assert "御祝でお願いします" in Hold.objects.get(order_id=order_id).answer


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_the_page_is_for_everybody(browser: Browser, site: Site, size: ViewportSize, theme: Theme) -> None:
    order_id, path = an_order()
    with scope.client("acme"):
        holds.release([order_id], reason="済み", actor=OPERATOR, at=clock.now())
        orders.shipped(order_id, at=clock.now())
    context = browser.new_context(viewport=size, color_scheme=theme, locale="ja-JP", reduced_motion="reduce")
    page = context.new_page()
    page.goto(site.address(path, "acme"))
    expect(page.locator("main")).to_contain_text("お届け中です")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("link", name="English").click()
    expect(page.locator("main")).to_contain_text("On its way to you")
    context.close()


def test_the_words_of_a_mail_are_written_beside_the_mail(browser: Browser, site: Site) -> None:
    an_order()
    context = browser.new_context(viewport=DESK, locale="ja-JP", reduced_motion="reduce")
    page = context.new_page()
    log_in(page, site.address("/account/login/", "acme"), site.owner)
    for path in (
        "/settings/notices",
        "/settings/notices/log",
        "/account/notices",
        "/settings/notices/texts/buyer.shipped",
    ):
        page.goto(site.address(path, "acme"))
        assert_accessible(page)
    page.get_by_label("本文").fill("{buyer_name} 様へ、こんにちは")
    expect(page.locator("#preview")).to_contain_text("山田 花子 様へ、こんにちは")
    context.close()
