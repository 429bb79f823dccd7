"""Exceptions in a real browser: the operator reports one, the client decides in one click, on a phone too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from core import clock, scope
from orders.models import Order, OrderException
from orders.services import changes, exceptions, returning
from tests.browser.conftest import Site, assert_accessible
from tests.conftest import OPERATOR
from tests.factories import operations, orders

pytestmark = pytest.mark.browser


def made(*, units: tuple[int, ...] = (2, 1)) -> int:
    """An order of acme that has just come in."""
    now = clock.now()
    with scope.client("acme"):
        return operations.received(units=units, ordered_at=now, received_at=now)


def test_1_the_operator_reports_an_exception_from_the_order(operator_side: Page, site: Site) -> None:
    key = made()
    operator_side.goto(site.address(f"/clients/acme/orders/{key}"))
    operator_side.locator("[commandfor=open-exception][command=show-modal]").click()
    operator_side.locator("#exception-kind").select_option("shortage")
    operator_side.locator("#exception-note").fill("棚に1個しかありません。")
    operator_side.locator("dialog[open] input[name^=line-]").first.fill("1")
    operator_side.locator("dialog[open] [type=submit]").click()

    expect(operator_side.locator("main")).to_contain_text("棚に1個しかありません。")
    assert_accessible(operator_side)
    with scope.client("acme"):
        found = OrderException.objects.get(order=key)
        assert list(found.lines.values()) == [1]


def test_2_the_client_decides_in_one_click_on_a_phone(client_side: Page, site: Site) -> None:
    client_side.set_viewport_size({"width": 390, "height": 844})
    client_side.goto(site.address("/", "acme"))
    expect(client_side.locator("main")).to_contain_text("欠品のご確認")
    client_side.goto(site.address("/questions", "acme"))
    assert_accessible(client_side)

    client_side.locator("[name=answer]").first.fill("先に送ってください。")
    client_side.locator("button[value=ship_part]").click()

    expect(client_side.locator("main")).to_contain_text("お答えいただくことはありません")
    with scope.client("acme"):
        found = OrderException.objects.get(kind="shortage")
        assert (found.decision, found.answer) == ("ship_part", "先に送ってください。")
        assert Order.objects.get(pk=found.order_id).phase == "awaiting_stock"
    client_side.set_viewport_size({"width": 1440, "height": 900})


def test_3_an_order_with_everything_at_once_is_accessible(operator_side: Page, client_side: Page, site: Site) -> None:
    now = clock.now()
    working, gone = made(), made()
    with scope.client("acme"):
        orders.released(working, at=now)
        changes.ask([working], kind="note", wanted={"note": "置き配"}, reason="不在", actor=OPERATOR, at=now)
        exceptions.open_for([working], kind="bad_address", note="番地がない", actor=OPERATOR, at=now)
        orders.shipped(gone, at=now)
        exceptions.open_for([gone], kind="accident", note="破損の連絡", actor=OPERATOR, at=now)
        returning.request([gone], reason="不要", actor=OPERATOR, at=now)
    for key in (working, gone):
        operator_side.goto(site.address(f"/clients/acme/orders/{key}"))
        assert_accessible(operator_side)
        client_side.goto(site.address(f"/orders/{key}", "acme"))
        assert_accessible(client_side)

    operator_side.goto(site.address(f"/clients/acme/orders/{gone}"))
    operator_side.locator("button[value=proceed]").click()
    expect(operator_side.locator("main")).to_contain_text("これまでの例外と変更")
    operator_side.locator("form[action$='/receive'] [type=submit]").click()
    operator_side.locator("[name=finding]").fill("未開封")
    operator_side.locator("form[action$='/inspect'] [type=submit]").click()
    expect(operator_side.locator("main")).to_contain_text("検品済み")
