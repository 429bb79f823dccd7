"""Papers in a real browser: how they look is set beside a live sample, and many are printed by a real worker."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from core import scope
from orders.models import Order
from tests.browser.conftest import Site, assert_accessible
from tests.factories import orders
from tests.factories.papers import LOGO, png

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def released(site: Site) -> list[Order]:
    """Three paid orders that the warehouse has, in the order of the list: newest first."""
    with scope.client("acme"):
        made = [orders.order(number=f"W-{nth}", units=(2, 1), payment=Order.PAID) for nth in range(3)]
        orders.released(*(order.pk for order in made))
    return made[::-1]


def test_the_sample_follows_what_is_typed_and_chosen(client_side: Page, site: Site, released: list[Order]) -> None:
    page = client_side
    page.goto(site.address("/settings/papers", "acme"))
    assert_accessible(page)
    sample = page.locator("#preview img")
    before = sample.get_attribute("src")

    page.get_by_label("発行者名").fill("青山茶舗株式会社")
    expect(sample).not_to_have_attribute("src", before or "")
    named = sample.get_attribute("src")
    page.locator("[name=logo]").set_input_files({"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": LOGO})
    expect(sample).not_to_have_attribute("src", named or "")
    page.locator("[name=preview_kind]").select_option("buyer_receipt")
    expect(sample).to_have_attribute("alt", "購入者への領収書の見本")

    page.locator("[name=seal]").set_input_files({"name": "seal.png", "mimeType": "image/png", "buffer": png(colour=2)})
    expect(page.locator("#preview")).to_contain_text("背景が透明ではありません")
    page.locator("[name=seal]").set_input_files({"name": "seal.png", "mimeType": "image/png", "buffer": png()})
    expect(sample).to_be_visible()
    page.get_by_role("button", name="帳票の設定を保存する").click()
    expect(page.locator("main")).to_contain_text("第1版")
    expect(page.get_by_label("発行者名")).to_have_value("青山茶舗株式会社")
    expect(page.get_by_label("ロゴを外す")).to_be_visible()


def test_a_paper_is_issued_again_after_a_question(client_side: Page, site: Site, released: list[Order]) -> None:
    page = client_side
    page.goto(site.address(f"/orders/{released[0].pk}", "acme"))
    row = page.locator(".papers li", has_text="購入者への領収書")

    row.get_by_role("button", name="発行").click()
    expect(row).to_contain_text("R-20")
    assert_accessible(page)
    row.get_by_role("button", name="再発行").click()
    page.get_by_role("dialog").get_by_role("button", name="再発行する").click()

    expect(row).to_contain_text("第2版")


def test_many_are_printed_as_one_file_in_the_order_of_the_list(
    client_side: Page, site: Site, released: list[Order]
) -> None:
    page = client_side
    page.goto(site.address("/orders?sort=-number", "acme"))
    for order in released:
        page.locator(f"#order-{order.pk} input[type=checkbox]").check()
    page.locator("#bulk [name=kind]").select_option("delivery_note")
    page.get_by_role("button", name="の帳票を印刷する").click()

    link = page.get_by_role("link", name="ダウンロード")
    expect(link).to_be_visible(timeout=60_000)
    assert_accessible(page)
    with page.expect_download() as download:
        link.click()
    pages = PdfReader(io.BytesIO(download.value.path().read_bytes())).pages

    said = [page.extract_text() for page in pages]
    assert len(said) == len(released)
    assert all(f"{order.number}-1" in text for order, text in zip(released, said, strict=True))
