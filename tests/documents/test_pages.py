from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from core import scope
from core.models import Event
from documents import services
from documents.models import Document
from tenants.models import AccessLog
from tests.conftest import OPERATOR
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
PDF = b"%PDF-1.7 body %%EOF"


def filed(at: datetime, code: str = "acme", **facts: Any) -> Document:
    usual: dict[str, Any] = {
        "kind": "invoice",
        "title": "2026年10月分 請求書",
        "file_name": "2026年10月分 請求書.pdf",
        "content": PDF,
        "content_type": "application/pdf",
        "amount": Decimal(110000),
        "counterparty": "青葉物流株式会社",
        "transaction_date": date(2026, 10, 31),
    }
    with scope.client(code):
        return services.file(**{**usual, **facts}, actor=OPERATOR, at=at)


@pytest.fixture
def owner(db: None) -> Client:
    """Somebody of acme who may see everything there."""
    return login(Client(), client_person("owner", "acme", name="青山 さくら"), "acme")


@pytest.fixture
def viewer(db: None) -> Client:
    """Somebody of acme who sees no prices and sends nothing."""
    return login(Client(), client_person("viewer", "acme"), "acme")


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_the_list_shows_what_there_is_with_its_sum(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    page = owner.get("/documents").content.decode()
    assert document.title in page
    assert "¥110,000" in page
    assert '全<span class="fig">1</span>件の合計' in page


def test_an_empty_list_says_what_to_do_next(owner: Client, viewer: Client) -> None:
    assert "/documents/new" in owner.get("/documents").content.decode()
    page = viewer.get("/documents").content.decode()
    assert "書類はまだありません" in page
    assert "/documents/new" not in page
    assert "条件をすべて外す" in owner.get("/documents?kind=receipt").content.decode()


def test_the_list_costs_the_same_for_one_and_for_three(owner: Client, at: At) -> None:
    counts = []
    for _nth in range(3):
        filed(at("2026-11-02 09:00"))
        with CaptureQueriesContext(connection) as queries:
            assert owner.get("/documents").status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert counts[2] <= 8


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("least=１１０，０００&most=¥120,000", True),
        ("least=110001", False),
        ("first=2026-10-01&last=2026-10-31&counterparty=青葉", True),
        ("first=2026-11-01", False),
        ("q=請求書 青葉", True),
    ],
)
def test_what_is_typed_as_people_type_it_is_understood(owner: Client, at: At, query: str, found: bool) -> None:
    filed(at("2026-11-02 09:00"))
    assert ("2026年10月分 請求書" in owner.get(f"/documents?{query}").content.decode()) is found


def test_a_range_the_wrong_way_round_is_said_and_the_rest_still_counts(owner: Client, at: At) -> None:
    filed(at("2026-11-02 09:00"))
    page = owner.get("/documents?first=2026-10-31&last=2026-10-01&kind=invoice").content.decode()
    assert "終わりの日は始まりの日と同じか" in page
    assert "2026年10月分 請求書" in page


def test_a_cursor_of_nowhere_leads_back_with_a_sentence(owner: Client) -> None:
    response = owner.get("/documents?after=xyz", follow=False)
    assert response.status_code == 302


def test_who_sees_no_prices_sees_no_invoices(viewer: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    assert document.title not in viewer.get("/documents").content.decode()
    for path in ("", "/view", "/file", "/standing"):
        assert viewer.get(f"/documents/{document.pk}{path}").status_code == 404
    assert viewer.post("/documents/archive", {"selected": [document.pk]}).status_code == 302
    with scope.client("acme"):
        assert not Event.objects.filter(name="document.read").exists()


def test_a_page_says_everything_about_a_document(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    page = owner.get(f"/documents/{document.pk}").content.decode()
    for said in (document.title, document.sha256, "¥110,000", "2038/1/31", f"/documents/{document.pk}/view"):
        assert said in page
    assert (
        "<iframe"
        not in owner.get(
            f"/documents/{document.pk}", headers={"HX-Request": "true", "HX-Target": "panel-body"}
        ).content.decode()
    )


def test_opening_shows_the_content_and_is_noted(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))

    response = owner.get(f"/documents/{document.pk}/view")

    assert body(response) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(PDF))
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''2026%E5%B9%B4")
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "object-src 'none'" in response["Content-Security-Policy"]
    with scope.client("acme"):
        event = Event.objects.get(name="document.read")
        assert (event.subject_id, event.actor_name, event.data["how"]) == (document.pk, "青山 さくら", "opened")
        assert AccessLog.objects.get(action="document.opened").subject == document.title
    assert "閲覧しました" in owner.get(f"/documents/{document.pk}").content.decode()


def test_downloading_keeps_the_japanese_name(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    response = owner.get(f"/documents/{document.pk}/file")
    assert body(response) == PDF
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''2026%E5%B9%B4")


def test_what_a_browser_should_not_show_is_only_downloaded(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"), content_type="text/csv", file_name="a.csv", kind="other")
    assert owner.get(f"/documents/{document.pk}/view").status_code == 404
    response = owner.get(f"/documents/{document.pk}/file")
    assert response["Content-Type"] == "text/csv"
    assert body(response) == PDF


def test_a_store_that_browsers_reach_gets_them_by_a_short_lived_link(
    owner: Client, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = filed(at("2026-11-02 09:00"))
    monkeypatch.setattr(services, "download_link", lambda found: f"https://files.example.jp/{found.storage_key}?sig=1")
    response = owner.get(f"/documents/{document.pk}/file")
    assert (response.status_code, response["Cache-Control"]) == (302, "no-store")
    assert response["Location"].startswith("https://files.example.jp/acme/")


def test_many_documents_come_as_one_file(owner: Client, at: At) -> None:
    chosen = [filed(at("2026-11-02 09:00")), filed(at("2026-11-02 09:00"), kind="other")]
    filed(at("2026-11-02 09:00"), kind="report")

    response = owner.post("/documents/archive", {"selected": [document.pk for document in chosen]})
    with zipfile.ZipFile(io.BytesIO(body(response))) as archive:
        assert len(archive.namelist()) == 3
    assert "attachment" in response["Content-Disposition"]

    everything = owner.post("/documents/archive?kind=report", {"all": "1"})
    with zipfile.ZipFile(io.BytesIO(body(everything))) as archive:
        assert len(archive.namelist()) == 2


def test_nothing_selected_is_said(owner: Client) -> None:
    response = owner.post("/documents/archive", {}, headers={"Referer": "http://acme.localhost/documents"}, follow=True)
    assert "開ける書類がありません" in response.content.decode()


def sent(**facts: Any) -> dict[str, Any]:
    return {
        "file": SimpleUploadedFile("契約書 (案).pdf", PDF),
        "kind": "contract",
        "title": "",
        "transaction_date": "2026-11-01",
        "counterparty": "青葉物流株式会社",
        "amount": "",
        **facts,
    }


def test_a_document_is_sent_and_kept(owner: Client) -> None:
    response = owner.post("/documents/new", sent(amount="１２，０００円"), follow=True)
    page = response.content.decode()
    assert response.redirect_chain[0][1] == 302
    assert "契約書 (案).pdf" in page
    with scope.client("acme"):
        document = Document.objects.get()
    assert (document.direction, document.amount, document.created_by) == ("received", Decimal(12000), "青山 さくら")


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(owner: Client) -> None:
    response = owner.post("/documents/new", sent(kind="invoice", counterparty="", amount="たくさん", title="十月分"))
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_counterparty_error"' in page
    assert 'id="id_amount_error"' in page
    assert 'value="十月分"' in page

    response = owner.post("/documents/new", sent(file=SimpleUploadedFile("契約書.pdf", b"<html>")))
    assert response.status_code == 422
    assert 'id="id_file_error"' in response.content.decode()
    with scope.client("acme"):
        assert not Document.objects.exists()


def test_a_new_version_takes_over_what_is_known(owner: Client, at: At) -> None:
    first = filed(at("2026-11-02 09:00"), kind="contract", title="基本契約", direction="exchanged")
    form = owner.get(f"/documents/new?replaces={first.pk}").content.decode()
    assert 'value="基本契約"' in form

    owner.post(f"/documents/new?replaces={first.pk}", sent(title="基本契約"))

    with scope.client("acme"):
        newest = Document.objects.get(supersedes=first.pk)
    assert newest.direction == "exchanged"
    assert f'href="/documents/{newest.pk}"' in owner.get(f"/documents/{first.pk}").content.decode()


def test_while_a_document_is_checked_its_page_asks_and_then_comes_anew(
    owner: Client, at: At, settings: Settings, clamd: str
) -> None:
    settings.CLAMAV_URL = clamd
    page = owner.post("/documents/new", sent(), follow=True).content.decode()
    with scope.client("acme"):
        document = Document.objects.get()
    assert "ウイルス検査をしています" in page
    assert f'hx-get="/documents/{document.pk}/standing"' in page
    assert "ウイルス検査をしています" in owner.get(f"/documents/{document.pk}/standing").content.decode()
    assert owner.get(f"/documents/{document.pk}/file").status_code == 302

    with scope.client("acme"):
        services.check(document.pk, at=at("2026-11-02 09:01"))

    assert owner.get(f"/documents/{document.pk}/standing")["HX-Refresh"] == "true"


def test_the_legal_hold_is_placed_and_lifted(owner: Client, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    page = owner.post(f"/documents/{document.pk}/hold", {"on": "1"}, follow=True).content.decode()
    assert "法的保全の対象です" in page
    page = owner.post(f"/documents/{document.pk}/hold", {"on": "0"}, follow=True).content.decode()
    assert "法的保全の対象です" not in page


def test_a_neighbours_document_does_not_exist(owner: Client, at: At) -> None:
    theirs = filed(at("2026-11-02 09:00"), code="bravo")
    for path in ("", "/view", "/file", "/standing"):
        assert owner.get(f"/documents/{theirs.pk}{path}").status_code == 404
    assert owner.post(f"/documents/{theirs.pk}/hold", {"on": "1"}).status_code == 404


def test_the_operator_opens_the_same_page_and_sends_the_other_way(db: None, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    browser = login(Client(), staff("billing", serves=["acme"]))
    page = browser.get(f"/clients/acme/documents/{document.pk}").content.decode()
    assert f"/clients/acme/documents/{document.pk}/file" in page
    assert browser.get("/clients/bravo/documents").status_code == 404

    browser.post("/clients/acme/documents/new", sent())

    with scope.client("acme"):
        assert Document.objects.get(kind="contract").direction == "issued"
