from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from billing.models import Invoice
from core import scope
from documents import services as documents
from operations.models import WorkItem
from portal.places import places
from tests.conftest import OPERATOR
from tests.factories import orders as factory
from tests.factories import projects
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
HTMX = {"HX-Request": "true", "HX-Target": "search-results"}


@pytest.fixture
def owner(db: None) -> Client:
    """Somebody of acme who may do everything there."""
    return login(Client(), client_person("owner", "acme"), "acme")


@pytest.fixture
def lead(db: None) -> Client:
    """A team lead of the operator whose team serves acme."""
    return login(Client(), staff("lead", serves=["acme"]))


def ask(browser: Client, text: str, path: str = "/search") -> dict[str, str]:
    """What the dialog is given for this text: titles and their addresses."""
    page = browser.get(path, {"q": text}, headers=HTMX).content.decode()
    assert "<html" not in page
    found = re.findall(r'<li><a href="([^"]*)"><span class="search-kind">[^<]*</span><span>([^<]*?)\s*(?:<|$)', page)
    return {title.strip(): address.replace("&amp;", "&") for address, title in found}


def ordered(number: str, buyer: str = "山田 花子", code: str = "acme") -> int:
    with scope.client(code):
        return factory.order(number=number, buyer_name=buyer).pk


def filed(at: datetime, **facts: Any) -> int:
    usual: dict[str, Any] = {"kind": "contract", "title": "基本契約書", "counterparty": "青葉物流"}
    with scope.client("acme"):
        document = documents.file(
            **{**usual, **facts},
            file_name="a.pdf",
            content=b"%PDF-",
            content_type="application/pdf",
            actor=OPERATOR,
            at=at,
        )
    return document.pk


@pytest.mark.parametrize("text", ["8812", "ne-2026-8812", "髙橋", "高橋 NE", "ＮＥ－２０２６"])
def test_an_order_is_found_by_part_of_its_number_or_name(owner: Client, text: str) -> None:
    pk = ordered("NE-2026-88123", "髙橋 健")
    ordered("RK-1")
    found = ask(owner, text)
    assert found["NE-2026-88123"] == f"/orders/{pk}"
    assert "RK-1" not in found


def test_more_than_are_shown_are_a_click_away(owner: Client) -> None:
    for nth in range(7):
        ordered(f"NE-{nth}")
    found = ask(owner, "NE-")
    assert found["合う受注をすべて見る"] == "/orders?q=NE-"
    assert len([title for title in found if title.startswith("NE-")]) == 5


def test_documents_and_invoices_are_found_by_those_who_may_see_them(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    with scope.client("acme"):
        invoice = Invoice.objects.create(
            state="issued",
            number="INV-2026-00007",
            period_start=date(2026, 10, 1),
            period_end=date(2026, 11, 1),
            due_on=date(2026, 11, 30),
            plan="従量",
            rounding="floor",
            total=Decimal(330000),
            drafted_at=at("2026-11-01 09:00"),
        )
    assert ask(owner, "基本契約 青葉") == {"基本契約書": f"/documents/{document}"}
    for text in ("00007", "2026年10月", "2026-10", "請求書 10月"):
        assert ask(owner, text)["INV-2026-00007"] == f"/billing/{invoice.pk}"

    viewer = login(Client(), client_person("viewer", "acme"), "acme")
    assert ask(viewer, "00007") == {}
    assert ask(viewer, "基本契約") == {}


def test_pages_and_actions_are_found_in_both_languages_and_only_where_one_may_go(owner: Client) -> None:
    assert ask(owner, "とりこみ")["取込"] == "/intakes"
    assert ask(owner, "token")["APIトークン"] == "/settings/tokens"
    assert ask(owner, "パスキー")["多要素認証"] == "/account/2fa/"

    viewer = login(Client(), client_person("viewer", "acme"), "acme")
    assert "APIトークン" not in ask(viewer, "token")
    assert "書類を送る" not in ask(viewer, "書類")


def test_nothing_typed_shows_where_one_can_go(owner: Client) -> None:
    found = ask(owner, "")
    assert {"ホーム", "受注", "書類", "SLA"} <= set(found)


def test_a_single_character_looks_into_no_records(owner: Client) -> None:
    ordered("9")
    with CaptureQueriesContext(connection) as queries:
        assert "9" not in ask(owner, "9")
    assert not any("orders_order" in query["sql"] for query in queries)


def test_what_is_not_there_is_said_with_a_way_on(owner: Client, lead: Client) -> None:
    assert (
        "番号の一部や、お名前の読みでも探せます" in owner.get("/search", {"q": "zzzz"}, headers=HTMX).content.decode()
    )
    assert "acme: 12345" in lead.get("/search", {"q": "zzzz"}, headers=HTMX).content.decode()


def test_without_scripts_it_is_a_page(owner: Client) -> None:
    ordered("NE-77")
    page = owner.get("/search?q=NE-77").content.decode()
    assert "<html" in page
    assert 'value="NE-77"' in page
    assert "山田 花子 様" in page


def test_the_neighbours_orders_are_not_found(owner: Client) -> None:
    ordered("BR-5511", code="bravo")
    assert ask(owner, "BR-5511") == {}


def test_the_floor_finds_clients_and_work_that_one_serves(lead: Client) -> None:
    with scope.operator():
        mine = WorkItem.objects.create(
            client="acme", kind="verify", subject_kind="order", subject_id=1, order_id=1, title="NE-31 靴下"
        )
        WorkItem.objects.create(
            client="bravo", kind="verify", subject_kind="order", subject_id=2, order_id=2, title="NE-31 手袋"
        )
    assert ask(lead, "ne-31") == {"NE-31 靴下": f"/clients/acme/work/{mine.pk}"}
    assert ask(lead, "アクメ") == {"アクメ商事株式会社": "/clients/acme/"}
    assert "ブラボー物産株式会社" not in ask(lead, "bravo")
    assert ask(lead, "キュー")["キュー"] == "/queue"


def test_a_code_before_the_words_looks_into_that_client(lead: Client) -> None:
    pk = ordered("NE-2026-88123")
    ordered("NE-2026-88124", code="bravo")
    for text in ("acme: 88123", "ACME：88123", "acme:88123"):
        assert ask(lead, text) == {"NE-2026-88123": f"/clients/acme/orders/{pk}"}
    assert "/clients/acme/documents" in ask(lead, "acme:").values()
    assert ask(lead, "bravo: 88124") == {}
    page = lead.get("/search", {"q": "bravo: 88124"}, headers=HTMX).content.decode()
    assert "担当している取引先に「bravo」はありません" in page


def test_on_a_clients_pages_the_operator_looks_into_that_client_first(lead: Client) -> None:
    pk = ordered("NE-2026-88123")
    found = ask(lead, "88123", "/clients/acme/search")
    assert found["NE-2026-88123"] == f"/clients/acme/orders/{pk}"
    assert found["すべての取引先で探す"] == "/search?q=88123"
    assert ask(lead, "acme: 88123", "/clients/acme/search") == {"NE-2026-88123": f"/clients/acme/orders/{pk}"}
    assert lead.get("/clients/bravo/search").status_code == 404
    page = lead.get("/clients/acme/documents").content.decode()
    assert 'hx-get="/clients/acme/search"' in page


def test_search_costs_the_same_whatever_it_finds(owner: Client, at: At) -> None:
    ask(owner, "NE")
    counts = []
    for nth in range(3):
        ordered(f"NE-{nth}")
        filed(at("2026-11-02 09:00"), title=f"NE-{nth} 契約")
        with CaptureQueriesContext(connection) as queries:
            ask(owner, "NE-")
        counts.append(len(queries))
    assert counts[0] == counts[2]
    assert counts[2] <= 11


def test_service_projects_are_found_by_number_subject_and_buyer(owner: Client) -> None:
    with scope.client("acme"):
        project = projects.begun()
    for words in (project.number, "導入支援", "青山茶舗"):
        assert ask(owner, words)[project.subject] == f"/projects/{project.pk}"


@pytest.mark.parametrize("side", ["client", "operator"])
def test_every_place_has_a_name_of_its_own(side: Any) -> None:
    with translation.override("ja"):
        labels = [str(place.label) for place in places(side)]
    assert len(labels) == len(set(labels))


def test_every_place_is_somewhere(db: None) -> None:
    owner, admin = login(Client(), client_person("owner", "acme"), "acme"), login(Client(), staff("admin"))
    for browser, side in ((owner, "client"), (admin, "operator")):
        shown = ask(browser, "")
        expected = {str(place.label) for place in places(side)}  # type: ignore[arg-type]
        assert set(shown) == expected
        for address in shown.values():
            assert browser.get(address).status_code in (200, 302), address
