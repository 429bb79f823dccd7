"""A service project in a real browser: the operator logs work and hands in, the buyer accepts on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from core import clock, scope
from projects.models import Evaluation, Project, WorkLog
from tests.browser.conftest import Site, assert_accessible
from tests.factories import projects

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The buyer's; nothing may go against the policy."""
    context = browser.new_context(viewport=PHONE, locale="ja-JP", reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Policy" in said.text else None)
    yield page
    assert complaints == []
    context.close()


def barriers(page: Page) -> None:
    """Look for barriers beside the page: what looks for them goes against the policy itself."""
    beside = page.context.new_page()
    beside.goto(page.url)
    assert_accessible(beside)
    assert beside.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    beside.close()


def the_project() -> Project:
    """A project of one milestone whose set-up is done."""
    with scope.client("acme"):
        project = projects.delivering(at=clock.now())
        project.milestones.order_by("pk").last().delete()  # type: ignore[union-attr]
        return project


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="案件の内容").get_by_role("link", name=name).click()


def test_work_is_logged_and_what_is_handed_in_is_accepted(operator_side: Page, phone: Page, site: Site) -> None:
    project, desk = the_project(), operator_side
    desk.goto(site.address("/clients/acme/projects"))
    desk.get_by_role("link", name=project.number).click()
    expect(desk.locator("main")).to_contain_text("次のマイルストーンを納めます")
    barriers(desk)

    tab(desk, "作業記録")
    for field, text in (("person", "受注 花子"), ("hours", "1.5"), ("note", "設定の確認")):
        desk.locator(f"main form [name={field}]").fill(text)
    desk.locator("main form [name=task]").select_option(label="設定")
    desk.get_by_role("button", name="作業を記録する").click()
    expect(desk.get_by_role("table", name="作業の記録")).to_contain_text("設定の確認")
    barriers(desk)

    tab(desk, "計画")
    desk.get_by_label("設定 を選択").check()
    desk.get_by_role("button", name="1件を終える").click()
    expect(desk.locator("main")).to_contain_text("1件の作業を終えました。")
    barriers(desk)

    tab(desk, "品質")
    desk.get_by_label("設定値が設計書と一致している を選択").check()
    desk.get_by_role("button", name="結果を記録する").click()
    expect(desk.get_by_role("table").first).to_contain_text("合格")

    tab(desk, "検収・評価")
    desk.get_by_label("初期設定 を選択").check()
    desk.get_by_role("button", name="選んだマイルストーンの検収を依頼する").click()
    link = desk.locator(".copy").first.inner_text().split()[0]
    barriers(desk)

    phone.goto(site.address("/a/" + link.rpartition("/a/")[2], "acme"))
    expect(phone.locator("main")).to_contain_text("¥330,000")
    barriers(phone)
    phone.get_by_label("お名前").first.fill("佐藤 一郎")
    phone.get_by_role("button", name="検収する").click()
    expect(phone.locator("main")).to_contain_text("印を付けてください")
    phone.get_by_label("納品の内容を確認し、検収します").check()
    phone.get_by_role("button", name="検収する").click()
    expect(phone.locator("main")).to_contain_text("検収いただきました")
    phone.locator("#evaluate [name=score]").select_option(label="5 とても満足")
    phone.locator("#evaluate [name=name]").fill("佐藤 一郎")
    phone.get_by_role("button", name="評価を送る").click()
    expect(phone.locator("main")).to_contain_text("5点中 5点")
    barriers(phone)
    phone.goto(f"{phone.url}?language=en")
    expect(phone.locator("main")).to_contain_text("You have accepted it")

    desk.reload()
    expect(desk.locator("main")).to_contain_text("完了")
    with scope.client("acme"):
        assert WorkLog.objects.get().minutes == 90
        assert Evaluation.objects.get().given_from == "127.0.0.1"
