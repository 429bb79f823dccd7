"""Goods that are not in stock, from the order to the supplier's parcel, in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from core import clock, scope
from orders.models import Shipment, Supply
from tests.browser.conftest import Site, assert_accessible
from tests.factories.operations import received
from tests.factories.orders import tracking_number
from tests.factories.supplies import item, supplier

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def order(site: Site) -> int:
    """An order of three pieces that a supplier sends to the buyer."""
    with scope.client("acme"):
        item("SKU-1", "drop_ship", supplier(is_protected=True))
        item("SKU-2", "made_to_order", lead_days=10)
        return received(units=(3,), branch="drop_ship", received_at=clock.now())


def test_1_goods_are_ordered_and_sent_to_the_supplier(operator_side: Page, site: Site, order: int) -> None:
    page = operator_side
    page.goto(site.address(f"/clients/acme/orders/{order}"))
    page.get_by_role("button", name="手配する", exact=True).click()
    expect(page.get_by_text("手配の下書きを1件作りました")).to_be_visible()
    page.get_by_role("link", name="S-0000").first.click()
    page.get_by_role("button", name="発注する", exact=True).click()
    expect(page.get_by_text("1件を発注しました")).to_be_visible()


def test_2_the_supplier_answers_and_ships_a_part(operator_side: Page, site: Site, order: int) -> None:
    page = operator_side
    with scope.client("acme"):
        supply = Supply.objects.get(order=order)
    page.goto(site.address(f"/clients/acme/supplies/{supply.pk}"))
    page.get_by_label("仕入先の納期").fill(f"{supply.asked_on + timedelta(days=1):%Y-%m-%d}")
    page.get_by_role("button", name="納期を記録する").click()
    expect(page.get_by_text("納期を記録し")).to_be_visible()
    page.get_by_label("商品1の今回の数").fill("1")
    page.get_by_label("伝票番号").fill(tracking_number())
    page.get_by_role("button", name="記録する", exact=True).click()
    expect(page.get_by_text("仕入先からの出荷を記録しました")).to_be_visible()
    with scope.client("acme"):
        assert Shipment.objects.get(order=order).source == "supplier"
        supply.refresh_from_db()
        assert supply.state == "partial"


@pytest.mark.parametrize("path", ["/supplies", "/supplies?shown=draft", "/supplies/{supply}", "/settings/supply"])
def test_3_the_pages_can_be_read_by_all(client_side: Page, site: Site, order: int, path: str) -> None:
    with scope.client("acme"):
        supply = Supply.objects.get(order=order).pk
    client_side.goto(site.address(path.format(supply=supply), "acme"))
    assert_accessible(client_side)
