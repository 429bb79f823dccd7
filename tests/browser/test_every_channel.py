"""Every way by which orders come in, from the sample of its channel to the papers, the parcel and the mails.

A channel is tried by being registered: its example is sent in the browser, shown, taken, worked by the operator, and
comes out again. So are a layout that a client maps itself, and shops that tell of each order by themselves.
"""

from __future__ import annotations

import base64
import email
import email.policy
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import httpx
import orjson
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from core import scope
from integrations.models import Notice
from integrations.queries import tracking as pages_of_buyers
from integrations.registry import CHANNELS, LIVE
from orders import registry, tracking
from orders.models import Channel, Order, Parcel, Shipment
from orders.registry import Example
from tests.browser.conftest import Site
from tests.factories import orders
from tests.running import until

pytestmark = pytest.mark.browser

BEFORE_ALL = "2026-01-01T00:00"
MOMENT = "2026-10-01T10:00:00+09:00"
SECRET = "the-secret-that-the-shop-shows"
PAPERS = {"order_slip": "受注伝票", "delivery_note": "納品書", "ship_order": "出荷指示書"}
OWN = """\
受付番号,受付日,氏名,メール,郵便,住所,品番,品名,数,単価,連絡
M-1,2026/10/01 10:00,山田 花子,hanako@example.jp,1050011,東京都港区芝公園4-2-8,CHA,煎茶,2,500,
M-2,2026/10/01 11:00,佐藤 次郎,jiro@example.jp,5300001,大阪府大阪市北区梅田1-2-3,POT,急須,1,1500,玄関前へ
"""
FACTS = {
    "受付番号": "number", "受付日": "ordered_at", "氏名": "ship_name", "メール": "buyer_email",
    "郵便": "ship_postcode", "住所": "ship_address", "品番": "sku", "品名": "name", "数": "quantity",
    "単価": "unit_price", "連絡": "note",
}  # fmt: skip


HEADS = """\
番号,注文日時,届け先,メール,〒,住所
P-1,2026/10/02 10:00,高橋 一郎,ichiro@example.jp,1050011,東京都港区芝公園4-2-8
P-2,2026/10/02 11:00,田中 三奈,mina@example.jp,5300001,大阪府大阪市北区梅田1-2-3
"""
ITEMS = """\
番号,品番,品名,数,単価
P-1,CHA,煎茶,1,500
P-2,POT,急須,1,1500
P-1,CUP,湯呑み,2,300
"""
FACTS_OF_PAIR = {
    "注文日時": "ordered_at", "届け先": "ship_name", "メール": "buyer_email", "〒": "ship_postcode",
    "住所": "ship_address", "品番": "sku", "品名": "name", "数": "quantity", "単価": "unit_price",
}  # fmt: skip
OWN_FORMS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "own": ({"own.csv": OWN}, FACTS),
    "pair": ({"heads.csv": HEADS, "items.csv": ITEMS}, FACTS_OF_PAIR),
}
"""Layouts that the client maps: their files, and which column is which fact."""


FETCHED = """
async (address) => {
  const answer = await fetch(address);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return [answer.headers.get("content-type"), btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))];
}
"""
"""What the browser is given for an address: its kind, and the content in base64."""


@dataclass(frozen=True)
class Way:
    """One way in. how: "file" of a channel, "own" for a layout that the client mapped, or "live" messages of a shop."""

    how: str
    code: str

    @property
    def shop(self) -> str:
        """What the client calls the channel."""
        return f"{self.code} {self.how}"


WAYS = [
    *(Way("file", code) for code in CHANNELS),
    *(Way("own", code) for code in OWN_FORMS),
    *(Way("live", code) for code in LIVE),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=[f"{way.code}-{way.how}" for way in WAYS])


@pytest.fixture(scope="module", autouse=True)
def mails() -> Iterator[Path]:
    """Where mails are put by the backend; nothing of an earlier run is there."""
    folder = settings.VAR / "mail"
    for old in folder.glob("*.log"):
        old.unlink()
    yield folder


@pytest.fixture(scope="module")
def pick_list() -> dict[str, str]:
    """What the pick list of the orders says, once it was made."""
    return {}


def test_1_mails_begin_and_every_channel_is_set_up(client_side: Page, site: Site, tmp_path: Path) -> None:
    page = client_side
    page.goto(site.address("/settings/notices", "acme"))
    page.get_by_label("稼働開始の日時").fill(BEFORE_ALL)
    page.get_by_role("button", name="この日時から送る").click()
    expect(page.locator("main")).to_contain_text("稼働中")
    for code in OWN_FORMS:
        map_own(page, site, code, tmp_path)
    for way in WAYS:
        page.goto(site.address("/intakes/channels", "acme"))
        page.locator("main input[name=name]").fill(way.shop)
        label = f"自社{way.code}" if way.how == "own" else CHANNELS[way.code].name
        page.get_by_label("取込形式").select_option(label=label)
        page.get_by_role("button", name="販売チャネルを保存する").click()
        expect(page.locator("main table")).to_contain_text(way.shop)


def map_own(page: Page, site: Site, code: str, tmp_path: Path) -> None:
    """Map a layout of the client's own, column by column, and make a version of it."""
    page.goto(site.address("/intakes/formats", "acme"))
    page.locator("main input[name=name]").first.fill(f"自社{code}")
    page.locator("form:has(input[value=begin]) input[type=file]").set_input_files(own_files(code, tmp_path))
    page.get_by_role("button", name="列の割り当てに進む").click()
    page.wait_for_url(re.compile(r"/intakes/formats/\d+$"))
    for column, fact in OWN_FORMS[code][1].items():
        page.get_by_label(f"「{column}」の項目").select_option(fact)
    expect(page.locator("#mapped")).to_contain_text("大阪府大阪市北区梅田", timeout=30_000)
    page.get_by_role("button", name="新しい版として保存する").click()
    expect(page.locator("main")).to_contain_text("第1版として保存しました。")


def own_files(code: str, tmp_path: Path) -> list[Path]:
    for name, content in OWN_FORMS[code][0].items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return [tmp_path / name for name in OWN_FORMS[code][0]]


@every_way
def test_2_the_sample_goes_in(client_side: Page, site: Site, tmp_path: Path, way: Way) -> None:
    page = client_side
    if way.how == "live":
        tell(page, site, way)
    else:
        send(page, site, way, tmp_path)
    came = orders_of(way)
    assert came
    page.goto(site.address(f"/orders?channel={came[0].channel.code}", "acme"))
    for order in came:
        expect(page.locator("main tbody")).to_contain_text(order.number)


def send(page: Page, site: Site, way: Way, tmp_path: Path) -> None:
    """Send the file, look at what would come of it, and take it."""
    files = files_of(way, tmp_path)
    page.goto(site.address("/intakes", "acme"))
    page.locator("select[name=channel]").select_option(label=way.shop)
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="送る", exact=True).click()
    page.wait_for_url(re.compile(r"/intakes/\d+$"))
    expect(page.locator("main")).to_contain_text("まだ取り込んでいません", timeout=30_000)
    assert orders_of(way) == []
    page.get_by_role("button", name="すべて取り込む").click()
    expect(page.locator("main")).to_contain_text("すべての行を取り込みました", timeout=30_000)


def files_of(way: Way, tmp_path: Path) -> list[Path]:
    """The first example of the channel as it is offered; the two files where it comes as a pair."""
    if way.how == "own":
        return own_files(way.code, tmp_path)
    first, *rest = registry.examples(way.code)
    chosen: list[Example] = [first, rest[0]] if first.code == "orders" else [first]
    for example in chosen:
        (tmp_path / example.file_name).write_bytes(example.content())
    return [tmp_path / example.file_name for example in chosen]


def tell(page: Page, site: Site, way: Way) -> None:
    """Agree on a secret with the shop; a message that is signed otherwise is nobody's, one signed by it is an order."""
    live = LIVE[way.code]
    page.goto(site.address("/settings/hooks", "acme"))
    card = page.locator(".card", has_text=way.shop)
    secret = SECRET
    if live.secret_is_theirs:
        card.get_by_label("署名の鍵").fill(SECRET)
        card.get_by_role("button", name="署名の鍵を登録する").click()
    else:
        card.get_by_role("button", name="秘密鍵を作る").click()
        secret = page.locator(".copy.is-secret code").inner_text()
    expect(card).to_contain_text("受け付けています")
    with scope.client("acme"):
        path = f"/hooks/{Channel.objects.get(name=way.shop).code}/"
    message = live.example(f"{way.code}-L1", MOMENT)
    body = orjson.dumps(message.payload)

    def post(body: bytes, event: str, signature: str) -> int:
        headers = {**message.headers, live.id_header: event, live.header: signature}
        host = {"Host": f"acme.localhost:{site.port}"}
        return httpx.post(f"http://127.0.0.1:{site.port}{path}", content=body, headers={**headers, **host}).status_code

    assert post(body, "event-1", live.signature(body, "another-secret-altogether")) == 401
    assert post(body, "event-1", live.signature(body, secret)) == 200
    until(lambda: orders_of(way), seconds=30, what="the message is an order")
    if orders_of(way)[0].phase == "awaiting_payment":
        paid = {**message.payload["order"], "payment_date": MOMENT}
        body = orjson.dumps({**message.payload, "action": "updated", "order": paid})
        assert post(body, "event-2", live.signature(body, secret)) == 200
        until(lambda: orders_of(way)[0].payment == Order.PAID, seconds=30, what="the payment is told")


def orders_of(way: Way) -> list[Order]:
    """The orders that came by this way, as they are now."""
    with scope.client("acme"):
        return list(Order.objects.filter(channel__name=way.shop).select_related("channel").order_by("pk"))


def test_3_the_operator_verifies_picks_packs_and_ships_them_all(
    operator_side: Page, site: Site, pick_list: dict[str, str]
) -> None:
    page = operator_side
    for act, question in (("確認済みにする", False), ("出荷指示する", True)):
        page.goto(site.address("/clients/acme/orders"))
        page.locator("#orders [data-select-all]").check()
        page.locator("#bulk [data-bulk-action]", has_text=act).click()
        if question:
            page.locator("#ask [data-ask-yes]").click()
        expect(page.locator("body")).to_contain_text(f"件を{act.replace('する', 'しました')}")
    waiting = {order.number for way in WAYS for order in orders_of(way) if order.phase == "awaiting_payment"}
    with scope.client("acme"):
        assert set(Shipment.objects.values_list("order__number", flat=True)).isdisjoint(waiting)
        assert Shipment.objects.count() == Order.objects.count() - len(waiting)

    page.goto(site.address("/clients/acme/warehouse/pick"))
    page.get_by_role("link", name="期限の早い50件のリスト").click()
    with page.expect_response(re.compile(r"/documents/\d+/view$")) as opened:
        page.get_by_role("button", name="番号付きのPDFにする").click()
    pick_list["text"] = text_of(page, opened.value.url)
    for stage, act in (("pick", "ピッキングを完了する"), ("pack", "梱包を完了する")):
        page.goto(site.address(f"/clients/acme/warehouse/{stage}"))
        page.locator("#bulk [data-select-all]").check()
        page.locator("#bulk [data-bulk-action]", has_text=act).click()
        expect(page.locator("body")).to_contain_text(f"件の{act.replace('する', 'しました')}")
    page.goto(site.address("/clients/acme/warehouse/ship"))
    numbers = page.locator(
        "#bulk tbody tr td.fig:first-of-type, #bulk tbody tr td[data-label='出荷番号']"
    ).all_inner_texts()
    slips = "\n".join(f"{number},{orders.tracking_number()}" for number in dict.fromkeys(numbers))
    page.get_by_label("伝票番号の一覧").fill(slips)
    page.get_by_role("button", name="登録して出荷を確定する").click()
    expect(page.locator("body")).to_contain_text(f"{len(slips.splitlines())}件の伝票番号を登録しました。")
    expect(page.locator("main")).to_contain_text("この工程で待っている出荷はありません")


def text_of(page: Page, address: str) -> str:
    """The words of a PDF that the browser may open, without blanks."""
    kind, content = page.evaluate(FETCHED, address)
    assert kind == "application/pdf"
    pages = PdfReader(io.BytesIO(base64.b64decode(content))).pages
    return "".join(re.sub(r"\s", "", sheet.extract_text()) for sheet in pages)


@every_way
def test_4_papers_parcels_and_mails_come_out(
    client_side: Page, site: Site, way: Way, mails: Path, pick_list: dict[str, str]
) -> None:
    came = [order for order in orders_of(way) if order.phase != "awaiting_payment"]
    assert {order.phase for order in came} == {"shipped"}
    page = client_side
    page.goto(site.address(f"/orders/{came[0].pk}", "acme"))
    for label in PAPERS.values():
        row = page.locator(".papers li", has_text=label)
        row.get_by_role("button", name="発行").click()
        row.get_by_role("link", name="開く").wait_for()
        said = text_of(page, row.get_by_role("link", name="開く").get_attribute("href") or "")
        assert label in said
        assert came[0].number in said
    for order in came:
        assert f"{order.number}-1" in pick_list["text"]
        the_buyer_is_told(site, order, mails)
    the_timeline_and_the_page_of_the_buyer_say_so(page, site, came[0])


def the_buyer_is_told(site: Site, order: Order, mails: Path) -> None:
    """Two mails were handed over, that the order came and that it left, to its buyer alone, with the buyer's link."""
    with scope.client("acme"):
        until(lambda: sent_of(order) == ["buyer.received", "buyer.shipped"], seconds=30, what="the mails are sent")
        link = site.address(f"/t/{pages_of_buyers.link_of(order.pk)}", "acme")
        [number] = Parcel.objects.filter(shipment__order=order).values_list("tracking_number", flat=True)
    assert order.buyer_email
    letters = [letter for letter in handed_over(mails) if link in words_of(letter)]
    assert [letter["To"].addresses[0].addr_spec for letter in letters] == [order.buyer_email] * 2
    received, shipped = sorted(letters, key=lambda letter: "発送" in letter["Subject"])
    assert f"ご注文を承りました（{order.number}）" in received["Subject"]
    assert f"商品を発送しました（{order.number}）" in shipped["Subject"]
    assert (tracking.url_of("yamato", number) or "-") in words_of(shipped)


def sent_of(order: Order) -> list[str]:
    """The kinds of mails to the buyer of the order that were handed over."""
    sent = Notice.objects.filter(order_id=order.pk, audience="buyer", state=Notice.SENT)
    return sorted(sent.values_list("kind", flat=True))


def handed_over(mails: Path) -> list[EmailMessage]:
    """The mails that the backend wrote down, where one file may hold those of one second."""
    written = (part.strip() for path in sorted(mails.glob("*.log")) for part in path.read_bytes().split(b"-" * 79))
    return [email.message_from_bytes(part, policy=email.policy.default) for part in written if part]


def words_of(letter: EmailMessage) -> str:
    """What a mail says."""
    body = letter.get_body(("plain",))
    return body.get_content() if body else ""


def the_timeline_and_the_page_of_the_buyer_say_so(page: Page, site: Site, order: Order) -> None:
    page.goto(site.address(f"/orders/{order.pk}", "acme"))
    for kind in ("受付", "出荷"):
        expect(page.locator("main")).to_contain_text(f"メールを送りました（{kind}・購入者）")
    with scope.client("acme"):
        [number] = Parcel.objects.filter(shipment__order=order).values_list("tracking_number", flat=True)
        address = site.address(f"/t/{pages_of_buyers.link_of(order.pk)}", "acme")
    page.goto(address)
    expect(page.locator("main")).to_contain_text("お届け中です")
    expect(page.get_by_role("link", name="運送会社で見る")).to_have_attribute("href", tracking.url_of("yamato", number))
