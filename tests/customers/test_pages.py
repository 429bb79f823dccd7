from __future__ import annotations

import pytest
from django.test import Client

from core import scope
from core.postcodes import places
from customers.models import Buyer, Proposal
from orders.models import Order
from tenants.models import AccessLog
from tests.factories.buyers import ordered, pair
from tests.factories.people import client_person, login, staff


@pytest.fixture
def browser(db: None) -> Client:
    """An owner of acme, logged in on acme's host."""
    return login(Client(), client_person("owner"), "acme")


def said(browser: Client, address: str) -> str:
    """The page at the address, which must be there."""
    response = browser.get(address)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def test_the_list_shows_the_buyers_of_this_client_alone(browser: Client) -> None:
    assert "購入者はまだいません" in said(browser, "/buyers")
    with scope.client("acme"):
        ordered(buyer_name="髙橋 健")
        ordered(buyer_name="髙橋 健")
    with scope.client("bravo"):
        ordered(buyer_name="佐藤 一")
    shown = said(browser, "/buyers")
    assert "髙橋 健 様" in shown
    assert "090-1234-5678" in shown
    assert "佐藤" not in shown


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("高橋", True),
        ("たかはし", True),
        ("090-1234", True),
        ("taro@", True),
        ("〒105-0011", True),
        ("高橋 105", True),
        ("高橋 999", False),
        ("%", False),
    ],
)
def test_a_buyer_is_found_by_whatever_is_known(browser: Client, text: str, is_found: bool) -> None:
    with scope.client("acme"):
        ordered(buyer_name="髙橋 健", buyer_kana="タカハシ ケン", buyer_email="taro@example.jp")
    assert ("髙橋 健 様" in said(browser, f"/buyers?q={text}")) == is_found


def test_a_buyers_page_has_their_orders_and_the_log_says_who_looked(browser: Client) -> None:
    with scope.client("acme"):
        buyer = ordered(number="A-1", total=1500)
        ordered(number="A-2", total=500)
    shown = said(browser, f"/buyers/{buyer}")
    assert "A-1" in shown
    assert "A-2" in shown
    assert "¥2,000" in shown
    with scope.client("acme"):
        assert AccessLog.objects.get(action="buyer.opened").subject == "山田 花子"
    assert browser.get("/buyers/999999").status_code == 404


def test_merging_and_undoing_in_the_browser(browser: Client) -> None:
    with scope.client("acme"):
        first, second = pair()
        proposal = Proposal.objects.get().pk
    assert "電話番号が同じ" in said(browser, "/buyers/proposals")
    browser.post("/buyers/proposals/accept", {"proposal": proposal, "keep": "first"})
    assert browser.get(f"/buyers/{second}").headers["Location"] == f"/buyers/{first}"
    shown = said(browser, f"/buyers/{first}")
    assert "1人にまとめた" in shown
    browser.post("/buyers/proposals/undo", {"proposal": proposal})
    assert browser.get(f"/buyers/{second}").status_code == 200
    browser.post("/buyers/proposals/decline", {"proposal": proposal})
    assert "判断を待つ候補はありません" in said(browser, "/buyers/proposals")
    late = browser.post("/buyers/proposals/accept", {"proposal": proposal}, follow=True)
    assert "先に、この2人を別人としました" in late.content.decode()
    with scope.client("acme"):
        assert not Buyer.objects.exclude(merged_into=None).exists()


def test_an_export_is_noted_and_needs_the_permission(browser: Client) -> None:
    with scope.client("acme"):
        ordered(buyer_name="=山田")
    file = browser.get("/buyers/export?encoding=cp932")
    assert "'=山田" in file.content.decode("cp932")
    with scope.client("acme"):
        assert AccessLog.objects.filter(action="buyer.exported").count() == 1
    assert login(Client(), client_person("orders"), "acme").get("/buyers/export").status_code == 403


def test_an_order_leads_to_its_buyer_for_those_who_may(browser: Client) -> None:
    with scope.client("acme"):
        buyer = ordered()
        order = Order.objects.get(buyer=buyer).pk
    assert f'href="/buyers/{buyer}"' in said(browser, f"/orders/{order}")
    warehouse = login(Client(), staff("warehouse", serves=["acme"]))
    assert f"/buyers/{buyer}" not in said(warehouse, f"/clients/acme/orders/{order}")
    assert warehouse.get(f"/clients/acme/buyers/{buyer}").status_code == 403


def test_the_search_everywhere_finds_buyers(browser: Client) -> None:
    with scope.client("acme"):
        buyer = ordered(buyer_name="髙橋 健")
    assert f'href="/buyers/{buyer}"' in said(browser, "/search?q=高橋")


@pytest.mark.parametrize(
    ("postcode", "words"),
    [
        ("105-0011", "東京都港区芝公園"),
        ("4980000", "三重県桑名郡木曽岬町"),
        ("060-8621", "日本経済新聞社"),
        ("0000000", "見つかりません"),
        ("1050011x", "7桁の数字"),
    ],
)
def test_a_postcode_offers_its_places(browser: Client, postcode: str, words: str) -> None:
    assert words in said(browser, f"/postcodes?postcode={postcode}")


def test_one_postcode_may_be_several_places() -> None:
    assert [place.prefecture for place in places("4980000")] == ["愛知県", "三重県"]
    assert places("0000000") == []
