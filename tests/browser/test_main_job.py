"""The main job in a real browser, in order: a file comes in, what is refused is handed back, a month is billed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from billing.services import closing
from core import clock, scope
from orders.models import Order
from tests.browser.conftest import Site, assert_accessible
from tests.conftest import OPERATOR
from tests.factories.order_files import order_file, row

pytestmark = pytest.mark.browser


def upload(page: Page, path: Path) -> None:
    """Put the file into the page's drop zone, send it, and wait until it is read."""
    page.locator("input[type=file]").set_input_files(path)
    with page.expect_navigation():
        page.locator("form:has(input[type=file]) [type=submit]").click()
    page.wait_for_url(re.compile(r"/intakes/\d+$"))
    expect(page.locator("text=新しい受注").first).to_be_visible(timeout=30_000)


def test_1_an_account_asks_for_its_second_factor(operator_side: Page, site: Site) -> None:
    operator_side.goto(site.address("/"))
    expect(operator_side.locator("h1")).to_be_visible()
    assert_accessible(operator_side)


def test_2_a_file_is_read_and_what_is_refused_is_offered_to_mend(client_side: Page, site: Site, tmp_path: Path) -> None:
    good, bad = row(店舗伝票番号="W-1"), row(店舗伝票番号="W-2", 受注数量="二つ")
    file = tmp_path / "orders.csv"
    file.write_bytes(order_file([good, bad]))
    client_side.goto(site.address("/intakes", "acme"))
    assert_accessible(client_side)

    upload(client_side, file)
    expect(client_side.locator("main")).to_contain_text("W-2")
    assert_accessible(client_side)

    with client_side.expect_download() as offered:
        client_side.locator("a[href$='/mend']").click()
    assert Path(offered.value.path()).stat().st_size
    with scope.client("acme"):
        assert list(Order.objects.values_list("number", flat=True)) == ["W-1"]


def test_3_the_closing_is_opened_and_approved(client_side: Page, site: Site) -> None:
    now = clock.now()
    with scope.client("acme"):
        invoice = closing.draft(now.date(), actor=OPERATOR, at=now)
    client_side.goto(site.address(f"/billing/{invoice.pk}", "acme"))
    expect(client_side.locator("main")).to_contain_text(f"{int(invoice.total):,}")
    assert_accessible(client_side)


@pytest.mark.parametrize("path", ["/", "/questions", "/documents", "/sla", "/billing", "/settings/people"])
def test_4_every_page_of_the_menu_can_be_read_by_all(client_side: Page, site: Site, path: str) -> None:
    client_side.goto(site.address(path, "acme"))
    assert_accessible(client_side)


def test_5_the_language_is_changed_and_stays(client_side: Page, site: Site) -> None:
    client_side.goto(site.address("/orders", "acme"))
    expect(client_side.locator("html")).to_have_attribute("lang", "ja")
    for code in ("en", "ja"):
        with client_side.expect_navigation():
            client_side.locator(f"button[name=language][value={code}]").first.dispatch_event("click")
        client_side.goto(site.address("/orders", "acme"))
        expect(client_side.locator("html")).to_have_attribute("lang", code)
