"""The page on which an order is typed, as a browser without scripts sends it."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from core import scope
from documents import services as documents
from documents.models import Document
from orders.models import EntryDraft, Order
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.papers import png
from tests.factories.people import client_person, login, staff

TYPED = {
    "way": "phone",
    "buyer_name": "佐藤 一郎",
    "buyer_phone": "０３（１２３４）５６７８",
    "buyer_postcode": "105-0011",
    "buyer_address": "東京都港区芝公園4-2-8",
    "prices": "with",
    "wished_slot": "am",
    "postage": "￥660",
    "line-TOTAL_FORMS": "1",
    "line-0-sku": "TEA-1",
    "line-0-name": "煎茶",
    "line-0-quantity": "２",
    "line-0-unit_price": "1,080",
    "line-0-tax_rate": "8",
}


@pytest.fixture
def browser(db: None) -> Client:
    """One of acme's order staff, logged in on acme's host."""
    return login(Client(), client_person("orders"), "acme")


def send(browser: Client, key: UUID, press: str, **more: Any) -> HttpResponse:
    return browser.post(f"/orders/new/{key}", {**TYPED, "tab": "t", "seen": "0", "press": press, **more})  # type: ignore[return-value]


def test_every_form_has_an_address_of_its_own_and_nothing_is_kept_by_looking(browser: Client) -> None:
    first, second = (browser.get("/orders/new").headers["Location"] for _each in range(2))

    assert first != second
    assert browser.get(first).status_code == 200
    with scope.client("acme"):
        assert not EntryDraft.objects.exists()


def test_an_order_is_handed_in_once_however_often_it_is_sent(browser: Client) -> None:
    key = uuid4()
    answers = [send(browser, key, "place") for _each in range(2)]

    with scope.client("acme"):
        order = Order.objects.get()
        assert (int(order.total), order.buyer_phone, order.wished_slot) == (2820, "+81312345678", "am")
        assert (order.ship_name, order.ship_address) == ("佐藤 一郎", "東京都港区芝公園4-2-8")
    assert {answer.headers["Location"] for answer in answers} == {f"/orders/{order.pk}"}
    assert order.number in browser.get(f"/orders/new/{key}").content.decode()


def test_going_back_to_a_form_finds_what_was_typed(browser: Client) -> None:
    key = uuid4()
    send(browser, key, "save", note="不在がち", **{"line-0-name": "新茶"})

    page = browser.get(f"/orders/new/{key}").content.decode()

    assert "不在がち" in page
    assert 'value="新茶"' in page
    assert "佐藤 一郎" in browser.get(browser.get("/orders/new").headers["Location"]).content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(browser: Client) -> None:
    key = uuid4()
    wrong = {"buyer_phone": "123", "buyer_postcode": "999-9999", "line-0-quantity": "二つ", "line-0-sku": ""}

    answer = send(browser, key, "place", **wrong)

    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("電話番号として読めません", "この郵便番号はありません", "1以上の整数", 'value="二つ"', 'value="123"'):
        assert said in page
    with scope.client("acme"):
        assert not Order.objects.exists()
        assert EntryDraft.objects.get().content["line-0-quantity"] == "二つ"


def test_an_order_without_lines_is_refused(browser: Client) -> None:
    blank = {name: "" for name in TYPED if name.startswith("line-0") and not name.endswith("rate")}

    assert "商品を1つ以上" in send(browser, uuid4(), "place", **blank).content.decode()


def test_an_order_like_another_is_asked_about_first(browser: Client) -> None:
    send(browser, uuid4(), "place")
    key = uuid4()

    answer = send(browser, key, "place")

    assert answer.status_code == 422
    assert "同じ購入者の似た受注があります" in answer.content.decode()
    assert send(browser, key, "place_anyway").status_code == 302
    with scope.client("acme"):
        assert Order.objects.count() == 2


def test_a_buyer_from_before_fills_buyer_and_ship_to(browser: Client) -> None:
    with scope.client("acme"):
        known = orders.order(
            buyer_name="高橋 次郎",
            buyer_phone="+819012345678",
            buyer_address="大阪府大阪市北区梅田1",
            buyer_postcode="5300001",
        )
    key = uuid4()
    blank = {name: "" for name in TYPED if name.startswith("buyer")}
    found = send(browser, key, "find_buyer", find_buyer="高橋", **blank).content.decode()
    assert f'value="use_buyer:{known.pk}"' in found

    page = send(browser, key, f"use_buyer:{known.pk}", **blank).content.decode()

    for filled in ("高橋 次郎", "090-1234-5678", "530-0001", "山田 花子", "105-0011"):
        assert f'value="{filled}"' in page
    assert known.number in page
    repeated = send(browser, key, f"repeat:{known.pk}").content.decode()
    assert 'value="SKU-1"' in repeated
    assert 'value="TEA-1"' in repeated


def test_an_item_from_before_fills_its_line_at_the_last_price(browser: Client) -> None:
    with scope.client("acme"):
        line = orders.order(units=(3,)).lines.get()
    found = send(browser, uuid4(), "find_item:0", **{"line-0-sku": "sku-1"}).content.decode()
    assert f'value="use_item:0:{line.pk}"' in found

    page = send(browser, uuid4(), f"use_item:0:{line.pk}", **{"line-0-quantity": ""}).content.decode()

    for filled in ("SKU-1", "商品1", "1000", "1"):
        assert f'value="{filled}"' in page


def test_lines_are_added_and_dropped(browser: Client) -> None:
    key = uuid4()
    added = send(browser, key, "add_line").content.decode()
    assert 'name="line-1-sku"' in added

    dropped = send(browser, key, "drop_line:0", **{"line-TOTAL_FORMS": "2", "line-1-sku": "CUP"}).content.decode()

    assert 'value="CUP"' in dropped
    assert "TEA-1" not in dropped


def test_a_postcode_offers_its_towns_and_a_mismatch_is_said_and_not_mended(browser: Client) -> None:
    key = uuid4()
    found = send(browser, key, "find_town:buyer", buyer_postcode="4980000").content.decode()
    assert "愛知県弥富市" in found
    assert "三重県桑名郡木曽岬町" in found

    told = browser.post(f"/orders/new/{key}/keep", {**TYPED, "buyer_postcode": "5300001", "tab": "t"}).content.decode()

    assert "大阪府大阪市北区のものです" in told
    assert send(browser, key, "place", buyer_postcode="5300001").status_code == 302
    with scope.client("acme"):
        order = Order.objects.get()
        assert order.buyer_address == "東京都港区芝公園4-2-8"
        assert list(order.verifications.values_list("reason", flat=True)) == ["address"]


def test_two_tabs_are_told_of_one_another(browser: Client) -> None:
    key = uuid4()
    address = f"/orders/new/{key}/keep"
    assert browser.post(address, {**TYPED, "tab": "one", "seen": "0"}).status_code == 200

    other = browser.post(address, {**TYPED, "tab": "two", "seen": "0", "note": "別"})

    assert other.status_code == 409
    assert "別のタブ" in other.content.decode()
    with scope.client("acme"):
        assert "note" not in EntryDraft.objects.get().content


def test_nobody_opens_the_draft_of_somebody_else(browser: Client) -> None:
    key = uuid4()
    send(browser, key, "save")
    others = login(Client(), client_person("owner"), "acme")

    assert others.get(f"/orders/new/{key}").status_code == 404
    assert send(others, key, "place").status_code == 404
    assert others.post(f"/orders/new/{key}/discard").status_code == 404
    browser.post(f"/orders/new/{key}/discard")
    with scope.client("acme"):
        assert not EntryDraft.objects.exists()


def test_a_fax_is_uploaded_and_stands_beside_the_form(browser: Client) -> None:
    key = uuid4()
    sheet = BytesIO(png())
    sheet.name = "fax.png"

    assert send(browser, key, "attach", file=sheet).status_code == 302

    with scope.client("acme"):
        document = Document.objects.get()
    page = browser.get(f"/orders/new/{key}").content.decode()
    assert f'src="/documents/{document.pk}/view"' in page
    assert 'value="TEA-1"' in page
    with scope.client("acme"):
        Document.objects.update(state=Document.QUARANTINE)
    waiting = browser.get(f"/orders/new/{key}/pane").content.decode()
    assert "ウイルス検査をしています" in waiting
    assert f"/documents/{document.pk}/view" not in waiting


def test_the_operator_types_for_a_client_and_a_received_document_may_be_chosen(db: None) -> None:
    clerk = login(Client(), staff("clerk", serves=["acme"]))
    with scope.client("acme"):
        sheet = _sheet()
    key = uuid4()
    sent = {**TYPED, "tab": "t", "press": "attach", "document": str(sheet.pk)}
    assert clerk.post(f"/clients/acme/orders/new/{key}", sent).status_code == 302

    placed = clerk.post(f"/clients/acme/orders/new/{key}", {**sent, "press": "place_next", "seen": "1"})

    assert placed.headers["Location"] == "/clients/acme/orders/new"
    with scope.client("acme"):
        sheet.refresh_from_db()
        assert sheet.order_id == Order.objects.get().pk


def _sheet() -> Document:
    return documents.file(
        kind="order_sheet",
        title="注文書",
        file_name="fax.png",
        content=png(),
        content_type="image/png",
        direction=Document.RECEIVED,
        actor=OPERATOR,
        at=orders.MORNING,
    )


def test_second_looks_are_asked_for_in_the_settings(db: None) -> None:
    owner = login(Client(), client_person("owner"), "acme")

    assert owner.post("/settings/entry", {"phone": "on"}).status_code == 302

    assert "checked" in owner.get("/settings/entry").content.decode()
    assert send(owner, uuid4(), "place").status_code == 302
    with scope.client("acme"):
        assert list(Order.objects.get().verifications.values_list("reason", flat=True)) == ["second_look"]
