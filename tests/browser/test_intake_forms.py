"""A file of another channel than chosen: the page says whose it is, keeps the file, and takes it as that on a press."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from core import scope
from integrations.channels.rakuten.sample import SHOP as RAKUTEN
from integrations.channels.samples import example
from integrations.channels.yahoo.sample import SHOP as YAHOO
from integrations.channels.yahoo.sample import as_pair
from orders.models import Channel, Intake
from orders.services.intake.running import progress_key
from tests.browser.conftest import Site, assert_accessible

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def malls(site: Site) -> Iterator[None]:
    """Two more channels; the progress of their files is forgotten with them: the next module counts from 1 again."""
    with scope.client("acme"):
        Channel.objects.create(code="mall", name="楽天市場店", profile="rakuten")
        Channel.objects.create(code="yahoo", name="ヤフー店", profile="yahoo")
    yield
    with scope.client("acme"):
        cache.delete_many([progress_key(pk) for pk in Intake.objects.values_list("pk", flat=True)])


def test_the_chosen_file_is_taken_as_what_it_is(client_side: Page, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "rakuten.csv"
    file.write_bytes(example(RAKUTEN))
    client_side.goto(site.address("/intakes", "acme"))
    client_side.locator("select[name=channel]").select_option("shop")
    client_side.locator("input[type=file]").set_input_files(file)
    client_side.locator("form:has(input[type=file]) [type=submit]").last.click()

    answer = client_side.locator("#answer")
    expect(answer).to_contain_text("これは「楽天RMS 通常購入データ」のファイルのようです。")
    answer.get_by_role("button", name="「楽天市場店」として取り込む").click()

    client_side.wait_for_url(re.compile(r"/intakes/\d+$"))
    expect(client_side.locator("main")).to_contain_text("楽天市場店")
    with scope.client("acme"):
        assert Intake.objects.get(channel__code="mall").file_name == "rakuten.csv"


def test_the_page_of_a_half_waits_for_its_other_file(client_side: Page, site: Site, tmp_path: Path) -> None:
    orders, items = tmp_path / "Orders.csv", tmp_path / "Items.csv"
    for path, data in zip((orders, items), as_pair(example(YAHOO)), strict=True):
        path.write_bytes(data)
    client_side.goto(site.address("/intakes", "acme"))
    assert_accessible(client_side)
    client_side.locator("select[name=channel]").select_option("yahoo")
    client_side.locator("input[type=file]").set_input_files(orders)
    client_side.locator("form:has(input[type=file]) [type=submit]").last.click()
    client_side.wait_for_url(re.compile(r"/intakes/\d+$"))
    expect(client_side.locator("main")).to_contain_text("もう一方のファイルを待っています")
    assert_accessible(client_side)

    client_side.locator("input[type=file]").set_input_files(items)
    client_side.locator("form:has(input[type=file]) [type=submit]").click()
    expect(client_side.locator("main")).to_contain_text("新しく登録する受注", timeout=30_000)
