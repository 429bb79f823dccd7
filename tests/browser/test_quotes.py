"""From an inquiry to the order in a real browser: the house at a desk, the buyer on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core import scope
from orders.models import Contract, Order
from tests.browser.conftest import Site, assert_accessible, log_in

pytestmark = pytest.mark.browser

DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)


def a_page(browser: Browser, size: ViewportSize) -> Iterator[Page]:
    """A page of that size; nothing may have gone against the policy."""
    context = browser.new_context(viewport=size, locale="ja-JP", reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    yield page
    assert complaints == []
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    yield from a_page(browser, DESK)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from a_page(browser, PHONE)


def barriers(page: Page) -> None:
    """Look for barriers beside the page: what looks for them goes against the policy itself."""
    beside = page.context.new_page()
    beside.goto(page.url)
    assert_accessible(beside)
    assert beside.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    beside.close()


def inquire(page: Page, site: Site) -> None:
    page.goto(site.address("/inquiries/new", "acme"))
    for label, text in (
        ("件名", "秋の販促ギフト 300セット"),
        ("会社名", "青山茶舗株式会社"),
        ("お名前", "佐藤 一郎"),
        ("メールアドレス", "sato@example.jp"),
        ("電話番号", "03-1234-5678"),
        ("郵便番号", "105-0011"),
        ("住所", "東京都港区芝公園4-2-8"),
    ):
        page.get_by_label(label, exact=False).first.fill(text)
    page.get_by_role("button", name="問い合わせを登録する").click()
    page.get_by_role("link", name="この内容で見積を作る").click()


def write(page: Page) -> None:
    """Type two lines with the keyboard alone, and see what they come to."""
    page.get_by_label("1行目の商品コード").focus()
    for cell in ("TEA-1", "煎茶 100g", "300", "袋", "1080", "4000"):
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(cell)
        page.keyboard.press("Tab")
    page.get_by_label("1行目の税率").select_option("8")
    page.get_by_label("2行目の商品コード").fill("BOX-1")
    page.get_by_label("2行目の品名").fill("化粧箱")
    page.get_by_label("2行目の数量").fill("300")
    page.get_by_label("2行目の単価").fill("120")
    expect(page.locator("#quote-beside")).to_contain_text("¥385,200")


def test_from_the_inquiry_to_the_order(desk: Page, phone: Page, site: Site) -> None:
    log_in(desk, site.address("/account/login/", "acme"), site.owner)
    inquire(desk, site)
    expect(desk.get_by_label("会社名")).to_have_value("青山茶舗株式会社")
    write(desk)
    barriers(desk)
    desk.get_by_role("button", name="下書きを保存する").last.click()
    desk.get_by_role("button", name="購入者に送る").first.click()
    desk.locator("dialog[open]").get_by_role("button", name="購入者に送る").click()
    expect(desk.locator("main")).to_contain_text("まで承諾できます")
    barriers(desk)
    link = desk.locator(".quote-link").inner_text().split()[0]

    phone.goto(site.address("/q/" + link.rpartition("/q/")[2], "acme"))
    expect(phone.locator("main")).to_contain_text("¥385,200")
    barriers(phone)
    phone.get_by_label("お名前").fill("佐藤 一郎")
    phone.get_by_role("button", name="この内容で承諾する").click()
    expect(phone.locator("main")).to_contain_text("印を付けてください")
    phone.get_by_label("お見積りの内容と条件を確認し、注文します").check()
    phone.get_by_role("button", name="この内容で承諾する").click()
    expect(phone.locator("main")).to_contain_text("ご承諾いただきました")
    phone.goto(f"{phone.url}?language=en")
    expect(phone.locator("main")).to_contain_text("You have accepted")

    desk.reload()
    desk.get_by_role("link", name="契約を開く").click()
    expect(desk.locator("main")).to_contain_text("127.0.0.1")
    barriers(desk)
    desk.get_by_role("button", name="この内容で受注を作る").click()
    desk.locator("main").get_by_role("link", name="受注 Q-").click()
    expect(desk.locator("main")).to_contain_text("見積と契約")
    with scope.client("acme"):
        contract = Contract.objects.get()
        order = Order.objects.get(contract=contract)
        assert (contract.accepted_by, int(order.total)) == ("佐藤 一郎", 385_200)
