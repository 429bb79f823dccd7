from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from core import scope
from orders.models import Hold, Order, SavedView
from orders.services import holds
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]


@pytest.fixture
def browser(db: None) -> Client:
    """An owner of acme, logged in on acme's host."""
    return login(Client(), client_person("owner"), "acme")


@pytest.fixture
def lead(db: None) -> Client:
    """A team leader who serves acme, logged in on the operator's host."""
    return login(Client(), staff("lead", serves=["acme"]))


def said(browser: Client, address: str) -> str:
    """The page at the address, which must be there."""
    response = browser.get(address)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def test_the_list_shows_the_orders_of_this_client_alone(browser: Client) -> None:
    with scope.client("acme"):
        orders.order(number="A-0001", ship_name="髙橋 健")
    with scope.client("bravo"):
        orders.order(number="B-0001")

    shown = said(browser, "/orders")

    assert "A-0001" in shown
    assert "髙橋 健 様" in shown
    assert "B-0001" not in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=高橋", {"A-1"}),
        ("q=345", {"A-2"}),
        ("phase=verifying", {"A-3"}),
        ("phase=verifying&phase=received", {"A-1", "A-2", "A-3"}),
        ("channel=annex", {"A-2"}),
        ("due=late", {"A-1"}),
        ("prefecture=北海道", {"A-3"}),
        ("first=2026-10-02", {"A-3"}),
        ("last=2026-10-01", {"A-1", "A-2"}),
        ("first=nonsense&sort=nonsense&phase=nonsense", {"A-1", "A-2", "A-3"}),
    ],
)
def test_filters_narrow_the_list(browser: Client, at: At, query: str, found: set[str]) -> None:
    with scope.client("acme"):
        orders.order(number="A-1", search="A-1|高橋健", ship_due_at=at("2026-10-01 13:00"))
        orders.order(number="A-2", search="A-2|0901234567", channel=orders.channel("annex"))
        orders.order(
            number="A-3", verifications=["address"], ship_prefecture="北海道", ordered_at=at("2026-10-02 08:00")
        )

    page = browser.get(f"/orders?{query}").context["page"]

    assert {row.number for row in page.rows} == found


def test_a_first_day_after_the_last_is_said(browser: Client) -> None:
    with scope.client("acme"):
        orders.order()

    assert "日付を入れ替えてください" in said(browser, "/orders?first=2026-10-05&last=2026-10-01")


def test_every_order_opens_alone_and_in_the_panel(browser: Client) -> None:
    with scope.client("acme"):
        order = orders.order(units=[2, 1])
        orders.shipped(order.pk)

    alone = said(browser, f"/orders/{order.pk}")
    beside = browser.get(f"/orders/{order.pk}", headers={"HX-Request": "true", "HX-Target": "panel-body"})

    assert "出荷済み" in alone
    assert "https://jizen.kuronekoyamato.co.jp/" in alone
    assert "<html" in alone
    assert "<html" not in beside.content.decode()
    assert order.number in beside.content.decode()


def test_a_strangers_order_is_not_there(browser: Client) -> None:
    with scope.client("bravo"):
        order = orders.order()

    assert browser.get(f"/orders/{order.pk}").status_code == 404


def test_the_same_pages_open_for_the_operator_below_the_clients_code(lead: Client) -> None:
    with scope.client("acme"):
        order = orders.order(verifications=["address"])

    shown = said(lead, f"/clients/acme/orders/{order.pk}")

    assert 'action="/clients/acme/orders/verify"' in shown
    assert f"/clients/acme/orders/{order.pk}" in said(lead, "/clients/acme/orders")
    assert lead.get(f"/clients/bravo/orders/{order.pk}").status_code == 404


def test_cancelling_many_says_what_went_and_names_the_rest(browser: Client) -> None:
    with scope.client("acme"):
        open_, gone = orders.order(number="A-1"), orders.order(number="A-2")
        orders.shipped(gone.pk)

    response = browser.post("/orders/cancel", {"selected": [open_.pk, gone.pk]}, follow=True)

    assert "1件をキャンセルしました。" in response.content.decode()
    assert "（A-2）" in response.content.decode()
    with scope.client("acme"):
        assert orders.phase_of(open_.pk) == "cancelled"
        assert orders.phase_of(gone.pk) == "shipped"


def test_all_that_match_the_filter_are_meant_by_all(browser: Client) -> None:
    with scope.client("acme"):
        chosen = orders.orders(3, ship_prefecture="北海道")
        other = orders.order()

    browser.post("/orders/cancel?prefecture=北海道", {"all": "1"})

    with scope.client("acme"):
        assert {orders.phase_of(pk) for pk in chosen} == {"cancelled"}
        assert orders.phase_of(other.pk) == "received"


def test_nothing_selected_is_a_sentence(browser: Client) -> None:
    response = browser.post("/orders/cancel", {}, headers={"Referer": "http://acme.localhost/orders"}, follow=True)

    assert "受注を選んでください。" in response.content.decode()


def test_the_operator_verifies_holds_and_releases_from_the_list(lead: Client) -> None:
    with scope.client("acme"):
        checked, held = orders.order(verifications=["address"]), orders.order()

    lead.post("/clients/acme/orders/verify", {"selected": [checked.pk]})
    lead.post("/clients/acme/orders/hold", {"selected": [held.pk], "hold_reason": "address", "question": "番地は？"})
    lead.post("/clients/acme/orders/release", {"selected": [checked.pk, held.pk]})

    with scope.client("acme"):
        assert orders.phase_of(checked.pk) == "preparing"
        assert orders.phase_of(held.pk) == "held"

    lead.post("/clients/acme/orders/release-hold", {"selected": [held.pk]})
    with scope.client("acme"):
        assert orders.phase_of(held.pk) == "received"


def test_a_question_is_answered_where_it_stands(browser: Client, at: At) -> None:
    with scope.client("acme"):
        order = orders.order()
        holds.place([order.pk], reason="address", question="番地は？", actor=OPERATOR, at=at("2026-10-01 10:00"))
        hold = Hold.objects.get()

    assert "番地は？" in said(browser, "/questions")
    browser.post(f"/questions/{hold.pk}/answer", {"answer": "4-2-8です"})

    with scope.client("acme"):
        assert Hold.objects.get().answer == "4-2-8です"
        assert orders.phase_of(order.pk) == "received"
    assert "お答えいただくことはありません" in said(browser, "/questions")
    assert "4-2-8です" in said(browser, f"/orders/{order.pk}")


def test_whoever_sees_the_payment_come_in_says_so(browser: Client, lead: Client) -> None:
    with scope.client("acme"):
        unpaid = [orders.order(prepaid=True, payment="unpaid") for _order in range(2)]
        free = orders.order()
        assert orders.phase_of(unpaid[0].pk) == "awaiting_payment"
    assert "入金済みにする" in said(browser, f"/orders/{unpaid[0].pk}")
    assert "/orders/paid" not in said(browser, f"/orders/{free.pk}")

    browser.post("/orders/paid", {"selected": [unpaid[0].pk]})
    twice = lead.post("/clients/acme/orders/paid", {"selected": [one.pk for one in unpaid]}, follow=True)

    assert "1件を入金済みにしました。" in twice.content.decode()
    assert "1件は対象外です: 入金済みの注文です。" in twice.content.decode()
    with scope.client("acme"):
        assert {orders.phase_of(one.pk) for one in unpaid} == {"received"}
    assert "入金を確認しました" in said(browser, f"/orders/{unpaid[0].pk}")


def test_what_waits_for_others_is_not_the_clients_to_answer(browser: Client, at: At) -> None:
    with scope.client("acme"):
        order = orders.order()
        holds.place([order.pk], reason="payment", actor=OPERATOR, at=at("2026-10-01 10:00"))
        hold = Hold.objects.get()

    assert browser.post(f"/questions/{hold.pk}/answer", {"answer": "はい"}).status_code == 404
    assert "お答えいただくことはありません" in said(browser, "/questions")


def test_a_cancel_request_is_asked_by_the_client_and_answered_by_the_operator(browser: Client, lead: Client) -> None:
    with scope.client("acme"):
        order = orders.order()
        orders.released(order.pk)

    asked = browser.post("/orders/cancel", {"selected": [order.pk], "reason": "購入者都合"}, follow=True)
    assert "キャンセルを依頼しました" in asked.content.decode()
    assert "購入者都合" in said(lead, f"/clients/acme/orders/{order.pk}")
    lead.post(
        "/clients/acme/orders/answer-cancel", {"selected": [order.pk], "accept": "1", "answer": "倉庫で止めました"}
    )

    with scope.client("acme"):
        assert orders.phase_of(order.pk) == "cancelled"
    assert "倉庫で止めました" in said(browser, f"/orders/{order.pk}")


def test_views_are_saved_renamed_and_forgotten_by_their_owner_alone(browser: Client) -> None:
    with scope.client("acme"):
        orders.order()
    browser.post("/orders/views", {"name": "大阪", "query": "prefecture=大阪府&after=xyz"})
    with scope.client("acme"):
        view = SavedView.objects.get()
    assert view.query == "prefecture=%E5%A4%A7%E9%98%AA%E5%BA%9C"
    assert "大阪" in said(browser, f"/orders?{view.query}")

    colleague = login(Client(), client_person("viewer"), "acme")
    assert colleague.post(f"/orders/views/{view.pk}/delete").status_code == 404
    assert "大阪</a>" not in said(colleague, "/orders")

    browser.post(f"/orders/views/{view.pk}/rename", {"name": "関西"})
    with scope.client("acme"):
        assert SavedView.objects.get().name == "関西"
    browser.post(f"/orders/views/{view.pk}/delete")
    with scope.client("acme"):
        assert not SavedView.objects.exists()


@pytest.mark.parametrize(("encoding", "codec"), [("", "utf-8-sig"), ("cp932", "cp932")])
def test_the_file_holds_what_the_list_shows(browser: Client, encoding: str, codec: str) -> None:
    with scope.client("acme"):
        orders.order(number="A-1", ship_prefecture="北海道")
        orders.order(number="A-2")

    response = browser.get(f"/orders/export?prefecture=北海道&encoding={encoding}")
    lines = response.content.decode(codec).splitlines()

    assert lines[0].startswith("注文番号,店舗,")
    assert [line.split(",")[0] for line in lines[1:]] == ["A-1"]
    assert "attachment" in response["Content-Disposition"]


def test_a_viewer_sees_no_buttons_and_may_not_press_them(db: None) -> None:
    viewer = login(Client(), client_person("viewer"), "acme")
    with scope.client("acme"):
        order = orders.order()

    assert "キャンセルする" not in said(viewer, "/orders")
    assert viewer.post("/orders/cancel", {"selected": [order.pk]}).status_code == 403
    with scope.client("acme"):
        assert Order.objects.get().phase == "received"


def test_a_newcomer_is_told_what_to_do_first(browser: Client) -> None:
    assert "受注はまだありません" in said(browser, "/orders")
    assert 'href="/intakes"' in said(browser, "/orders")
    assert "条件に合う受注はありません" not in said(browser, "/orders")
