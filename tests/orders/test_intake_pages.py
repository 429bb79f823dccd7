from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import scope
from orders.models import Intake, Order
from orders.services import intake as receiving
from tests.factories import orders
from tests.factories.order_files import order_file, row
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login, staff

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
    """What the worker makes of the file that the address speaks of."""
    pk = int(address.rsplit("/", 1)[1])
    with scope.client("acme"):
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
