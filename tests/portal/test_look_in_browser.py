"""The look in a real browser, on the style guide: what the scripts do, under the policy that pages are served with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from portal.look import preview

pytestmark = pytest.mark.browser

CHROMIUM: Path = settings.BASE_DIR / "var" / "chromium" / "browser"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Theme = Literal["light", "dark"]
DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with preview.serving() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESK, locale="ja-JP", reduced_motion="reduce")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The style guide, open; at the end nothing may have gone against the policy or raised an error."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    assert [said for said in complaints if "status of 500" not in said and "status of 422" not in said] == []


@pytest.mark.parametrize(
    ("size", "theme", "query"),
    [
        (DESK, "light", ""),
        (DESK, "dark", ""),
        (PHONE, "light", ""),
        (PHONE, "dark", ""),
        (DESK, "light", "?error=1"),
    ],
    ids=["desk light", "desk dark", "phone light", "phone dark", "refused"],
)
def test_nothing_is_out_of_reach(browser: Browser, address: str, size: ViewportSize, theme: Theme, query: str) -> None:
    context = browser.new_context(viewport=size, color_scheme=theme, locale="ja-JP", reduced_motion="reduce")
    page = context.new_page()
    page.goto(address + query)
    page.locator("#shipped").scroll_into_view_if_needed()
    expect(page.locator("#shipped canvas")).to_be_attached()
    page.locator("summary", has_text="表で見る").first.click()

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["default", "blue", "teal", "green", "orange", "rose", "slate"])
def test_every_accent_is_readable(browser: Browser, address: str, accent: str, theme: Theme) -> None:
    context = browser.new_context(viewport=DESK, color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}?accent={accent}")

    found = Axe().run(page, options={"runOnly": {"type": "rule", "values": ["color-contrast"]}})

    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_a_list_is_worked_by_hand_from_the_keyboard(page: Page) -> None:
    for key in ("j", "j", "x", "j", "j", "X"):
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("3件を選択中")
    expect(page.locator("[data-bulk-action]").last).to_contain_text("3件を出荷指示する")

    page.keyboard.press("e")
    expect(page.locator("#ask-title")).to_contain_text("3件を倉庫へ渡します")
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_hidden()

    page.keyboard.press("Escape")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    expect(page.locator("#orders tbody :checked")).to_have_count(0)


def test_the_question_is_answered_once_and_the_rows_are_sent(page: Page) -> None:
    page.locator("#orders .cell-select input").nth(2).check()
    page.keyboard.press("e")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("#ask [data-ask-yes]").click()

    assert "selected=2" in (sent.value.post_data or "")
    expect(page.locator(".messages")).to_contain_text("12件を保留にしました")
    expect(page.locator(".messages button")).to_have_text("元に戻す")


def test_shift_click_selects_the_rows_between(page: Page) -> None:
    boxes = page.locator("#orders tbody .cell-select input")
    boxes.nth(1).click()
    boxes.nth(5).click(modifiers=["Shift"])

    expect(page.locator("#orders tbody :checked")).to_have_count(5)


def test_everything_that_matches_the_filter_can_be_selected(page: Page) -> None:
    page.locator("#orders [data-select-all]").check()
    page.locator("[data-bulk-all]").click()
    expect(page.locator("[data-bulk-count]")).to_have_text("条件に合う全2,013件を選択中")
    expect(page.locator("[data-bulk-everything]")).to_have_value("1")

    page.locator("#orders tbody .cell-select input").first.uncheck()
    expect(page.locator("[data-bulk-everything]")).to_have_value("")
    expect(page.locator("[data-bulk-count]")).to_have_text("11件を選択中")


def test_a_filter_works_while_it_is_typed_and_is_kept_in_the_address(page: Page) -> None:
    page.locator(".filter-query").press_sequentially("髙橋")

    expect(page.locator("#orders tbody tr")).to_have_count(2)
    expect(page.locator(".filter-query")).to_be_focused()
    assert "q=%E9%AB%99%E6%A9%8B" in page.url
    page.locator("#orders [data-select-all]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2件を選択中")
    page.go_back()
    expect(page.locator("#orders tbody tr")).to_have_count(12)


def test_the_panel_opens_an_item_beside_the_list_and_gives_the_focus_back(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-body h1")).to_have_text("NE-20261103")
    expect(page.locator("#order-1")).to_have_class(re.compile("is-open"))
    expect(page.locator("#panel-body")).to_be_focused()
    assert page.locator("[data-panel-alone]").get_attribute("href") == "/styleguide/item"

    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#order-1 a").first).to_be_focused()


def test_a_command_in_the_panel_answers_there_with_a_toast(page: Page) -> None:
    page.locator("#order-3 a").first.click()
    page.get_by_role("button", name="出荷を指示する").click()

    expect(page.locator(".toast-item")).to_contain_text("12件を保留にしました")
    expect(page.locator(".toast-item form")).to_have_attribute("action", "/styleguide/act")
    expect(page.locator("#panel-body h1")).to_have_text("NE-20261103")


def test_an_answer_that_leads_elsewhere_becomes_the_page(page: Page) -> None:
    page.locator("#order-3 a").first.click()
    page.get_by_role("button", name="終えて戻る").click()

    expect(page.locator(".messages")).to_contain_text("12件を保留にしました")
    expect(page.locator("#panel")).to_be_hidden()
    assert page.url.endswith("/styleguide/")


def test_an_answer_that_failed_says_so_and_changes_nothing(page: Page) -> None:
    page.locator("#order-3 a").first.click()
    page.get_by_role("link", name="壊れている").click()

    expect(page.locator(".toast-item")).to_contain_text("処理中に問題が起きました")
    expect(page.locator("#panel-body h1")).to_have_text("NE-20261103")


def test_search_opens_by_key_and_is_walked_with_arrows(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#search-query")).to_be_focused()
    page.keyboard.type("佐")
    expect(page.locator("#search-results a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-results a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_hidden()


def test_the_help_lists_the_keys_of_this_page(page: Page) -> None:
    page.keyboard.press("?")

    expect(page.locator("#help [data-help]")).to_contain_text("選んだ受注を出荷指示する")
    expect(page.locator("#help [data-help]")).to_contain_text("次のページ")


def test_the_chosen_theme_is_kept_and_there_before_the_first_paint(page: Page, address: str) -> None:
    page.locator(".person-menu summary").click()
    page.locator("[data-theme-choice=dark]").click()
    page.goto(address, wait_until="commit")

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_progress_runs_to_its_end_and_stops_asking(page: Page) -> None:
    expect(page.get_by_text("終わった進捗")).to_be_visible(timeout=15_000)
    expect(page.locator("[hx-trigger='every 1s']")).to_have_count(0)


def test_a_second_press_sends_nothing(page: Page) -> None:
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.locator("#order-3 a").first.click()
    button = page.get_by_role("button", name="出荷を指示する")
    expect(button).to_be_visible()
    button.evaluate("button => { button.click(); button.click(); }")
    expect(page.locator(".toast-item")).to_be_visible()

    assert len(posts) == 1


def test_times_told_in_words_keep_current_by_the_servers_clock(page: Page) -> None:
    page.clock.install(time="2020-01-01T00:00:00Z")  # a reader whose own clock is years behind
    page.reload()
    soon, past = page.locator("[data-due]").first, page.locator("[data-ago]").first
    expect(soon).to_contain_text("あと 1時間20分")
    expect(past).to_have_text("3分前")

    page.clock.fast_forward("30:00")
    expect(soon).to_contain_text("あと 50分")
    expect(past).to_have_text("33分前")

    page.clock.fast_forward("59:40")
    expect(soon).to_contain_text("10分 遅れ")
    expect(soon).to_have_class(re.compile("tone-trouble"))


def test_a_text_is_copied(page: Page) -> None:
    page.locator("[data-copy]").first.click()

    expect(page.locator(".toast-item")).to_contain_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == "4011001098993"


def test_a_refused_form_takes_the_focus_and_its_lines_lead_to_the_fields(page: Page, address: str) -> None:
    page.goto(f"{address}?error=1")
    expect(page.locator(".form-errors").first).to_be_focused()

    page.locator(".form-errors a", has_text="料金プラン").first.click()
    expect(page.locator("#id_kind").first).to_be_focused()


@pytest.mark.parametrize("width", [800, 1024, 1280])
def test_a_table_that_is_too_wide_scrolls_in_its_place(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport=ViewportSize(width=width, height=800), locale="ja-JP")
    page = context.new_page()
    page.goto(address)
    page.locator("#order-1 a").first.click()
    expect(page.locator("#panel-body h1")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_rows_are_cards_on_a_phone_and_the_rail_is_at_the_foot(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="ja-JP")
    page = context.new_page()
    page.goto(address)

    label = "getComputedStyle(document.querySelector('#order-1 [data-label=金額]'), '::before').content"
    assert page.evaluate(label) == '"金額"'
    rail = page.locator(".rail").bounding_box()
    assert rail is not None
    assert rail["y"] + rail["height"] == PHONE["height"]
    context.close()


def test_without_scripts_the_list_can_be_searched_selected_and_sent(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.locator("#orders .cell-select input").nth(2).check()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="選んだ受注を保留する").click()

    assert "selected=2" in (sent.value.post_data or "")
    expect(page.locator(".messages")).to_contain_text("12件を保留にしました")
    page.locator(".person-menu summary").click()
    expect(page.locator(".person-menu .menu-items")).to_be_visible()
    context.close()
