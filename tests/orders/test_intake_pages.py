from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import scope
from integrations.channels.nextengine.sample import HEADER
from orders.models import Channel, Intake, Order
from orders.services import intake as receiving
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.order_files import order_file, row
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login, staff
from tests.factories.workbooks import workbook

GOOD, BAD = row(店舗伝票番号="A-1"), row(店舗伝票番号="A-2", 受注日="2026/13/45")


@pytest.fixture
def browser(db: None) -> Client:
    """An owner of acme with one channel, logged in on acme's host."""
    with scope.client("acme"):
        orders.channel()
    return login(Client(), client_person("owner"), "acme")


def send(browser: Client, content: bytes, *, name: str = "受注.csv", address: str = "/intakes", **fields: str) -> str:
    """Send the file as the page's form does; where the answer leads to, or its text where it was refused."""
    file = SimpleUploadedFile(name, content, "text/csv")
    response = browser.post(address, {"channel": "shop", "file": file, **fields})
    if response.status_code == 302:
        return response["Location"]
    assert response.status_code == 422
    return response.content.decode()


def read(address: str) -> Intake:
    """What comes of the file that the address speaks of: the worker reads it, somebody takes it, the worker writes."""
    pk = int(address.rsplit("/", 1)[1])
    with scope.client("acme"):
        if receiving.check(pk, at=MORNING).state == Intake.READY:
            receiving.take(pk, whole=False, actor=OPERATOR, at=MORNING)
        return receiving.run(pk, at=MORNING)


def test_a_file_is_sent_watched_and_told(browser: Client) -> None:
    address = send(browser, order_file([GOOD, BAD]))
    assert re.fullmatch(r"/intakes/\d+", address)
    assert f'hx-get="{address}/progress"' in browser.get(address).content.decode()
    assert f'hx-get="{address}/progress"' in browser.get(f"{address}/progress").content.decode()

    read(address)

    assert browser.get(f"{address}/progress")["HX-Redirect"] == address
    shown = browser.get(address).content.decode()
    assert "日付として読めません" in shown
    assert "受注日 1行" in shown
    assert "hx-get" not in shown.split("<main")[1].split("</main")[0]
    assert "一部取込" in browser.get("/intakes").content.decode()


def test_what_was_refused_is_downloaded_mended_and_sent_again(browser: Client) -> None:
    address = send(browser, order_file([GOOD, BAD]))
    first = read(address)
    to_mend = browser.get(f"{address}/mend")
    assert "attachment" in to_mend["Content-Disposition"]
    head, *rows = to_mend.content.decode("cp932").splitlines()
    assert "店舗伝票番号" in head
    assert ["A-2" in line for line in rows] == [True]

    mended = to_mend.content.decode("cp932").replace("2026/13/45", "2026/10/01 10:00:00").encode("cp932")
    second = read(send(browser, mended, name="受注_要修正.csv", mends=str(first.pk)))

    assert (second.orders_new, second.mends_id) == (1, first.pk)
    with scope.client("acme"):
        assert set(Order.objects.values_list("number", flat=True)) == {"A-1", "A-2"}
    assert "修正済み" in browser.get(address).content.decode()


def test_the_original_comes_back_byte_for_byte(browser: Client) -> None:
    content = order_file([GOOD])
    address = send(browser, content)

    assert browser.get(f"{address}/original").content == content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "ファイルが空です"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), ""),
        ("名前,住所\r\n山田,東京\r\n".encode("cp932"), ""),
    ],
    ids=["empty", "a picture", "another table"],
)
def test_what_is_no_order_file_is_refused_with_a_sentence(browser: Client, content: bytes, sentence: str) -> None:
    shown = send(browser, content)

    assert "field-error" in shown
    assert sentence in shown
    with scope.client("acme"):
        assert not Intake.objects.exists()


def test_no_file_at_all_is_said(browser: Client) -> None:
    response = browser.post("/intakes", {"channel": "shop"})

    assert response.status_code == 422
    assert "ファイルを選んでください。" in response.content.decode()


def test_the_same_file_twice_is_refused_and_makes_nothing_twice(browser: Client) -> None:
    content = order_file([GOOD])
    read(send(browser, content))

    assert "同じファイルが" in send(browser, content, name="別名.csv")
    with scope.client("acme"):
        assert Intake.objects.count() == 1


def test_a_channel_of_nobody_is_refused(browser: Client) -> None:
    assert "field-error" in send(browser, order_file([GOOD]), channel="bravo-shop")


def test_a_neighbours_file_is_not_there(browser: Client) -> None:
    with scope.client("bravo"):
        other = Intake.objects.create(
            channel=orders.channel(), actor_kind="person", actor_id="1", actor_name="B", created_at=MORNING
        )

    for address in (f"/intakes/{other.pk}", f"/intakes/{other.pk}/original", f"/intakes/{other.pk}/mend"):
        assert browser.get(address).status_code == 404


def test_the_operator_sends_a_file_for_the_client(browser: Client) -> None:
    clerk = login(Client(), staff("clerk", serves=["acme"]))

    address = send(clerk, order_file([GOOD]), address="/clients/acme/intakes")

    assert address.startswith("/clients/acme/intakes/")
    assert clerk.get(address).status_code == 200


def test_without_a_channel_the_page_says_what_is_missing(db: None) -> None:
    newcomer = login(Client(), client_person("owner", "bravo"), "bravo")

    assert "販売チャネルがまだありません" in newcomer.get("/intakes").content.decode()


def test_the_page_says_what_a_channel_takes_and_gives_an_example_of_each(browser: Client) -> None:
    shown = browser.get("/intakes").content.decode()
    assert "ネクストエンジン 汎用受注CSV" in shown
    for code in ("whole", "38", "37", "35"):
        address = f"/intakes/examples/nextengine/{code}"
        assert f'href="{address}"' in shown
        example = browser.get(address)
        assert "attachment" in example["Content-Disposition"]
        assert example.content.decode("cp932").startswith("店舗伝票番号,")
    assert browser.get("/intakes/examples/nextengine/99").status_code == 404


def test_an_example_that_is_sent_becomes_orders(browser: Client) -> None:
    example = browser.get("/intakes/examples/nextengine/whole").content
    assert read(send(browser, example)).orders_new == 3


def test_a_file_of_another_channel_is_named_and_taken_as_that(browser: Client) -> None:
    rakuten = browser.get("/intakes/examples/rakuten/whole").content
    refused = send(browser, rakuten)
    assert "これは「楽天RMS 通常購入データ」のファイルのようです。" in refused
    assert "この形式の販売チャネルはまだ登録されていません。" in refused

    with scope.client("acme"):
        Channel.objects.create(code="mall", name="楽天市場店", profile="rakuten")
    offered = send(browser, rakuten)
    assert "「楽天市場店」として取り込む" in offered
    assert re.search(r'<button[^>]*name="as_channel"[^>]*value="mall"', offered)

    taken = read(send(browser, rakuten, as_channel="mall"))
    assert (taken.channel.code, taken.orders_new) == ("mall", 3)


def test_without_a_page_of_its_own_the_answer_leads_there(browser: Client) -> None:
    file = SimpleUploadedFile("受注.csv", order_file([GOOD]), "text/csv")
    response = browser.post("/intakes", {"channel": "shop", "file": file}, headers={"HX-Request": "true"})
    assert re.fullmatch(r"/intakes/\d+", response["HX-Redirect"])


def test_two_files_are_sent_together_or_one_waits(browser: Client) -> None:
    with scope.client("acme"):
        Channel.objects.create(code="mall", name="ヤフー店", profile="yahoo")
    parts = [browser.get(f"/intakes/examples/yahoo/{half}").content for half in ("orders", "items")]

    waiting = send(browser, parts[0], name="Orders.csv", channel="mall")
    page = browser.get(waiting).content.decode()
    assert "もう一方のファイルを待っています" in page
    assert "「商品」のファイルを送ると" in page
    assert "相手待ち" in browser.get("/intakes").content.decode()

    whole = send(browser, parts[1], name="Items.csv", channel="mall")
    assert read(whole).orders_new == 3
    original = browser.get(f"{whole}/original")
    assert original.content.startswith(b"PK")
    assert ".zip" in original["Content-Disposition"]
    assert browser.get(waiting).status_code == 404


def test_three_files_at_once_are_refused(browser: Client) -> None:
    files = [SimpleUploadedFile(f"{nth}.csv", order_file([GOOD]), "text/csv") for nth in range(3)]
    response = browser.post("/intakes", {"channel": "shop", "file": files})
    assert response.status_code == 422
    assert "組になる2つのファイル" in response.content.decode()


def test_how_a_file_was_read_is_shown(browser: Client) -> None:
    text = send(browser, order_file([GOOD], separator="\t"))
    read(text)
    assert "Shift_JIS (cp932) / タブ区切り" in browser.get(text).content.decode()

    cells = [[*HEADER], [{**row(店舗伝票番号="B-1")}.get(name, "") for name in HEADER]]
    bad = [row(店舗伝票番号="B-2", 受注日="2026/13/45").get(name, "") for name in HEADER]
    book = send(browser, workbook({"10月": [*cells, bad]}), name="受注.xlsx")
    read(book)
    assert "Excel（シート「10月」）" in browser.get(book).content.decode()
    mend = browser.get(f"{book}/mend")
    assert mend["Content-Type"] == "text/csv"
    assert mend.content.startswith(b"\xef\xbb\xbf")
