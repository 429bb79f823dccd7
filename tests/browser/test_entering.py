"""An order from a FAX is typed in a real browser with the keyboard alone, the FAX beside the form."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core import scope
from documents.models import Document
from orders.models import EntryDraft, Order
from tests.browser.conftest import Site, assert_accessible
from tests.factories import orders
from tests.factories.papers import png

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def known(site: Site) -> Order:
    """An order of a buyer who will order again."""
    with scope.client("acme"):
        return orders.order(
            number="OLD-1",
            units=(2, 1),
            buyer_name="高橋 次郎",
            buyer_phone="+819012345678",
            buyer_postcode="5300001",
            buyer_prefecture="大阪府",
            buyer_address="大阪府大阪市北区梅田3-1-3",
            search="old-1|高橋次郎|09012345678",
        )


def test_a_whole_order_is_typed_with_the_keyboard_alone(client_side: Page, site: Site, known: Order) -> None:
    page, keys = client_side, client_side.keyboard
    page.goto(site.address("/orders", "acme"))
    keys.press("n")
    page.wait_for_url("**/orders/new/*-*")
    expect(page.get_by_label("前の購入者から探す")).to_be_focused()
    page.locator("#entry-file").set_input_files({"name": "fax.png", "mimeType": "image/png", "buffer": png()})
    expect(page.locator(".entry-sheet img")).to_be_visible()

    expect(page.get_by_label("前の購入者から探す")).to_be_focused()
    keys.type("09012345678")
    expect(page.locator("#buyers button")).to_have_count(1)
    keys.press("ArrowDown")
    expect(page.locator("#buyers button")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#id_buyer_name")).to_have_value("高橋 次郎")
    expect(page.locator("#id_ship_name")).to_have_value("山田 花子")
    expect(page.locator(".entry-history")).to_contain_text("OLD-1")

    expect(page.locator("[name=line-0-sku]")).to_be_focused()
    keys.type("sku")
    expect(page.locator("#items-0 button")).to_have_count(2)
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(page.locator("[name=line-0-quantity]")).to_be_focused()
    expect(page.locator("[name=line-0-unit_price]")).to_have_value("1000")
    keys.press("Control+a")
    keys.type("3")
    expect(page.locator(".entry-total")).to_contain_text("¥3,000")
    for _field in ("price", "rate", "next line"):
        keys.press("Enter")
    expect(page.locator("[name=line-1-sku]")).to_be_focused()
    for typed in ("NEW-9", "新茶", "", "1", "540"):
        keys.type(typed)
        keys.press("Tab")
    keys.type("8")
    expect(page.locator(".entry-total")).to_contain_text("¥3,540")
    expect(page.locator(".entry-sums")).to_contain_text("8%対象")
    keys.press("Control+Enter")

    page.wait_for_url(re.compile(r"/orders/\d+$"))
    expect(page.locator("main")).to_contain_text("新茶")
    with scope.client("acme"):
        order = Order.objects.get(intake__source="hand")
        assert [(line.sku, line.ordered, line.tax_rate) for line in order.lines.all()][1] == ("NEW-9", 1, 8)
        assert (int(order.total), order.ship_name) == (3540, "山田 花子")
        assert Document.objects.get(kind="order_sheet").order_id == order.pk

    page.go_back()
    expect(page.locator("h1")).to_have_text("この入力は登録済みです")
    assert_accessible(page)


def test_what_is_typed_keeps_itself_and_is_there_after_leaving(client_side: Page, site: Site, known: Order) -> None:
    page = client_side
    page.goto(site.address("/orders/new", "acme"))
    page.locator("#id_buyer_name").fill("途中 の人")
    page.locator("#id_buyer_postcode").fill("4980000")
    expect(page.locator("#towns-buyer button")).to_have_count(2)
    page.locator("#towns-buyer button", has_text="三重県").click()
    expect(page.locator("#id_buyer_address")).to_have_value("三重県桑名郡木曽岬町")
    page.locator("#id_buyer_address").fill("東京都港区1")
    expect(page.locator(".entry-figures")).to_contain_text("住所と合っているか確かめてください")
    expect(page.locator(".entry-saved")).to_contain_text("下書きを保存")
    address = page.url

    page.goto(site.address("/", "acme"))
    page.go_back()

    expect(page).to_have_url(address)
    expect(page.locator("#id_buyer_name")).to_have_value("途中 の人")
    assert_accessible(page)
    with scope.client("acme"):
        assert EntryDraft.objects.filter(order=None).count() == 1
    page.goto(site.address("/settings/entry", "acme"))
    assert_accessible(page)


def test_it_fits_a_phone(client_side: Page, site: Site, known: Order) -> None:
    page = client_side
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.address("/orders/new", "acme"))

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_label("商品コード")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 720})
