"""The main job in a real browser, in order: a file comes in and is mended, orders ship, a month is billed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from billing.services import closing
from core import clock, scope
from core.models import Event
from orders import tracking
from orders.models import Channel, Intake, Order, Parcel
from orders.services import intake as receiving
from orders.services.intake import running
from tests.browser.conftest import Site, assert_accessible
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.order_files import order_file, row

pytestmark = pytest.mark.browser


def upload(page: Page, path: Path) -> None:
    """Put the file into the page's drop zone, send it, look at what would come of it, and take it."""
    page.locator("input[type=file]").set_input_files(path)
    with page.expect_navigation():
        page.locator("form:has(input[type=file]) [type=submit]").click()
    page.wait_for_url(re.compile(r"/intakes/\d+$"))
    take(page)
    expect(page.locator("text=新しい受注").first).to_be_visible(timeout=30_000)


def take(page: Page) -> None:
    """Wait until the file is shown, and take its good rows."""
    expect(page.locator("main")).to_contain_text("まだ取り込んでいません", timeout=30_000)
    assert_accessible(page)
    page.get_by_role("button", name=re.compile("^(すべて取り込む|取り込む（問題のない行だけ）)$")).click()


def refused_rows(page: Page) -> Locator:
    """The rows that were not taken, in the table of the page."""
    return page.get_by_role("table", name="取り込めなかった行").locator("tbody tr")


def test_1_an_account_asks_for_its_second_factor(operator_side: Page, site: Site) -> None:
    operator_side.goto(site.address("/"))
    expect(operator_side.locator("h1")).to_be_visible()
    assert_accessible(operator_side)


def test_2_a_file_is_read_and_what_is_refused_is_offered_to_mend(client_side: Page, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(order_file([row(店舗伝票番号="W-1"), row(店舗伝票番号="W-2", 受注数量="二つ")]))
    client_side.goto(site.address("/intakes", "acme"))
    assert_accessible(client_side)

    upload(client_side, file)
    expect(client_side.locator("main")).to_contain_text("W-2")
    assert_accessible(client_side)
    assert numbers("W") == ["W-1"]


def test_3_a_refused_row_is_mended_and_becomes_an_order(client_side: Page, site: Site, tmp_path: Path) -> None:
    bad = row(店舗伝票番号="M-2", 受注数量="二つ"), row(店舗伝票番号="M-3", 受注日="昨日")
    file = tmp_path / "mend.csv"
    file.write_bytes(order_file([row(店舗伝票番号="M-1"), *bad]))
    client_side.goto(site.address("/intakes", "acme"))
    upload(client_side, file)
    with client_side.expect_download() as offered:
        client_side.locator("a[href$='/mend']").click()
    file = tmp_path / offered.value.suggested_filename
    file.write_bytes(corrected(offered.value.path().read_bytes(), "M-2", 受注数量="1"))
    refused = client_side.url

    client_side.locator("input[type=file]").set_input_files(file)
    client_side.get_by_role("button", name="直した行を取り込む").click()
    client_side.wait_for_url(lambda url: url != refused)
    with another_file_being_read():
        take(client_side)
        expect(client_side.get_by_role("progressbar", name="順番を待っています")).to_be_visible()
        assert client_side.url != refused
    expect(client_side.locator("main")).to_contain_text("直した元の取込", timeout=30_000)
    expect(refused_rows(client_side)).to_have_count(1)
    expect(refused_rows(client_side)).to_contain_text("M-3")
    assert_accessible(client_side)
    assert numbers("M") == ["M-1", "M-2"]

    client_side.locator("main a[href*='intake=']").first.click()
    expect(client_side.locator("main tbody")).to_contain_text("M-2")
    client_side.goto(refused)
    rows = refused_rows(client_side)
    expect(rows.filter(has_text="M-2")).to_contain_text("修正済み")
    expect(rows.filter(has_text="M-3")).not_to_contain_text("修正済み")
    assert_accessible(client_side)


def numbers(letter: str) -> list[str]:
    """The numbers of acme's orders that begin with the letter."""
    with scope.client("acme"):
        found = Order.objects.filter(number__startswith=letter).order_by("number")
        return list(found.values_list("number", flat=True))


def corrected(offered: bytes, number: str, **cells: str) -> bytes:
    """The file of refused rows after somebody put one row right in a spreadsheet."""
    rows = list(csv.DictReader(io.StringIO(offered.decode("cp932"), newline="")))
    changed = [{**one, **cells} if one["店舗伝票番号"] == number else one for one in rows]
    assert changed != rows
    return order_file(changed, header=rows[0])


@contextmanager
def another_file_being_read() -> Iterator[None]:
    """For so long the channel's next file waits its turn."""
    with scope.client("acme"):
        running._one_at_a_time(Intake(channel=Channel.objects.get()))
        yield


def test_4_orders_go_from_the_queue_to_the_door_and_are_followed(
    operator_side: Page, client_side: Page, site: Site
) -> None:
    arrive(row(店舗伝票番号="F-1", 受注日="2026/10/02 9:00:00"))
    arrive(row(店舗伝票番号="F-2", 受注日="2026/10/03 9:00:00", 備考="玄関前に置いてください。"))
    page = operator_side
    page.goto(site.address("/queue"))
    expect(page.locator("main")).to_contain_text("F-2")
    page.keyboard.press("n")

    done = list(work_off(page))

    assert [kind for kind, number in done if number == "F-1"] == ["出荷指示", "ピッキング", "梱包", "出荷確定"]
    assert [kind for kind, number in done if number == "F-2"] == ["確認", "出荷指示", "ピッキング", "梱包", "出荷確定"]
    page.wait_for_url(re.compile("/queue"))
    expect(page.locator("main")).to_contain_text("やることはすべて終わっています")
    follow_the_parcel(client_side, site)


def arrive(order: dict[str, str]) -> None:
    """The order comes in as a file."""
    at = clock.now()
    with scope.client("acme"):
        name, data = f"{order['店舗伝票番号']}.csv", order_file([order])
        arrived = receiving.submit(Channel.objects.get(), file_name=name, data=data, actor=OPERATOR, at=at)
        receiving.run(arrived.pk, at=at)


def work_off(page: Page) -> Iterator[tuple[str, str]]:
    """Do item after item with the buttons of their pages, as long as there is a next one; each by kind and order."""
    page.wait_for_url(re.compile(r"/work/\d+$"))
    while "/work/" in page.url:
        kind, number = page.locator("h1").inner_text().split()
        if kind == "出荷確定":
            ship(page, stale=page.context.new_page())
        else:
            with page.expect_navigation():
                page.locator("#task button[data-key=e]").click()
        yield kind, number


def ship(page: Page, *, stale: Page) -> None:
    """Ship with a slip of the pen first, then twice at once, then once more from a page that was left open."""
    item, sent = page.url, []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    stale.goto(item)
    number = orders.tracking_number()
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 7}"

    page.get_by_label("伝票番号").fill(wrong)
    with page.expect_navigation():
        page.get_by_role("button", name="出荷を確定する").click()
    expect(page.locator("body")).to_contain_text(f"伝票番号「{wrong}」は検査数字が合いません")
    assert page.url == item

    sent.clear()
    page.get_by_label("伝票番号").fill(number)
    with page.expect_navigation():
        page.get_by_role("button", name="出荷を確定する").dblclick()
    expect(page.locator("body")).to_contain_text("出荷を確定しました。")
    assert sent == [f"{item}/ship"]
    onwards = page.url

    stale.get_by_label("伝票番号").fill(orders.tracking_number())
    stale.get_by_role("button", name="出荷を確定する").click()
    expect(stale.locator("body")).to_contain_text("出荷済みです。")
    stale.close()
    page.go_back()
    expect(page.locator("main")).to_contain_text("この作業は終わっています")
    expect(page.get_by_role("button", name="出荷を確定する")).to_have_count(0)
    page.goto(onwards)


def follow_the_parcel(page: Page, site: Site) -> None:
    """The client sees that the order left, once, and where its parcel is."""
    with scope.client("acme"):
        order = Order.objects.get(number="F-2")
        assert Event.objects.filter(name="shipment.shipped", order_id=order.pk).count() == 1
        [number] = Parcel.objects.filter(shipment__order=order).values_list("tracking_number", flat=True)
    page.goto(site.address("/orders?q=F-2", "acme"))
    page.locator("main tbody a", has_text="F-2").click()
    expect(page.locator("main")).to_contain_text("出荷済み")
    followed = page.get_by_role("link", name="荷物の場所を見る")
    expect(followed).to_have_attribute("href", tracking.url_of("yamato", number))
    assert_accessible(page)


def test_5_the_closing_is_opened_and_approved(client_side: Page, site: Site) -> None:
    now = clock.now()
    with scope.client("acme"):
        invoice = closing.draft(now.date(), actor=OPERATOR, at=now)
    client_side.goto(site.address(f"/billing/{invoice.pk}", "acme"))
    expect(client_side.locator("main")).to_contain_text(f"{int(invoice.total):,}")
    assert_accessible(client_side)


@pytest.mark.parametrize("path", ["/", "/questions", "/documents", "/sla", "/billing", "/settings/people"])
def test_6_every_page_of_the_menu_can_be_read_by_all(client_side: Page, site: Site, path: str) -> None:
    client_side.goto(site.address(path, "acme"))
    assert_accessible(client_side)


def test_7_the_language_is_changed_and_stays(client_side: Page, site: Site) -> None:
    client_side.goto(site.address("/orders", "acme"))
    expect(client_side.locator("html")).to_have_attribute("lang", "ja")
    for code in ("en", "ja"):
        with client_side.expect_navigation():
            client_side.locator(f"button[name=language][value={code}]").first.dispatch_event("click")
        client_side.goto(site.address("/orders", "acme"))
        expect(client_side.locator("html")).to_have_attribute("lang", code)
