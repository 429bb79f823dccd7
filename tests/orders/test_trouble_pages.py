"""Exceptions, changes and returns as both sides meet them on the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from core import clock, scope
from orders.models import ChangeRequest, Order, OrderException, Return
from orders.services import exceptions, returning
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.people import client_person, login, staff

HERE = "/clients/acme"


@pytest.fixture
def client(db: None) -> Client:
    """An owner of acme on acme's host."""
    return login(Client(), client_person("owner"), "acme")


@pytest.fixture
def lead(db: None) -> Client:
    """A team leader who serves acme, on the operator's host."""
    return login(Client(), staff("lead", serves=["acme"]))


def said(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def troubled(kind: str = "shortage") -> OrderException:
    key = orders.order(units=[2]).pk
    exceptions.open_for([key], kind=kind, note="棚にありません", actor=OPERATOR, at=clock.now()).sole()
    return OrderException.objects.get(order=key)


def test_the_operator_reports_and_the_client_is_asked_everywhere(client: Client, lead: Client) -> None:
    with scope.client("acme"):
        order = orders.order(units=[2])
        line = order.lines.get()

    lead.post(
        f"{HERE}/orders/exceptions",
        {"selected": order.pk, "kind": "shortage", "note": "棚にありません", f"line-{line.pk}": "1"},
    )

    for address in ("/", "/questions", f"/orders/{order.pk}"):
        assert "欠品のご確認" in said(client, address)
    page = said(client, "/questions")
    assert "在庫のある分を先に出荷する" in page
    assert "棚にありません" in page
    with scope.client("acme"):
        assert OrderException.objects.get().lines == {str(line.pk): 1}


def test_the_client_decides_with_a_word(client: Client) -> None:
    with scope.client("acme"):
        found = troubled()

    client.post(f"/exceptions/{found.pk}/answer", {"choice": "cancel_order", "answer": "不要です"})

    with scope.client("acme"):
        found.refresh_from_db()
        assert (found.decision, found.answer) == ("cancel_order", "不要です")
        assert orders.phase_of(found.order_id) == "cancelled"
    assert "欠品のご確認" not in said(client, "/questions")
    assert "注文をキャンセルする" in said(client, f"/orders/{found.order_id}")


def test_three_of_a_kind_are_answered_together(client: Client) -> None:
    with scope.client("acme"):
        asked = [troubled() for _order in range(3)]
    page = said(client, "/questions")
    assert 'value="cancel_order"' in page
    assert 'value="substitute"' not in page  # each needs words of its own

    chosen = [asked[0].pk, asked[1].pk, 999_999]
    back = client.post("/exceptions/answer", {"choice": "cancel_order", "selected": chosen}, follow=True)

    assert "2件のお返事を受け付けました。" in back.content.decode()
    with scope.client("acme"):
        decisions = OrderException.objects.order_by("pk").values_list("decision", flat=True)
        assert list(decisions) == ["cancel_order", "cancel_order", ""]


def test_together_each_gets_the_day_that_was_proposed_with_it(client: Client) -> None:
    today = clock.now().date()
    days = [today + timedelta(days=nth) for nth in (3, 5, 3)]
    with scope.client("acme"):
        keys = [orders.order().pk for _day in days]
        for key, day in zip(keys, days, strict=True):
            exceptions.open_for([key], kind="reschedule", expected_date=day, actor=OPERATOR, at=clock.now()).sole()
        undated = orders.order().pk
        exceptions.open_for([undated], kind="reschedule", actor=OPERATOR, at=clock.now()).sole()
        every = list(OrderException.objects.values_list("pk", flat=True))

    back = client.post("/exceptions/answer", {"choice": "new_date", "selected": every}, follow=True)

    said_back = back.content.decode()
    assert "3件のお返事を受け付けました。" in said_back
    assert "1件は対象外です: 今日以降の日付を入れてください。" in said_back
    with scope.client("acme"):
        assert [Order.objects.get(pk=key).ship_on for key in keys] == days
        assert OrderException.objects.get(closed_at=None).order_id == undated


def test_a_refusal_is_said_and_nothing_is_lost(client: Client) -> None:
    with scope.client("acme"):
        found = troubled()

    back = client.post(f"/exceptions/{found.pk}/answer", {"choice": "wait", "date": "30/2/26"}, follow=True)

    assert "日付を確かめてください。" in back.content.decode()
    with scope.client("acme"):
        found.refresh_from_db()
        assert found.closed_at is None


def test_a_clerk_reports_but_does_not_decide(db: None) -> None:
    clerk = login(Client(), staff("clerk", serves=["acme"]))
    with scope.client("acme"):
        found = troubled("spec_change")

    assert "仕入先の判断を待っています。" in said(clerk, f"{HERE}/orders/{found.order_id}")
    refused = clerk.post(f"{HERE}/exceptions/{found.pk}/decide", {"choice": "proceed"})
    assert refused.status_code == 403
    clerk.post(f"{HERE}/exceptions/{found.pk}/withdraw", {"note": "不要になった"})
    with scope.client("acme"):
        found.refresh_from_db()
        assert found.decision == "withdrawn"


def test_a_viewer_sees_what_is_asked_and_cannot_answer(db: None) -> None:
    viewer = login(Client(), client_person("viewer"), "acme")
    with scope.client("acme"):
        found = troubled()

    page = said(viewer, "/questions")
    assert "欠品のご確認" in page
    assert 'value="cancel_order"' not in page
    assert viewer.post(f"/exceptions/{found.pk}/answer", {"choice": "cancel_order"}).status_code == 403


def test_a_strangers_exception_is_not_there(client: Client) -> None:
    with scope.client("bravo"):
        found = troubled()
    assert client.post(f"/exceptions/{found.pk + 10**6}/answer", {"choice": "proceed"}).status_code == 404


def test_a_change_is_asked_and_answered(client: Client, lead: Client) -> None:
    with scope.client("acme"):
        key = orders.order(units=[2]).pk
        orders.released(key)

    client.post("/orders/changes", {"selected": key, "change": "note", "note": "置き配で", "reason": "不在がち"})

    with scope.client("acme"):
        asked = ChangeRequest.objects.get()
    assert "置き配で" in said(client, f"/orders/{key}")
    assert "依頼のとおり変更する" in said(lead, f"{HERE}/orders/{key}")
    lead.post(f"{HERE}/changes/{asked.pk}/answer", {"accept": "1", "answer": "承知しました"})
    with scope.client("acme"):
        assert Order.objects.get(pk=key).note == "置き配で"
    assert "変更済み" in said(client, f"/orders/{key}")


def test_a_return_goes_from_the_clients_page_to_the_inspection(client: Client, lead: Client) -> None:
    with scope.client("acme"):
        order = orders.order(units=[2])
        orders.shipped(order.pk)
        line = order.lines.get()

    client.post("/orders/returns", {"selected": order.pk, "reason": "サイズ違い", f"line-{line.pk}": "1"})

    with scope.client("acme"):
        back = Return.objects.get()
    assert "到着待ち" in said(client, f"/orders/{order.pk}")
    lead.post(f"{HERE}/returns/{back.pk}/receive", {f"line-{line.pk}": "1"})
    assert "検品待ち" in said(client, f"/orders/{order.pk}")
    lead.post(f"{HERE}/returns/{back.pk}/inspect", {f"line-{line.pk}": "0", "finding": "汚れあり"})
    page = said(client, f"/orders/{order.pk}")
    assert "検品済み" in page
    assert "汚れあり" in page
    with scope.client("acme"):
        line.refresh_from_db()
        assert (line.return_received, line.return_accepted, line.return_rejected) == (1, 0, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_questions_takes_the_same_queries(
    client: Client, count: int, django_assert_max_num_queries: object
) -> None:
    with scope.client("acme"):
        for _nth in range(count):
            troubled()
    said(client, "/questions")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        said(client, "/questions")


def test_what_is_returned_needs_a_reason(client: Client) -> None:
    with scope.client("acme"):
        key = orders.order().pk
        orders.shipped(key)
    client.post("/orders/returns", {"selected": key, "reason": ""})
    with scope.client("acme"):
        assert not Return.objects.exists()
        outcome = returning.request([key], reason="不要", actor=OPERATOR, at=clock.now())
        assert outcome.done == {key}
