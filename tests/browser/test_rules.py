"""The builder of rules in a real browser: parts are added without leaving the page, and every page passes axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from core import clock, scope
from orders.models import ArrivalRule, RuleOrder
from orders.services import ruling
from tests.browser.conftest import Site, assert_accessible
from tests.conftest import OPERATOR
from tests.factories import orders

pytestmark = pytest.mark.browser


def test_a_rule_is_built_tried_saved_and_switched_on(client_side: Page, site: Site) -> None:
    with scope.client("acme"):
        orders.order(number="OKI-1", ship_prefecture="沖縄県")
    page = client_side
    page.goto(site.address("/settings/rules/new", "acme"))
    page.get_by_label("規則の名前").fill("沖縄は確認")
    page.get_by_label("加える条件").select_option("ship_prefecture")
    page.get_by_role("button", name="条件を加える").click()
    page.get_by_label("沖縄県").check()
    page.get_by_label("加える動作").select_option("hold")
    page.get_by_role("button", name="動作を加える").click()
    expect(page.get_by_label("たずねること")).to_be_visible()
    expect(page.get_by_label("沖縄県")).to_be_checked()
    expect(page.get_by_label("規則の名前")).to_have_value("沖縄は確認")

    page.get_by_role("button", name="最近の1,000件で試す").click()
    expect(page.locator("#trial")).to_contain_text("OKI-1")
    page.get_by_role("button", name="保存する").last.click()
    expect(page.locator("main")).to_contain_text("届け先都道府県 が 沖縄県 のどれか")
    assert_accessible(page)
    page.get_by_label("この規則を使う").check()
    page.get_by_role("button", name="状態を保存する").click()
    expect(page.locator("main")).to_contain_text("規則を有効にしました")

    with scope.client("acme"):
        rule = ArrivalRule.objects.get()
    assert rule.is_active
    for path in ("", f"/{rule.pk}/edit", "/new", "/try"):
        page.goto(site.address(f"/settings/rules{path}", "acme"))
        assert_accessible(page)


def test_rules_are_dragged_into_another_order_and_the_buttons_do_the_same(client_side: Page, site: Site) -> None:
    at = clock.now()
    with scope.client("acme"):
        first, second = (
            ruling.create(ruling.Draft(name, {"all": []}, [{"do": "tag", "tag": name}]), actor=OPERATOR, at=at)
            for name in ("並び一", "並び二")
        )
    page = client_side
    page.goto(site.address("/settings/rules", "acme"))
    grip, target = page.locator(f"#rule-{second.pk} [data-grip]"), page.locator(f"#rule-{first.pk}")
    grip.scroll_into_view_if_needed()
    box, over = grip.bounding_box(), target.bounding_box()
    assert box is not None
    assert over is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(over["x"] + 20, over["y"] + 4, steps=6)
    page.mouse.up()

    expect(page.locator("body")).to_contain_text("規則の順番を保存しました")
    rows = page.locator("[data-sortable] > tr")
    expect(rows.filter(has_text="並び")).to_have_text([re.compile("並び二"), re.compile("並び一")])
    assert_accessible(page)
    page.locator(f"#rule-{second.pk}").get_by_role("button", name="下へ").press("Enter")
    expect(rows.filter(has_text="並び")).to_have_text([re.compile("並び一"), re.compile("並び二")])
    with scope.client("acme"):
        assert RuleOrder.objects.count() == 2
