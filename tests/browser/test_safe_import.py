"""The whole way of a file of an unknown layout: mapped, shown, taken, decided in another tab too, and taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import scope
from orders.models import Intake, Order
from tests.browser.conftest import Site, assert_accessible

pytestmark = pytest.mark.browser

FILE = """\
受付番号,受付日,氏名,郵便,住所,品番,品名,数,単価
{letter}-1,2026/10/01 10:00,山田 花子,1050011,東京都港区芝公園4-2-8,CHA,煎茶,2,500
{letter}-2,2026/10/01 11:00,佐藤 次郎,5300001,大阪府大阪市北区梅田1-2-3,POT,急須,1,1500
{letter}-3,昨日,鈴木 三郎,5300001,大阪府大阪市北区梅田1-2-4,POT,急須,1,1500
"""
FACTS = {
    "受付番号": "number", "受付日": "ordered_at", "氏名": "ship_name", "郵便": "ship_postcode", "住所": "ship_address",
    "品番": "sku", "品名": "name", "数": "quantity", "単価": "unit_price",
}  # fmt: skip


def numbers() -> list[str]:
    with scope.client("acme"):
        return list(Order.objects.filter(number__startswith="S-").order_by("number").values_list("number", flat=True))


def send(page: Page, site: Site, path: Path) -> str:
    """Send the file by the channel 自社EC and wait until it is shown; its address."""
    page.goto(site.address("/intakes", "acme"))
    page.locator("select[name=channel]").select_option(label="自社EC")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="送る", exact=True).click()
    page.wait_for_url(re.compile(r"/intakes/\d+$"))
    expect(page.locator("main")).to_contain_text("まだ取り込んでいません", timeout=30_000)
    return page.url


def test_1_a_layout_is_mapped_column_by_column(client_side: Page, site: Site, tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text(FILE.format(letter="S"), encoding="utf-8")
    client_side.goto(site.address("/intakes/formats", "acme"))
    assert_accessible(client_side)
    client_side.locator("main input[name=name]").fill("自社EC")
    client_side.locator("form:has(input[value=begin]) input[type=file]").set_input_files(sample)
    client_side.get_by_role("button", name="列の割り当てに進む").click()
    client_side.wait_for_url(re.compile(r"/intakes/formats/\d+$"))
    expect(client_side.locator("#mapped")).to_contain_text("まだ読み取れません")

    for column, fact in FACTS.items():
        client_side.get_by_label(f"「{column}」の項目").select_option(fact)
    expect(client_side.locator("#mapped")).to_contain_text("山田 花子", timeout=30_000)
    expect(client_side.locator("#mapped")).to_contain_text("「昨日」は日付として読めません")
    assert_accessible(client_side)
    client_side.get_by_role("button", name="新しい版として保存する").click()
    expect(client_side.locator("main")).to_contain_text("第1版として保存しました。")

    client_side.goto(site.address("/intakes/channels", "acme"))
    assert_accessible(client_side)
    client_side.locator("main input[name=name]").fill("自社EC")
    client_side.get_by_label("取込形式").select_option(label="自社EC")
    client_side.get_by_role("button", name="販売チャネルを保存する").click()
    expect(client_side.locator("main table")).to_contain_text("自社EC")


def test_2_it_is_shown_taken_once_and_taken_back(client_side: Page, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(FILE.format(letter="S"), encoding="utf-8")
    address = send(client_side, site, file)
    expect(client_side.locator("main")).to_contain_text("自社EC（第1版）")
    assert numbers() == []
    assert_accessible(client_side)

    other = client_side.context.new_page()
    other.goto(address)
    client_side.get_by_role("button", name="取り込む（問題のない行だけ）").click()
    expect(client_side.locator("main")).to_contain_text("新しい受注", timeout=30_000)
    assert numbers() == ["S-1", "S-2"]

    other.get_by_role("button", name="取り込む（問題のない行だけ）").click()
    expect(other.locator("main")).to_contain_text("取り込みました。")
    other.go_back()
    expect(other.locator("main")).to_contain_text("新しい受注")
    expect(other.get_by_role("button", name="取り込まずに破棄する")).to_have_count(0)
    other.close()
    assert numbers() == ["S-1", "S-2"]

    client_side.get_by_role("link", name="取込を取り消す").click()
    assert_accessible(client_side)
    client_side.get_by_role("button", name="2件すべてを取り消す").click()
    expect(client_side.locator("main")).to_contain_text("この取込は取り消されました")
    assert_accessible(client_side)
    assert numbers() == []

    again = send(client_side, site, file)
    assert again != address
    client_side.get_by_role("button", name="1件でも問題があれば取り込まない").click()
    expect(client_side.locator("main")).to_contain_text("このファイルからは何も取り込みませんでした")
    assert numbers() == []


def test_3_a_file_is_thrown_away_with_a_double_click(client_side: Page, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(FILE.format(letter="S").replace("昨日", "2026/10/02"), encoding="utf-8")
    address = send(client_side, site, file)
    client_side.get_by_role("button", name="取り込まずに破棄する").dblclick()
    client_side.wait_for_url(re.compile(r"/intakes$"))
    assert numbers() == []
    with scope.client("acme"):
        assert Intake.objects.get(pk=int(address.rsplit("/", 1)[1])).state == Intake.DISCARDED
