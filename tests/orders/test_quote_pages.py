"""The pages of inquiries, quotes and contracts: written in the browser, sent, decided and ordered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import scope
from orders.models import Contract, Inquiry, Order, Quote, QuoteSettings, QuoteVersion
from orders.services import quoting
from tests.conftest import OPERATOR
from tests.factories import quotes
from tests.factories.orders import MORNING
from tests.factories.people import client_person, login, staff

FORM = {
    "subject": "秋の販促ギフト",
    "owner": "営業 太郎",
    "company": "青山茶舗株式会社",
    "name": "佐藤 一郎",
    "email": "sato@example.jp",
    "phone": "03-1234-5678",
    "postcode": "105-0011",
    "address": "東京都港区芝公園4-2-8",
    "valid_until": "2099-10-31",
    "delivery_time": "10日",
    "payment": "月末締め",
    "line_sku": ["TEA-1", "", "TEA-2"],
    "line_name": ["煎茶", "", "急須"],
    "line_quantity": ["１０", "", "3"],
    "line_unit": ["個", "個", "箱"],
    "line_unit_price": ["1,000", "", "33.5"],
    "line_discount": ["500", "", ""],
    "line_tax_rate": ["10", "10", "8"],
}

BLANK = ("line_sku", "line_name", "line_quantity", "line_unit_price", "line_discount")


def form(**more: Any) -> dict[str, Any]:
    """What the editor posts, with other values for some of it."""
    return FORM | more


@pytest.fixture
def owner(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def sent() -> QuoteVersion:
    with scope.client("acme"):
        return quotes.sent(valid_until=MORNING.date().replace(year=2099))


def test_a_quote_is_written_changed_and_sent(owner: Client) -> None:
    answer = owner.post("/quotes/new", form(press="save"))
    assert answer.status_code == 302, shown(answer)
    with scope.client("acme"):
        version = QuoteVersion.objects.get()
        assert (version.total, version.lines.count()) == (Decimal(10_559), 2)
    page = shown(owner.get(f"/quotes/versions/{version.pk}/edit"))
    assert 'value="33.5"' in page
    assert owner.post(f"/quotes/versions/{version.pk}/edit", form(press="send")).status_code == 302
    with scope.client("acme"):
        assert Quote.objects.get().number.startswith("Q-")
    page = shown(owner.get(f"/quotes/{version.quote_id}"))
    assert "まで承諾できます" in page
    assert "/q/" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"line_quantity": ["十", "", "3"]}, "1行目: 「十」は数値として読めません"),
        ({"line_quantity": ["0", "", "3"]}, "数量は1以上"),
        (dict.fromkeys(BLANK, [""] * 3), "明細を1行以上"),
        ({"valid_until": ""}, "必須"),
        ({"line_unit_price": ["1e99", "", "1"]}, "数値として読めません"),
        ({"line_unit_price": ["NaN", "", "1"]}, "数値として読めません"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(owner: Client, wrong: dict[str, Any], said: str) -> None:
    answer = owner.post("/quotes/new", form(**wrong, press="save"))
    assert answer.status_code == 422
    assert said in shown(answer)
    assert "青山茶舗株式会社" in shown(answer)
    with scope.client("acme"):
        assert not Quote.objects.exists()


def test_more_rows_are_offered_without_losing_any(owner: Client) -> None:
    page = shown(owner.post("/quotes/new", form(press="more")))
    assert page.count('name="line_sku"') > 6
    assert 'value="TEA-2"' in page
    with scope.client("acme"):
        assert not Quote.objects.exists()


def test_the_sums_and_the_past_stand_beside_what_is_typed(owner: Client) -> None:
    version = sent()
    page = shown(owner.post("/quotes/preview", form(line_unit_price=["1,200", "", "x"])))
    assert "¥12,650" in page
    assert version.quote.number in page
    assert "+¥200" in page or "¥200" in page


def test_an_inquiry_becomes_a_quote_without_retyping(owner: Client) -> None:
    fields = {name: FORM[name] for name in ("subject", "owner", "company", "name", "email", "phone")}
    assert owner.post("/inquiries/new", {**fields, "text": "300個"}).status_code == 302
    with scope.client("acme"):
        inquiry = Inquiry.objects.get()
    page = shown(owner.get(f"/quotes/new?inquiry={inquiry.pk}"))
    assert "青山茶舗株式会社" in page
    assert "03-1234-5678" in page
    assert owner.post(f"/quotes/new?inquiry={inquiry.pk}", form(press="send")).status_code == 302
    with scope.client("acme"):
        assert Inquiry.objects.get().state == "answered"
    assert owner.post(f"/inquiries/{inquiry.pk}/close", {"reason": "失注"}).status_code == 302
    assert "失注" in shown(owner.get(f"/inquiries/{inquiry.pk}"))


def test_an_order_form_is_recorded_and_ordered(owner: Client) -> None:
    version = sent()
    posted = {"kind": "purchase_order", "name": "佐藤", "reference": "PO-77"}
    answer = owner.post(f"/quotes/versions/{version.pk}/accept", posted, follow=True)
    assert "発注書のファイルを選んでください" in shown(answer)
    pdf = SimpleUploadedFile("po.pdf", b"%PDF-1.7 body %%EOF", "application/pdf")
    assert owner.post(f"/quotes/versions/{version.pk}/accept", {**posted, "file": pdf}).status_code == 302
    with scope.client("acme"):
        contract = Contract.objects.get()
    assert "PO-77" in shown(owner.get(f"/contracts/{contract.pk}"))
    assert owner.post(f"/contracts/{contract.pk}/order").status_code == 302
    with scope.client("acme"):
        order = Order.objects.get()
    assert version.quote.number in shown(owner.get(f"/orders/{order.pk}"))
    assert f"/contracts/{contract.pk}" in shown(owner.get(f"/orders/{order.pk}"))
    again = owner.post(f"/contracts/{contract.pk}/order", follow=True)
    assert "すでに作成されています" in shown(again)


def test_a_paper_contract_is_signed_with_its_file(owner: Client) -> None:
    version = sent()
    owner.post(f"/quotes/versions/{version.pk}/accept", {"kind": "paper", "name": "佐藤"})
    with scope.client("acme"):
        contract = Contract.objects.get()
    url = f"/contracts/{contract.pk}/sign"
    assert owner.post(url, {"starts_on": "2026-10-02"}).status_code == 422
    for ends_on, status in (("2026-10-01", 422), ("2027-10-01", 302)):
        pdf = SimpleUploadedFile("c.pdf", b"%PDF-1.7 body %%EOF", "application/pdf")
        answer = owner.post(url, {"starts_on": "2026-10-02", "ends_on": ends_on, "terms": "以上", "file": pdf})
        assert answer.status_code == status
    with scope.client("acme"):
        contract.refresh_from_db()
        assert (contract.state, contract.ends_on and contract.ends_on.year) == ("in_force", 2027)
    assert owner.post(f"/contracts/{contract.pk}/end", {"reason": "解約"}).status_code == 302
    assert "解約" in shown(owner.get(f"/contracts/{contract.pk}"))


def test_versions_are_compared_and_old_ones_can_be_read(owner: Client) -> None:
    version = sent()
    assert owner.post(f"/quotes/{version.quote_id}/revise").status_code == 302
    with scope.client("acme"):
        second = QuoteVersion.objects.get(version=2)
    owner.post(f"/quotes/versions/{second.pk}/edit", form(line_unit_price=["900", "", "33.5"], press="send"))
    page = shown(owner.get(f"/quotes/{version.quote_id}"))
    assert "第1版と第2版の違い" in page
    assert "1,000円 → 900円" in page
    assert "改訂済み" in shown(owner.get(f"/quotes/{version.quote_id}?version=1"))
    assert owner.get(f"/quotes/{version.quote_id}?version=9").status_code == 404
    assert owner.get(f"/quotes/versions/{version.pk}/edit").status_code == 302


def test_the_list_is_narrowed_sorted_and_exported(owner: Client) -> None:
    version = sent()
    with scope.client("acme"):
        quotes.written(owner="営業 次郎")
    assert "（未採番）" in shown(owner.get("/quotes"))
    assert "（未採番）" not in shown(owner.get("/quotes?state=sent"))
    assert version.quote.number not in shown(owner.get("/quotes?owner=営業 次郎"))
    assert version.quote.number in shown(owner.get(f"/quotes?q={version.quote.number}&sort=-total"))
    assert "条件に合う見積はありません" in shown(owner.get("/quotes?q=ないもの"))
    lines = owner.get("/quotes/export?state=sent").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert version.quote.number in lines[1]


def test_withdrawing_and_declining_want_a_reason(owner: Client) -> None:
    version = sent()
    owner.post(f"/quotes/{version.quote_id}/withdraw", {"reason": " "})
    owner.post(f"/quotes/versions/{version.pk}/decline", {"reason": ""})
    with scope.client("acme"):
        assert QuoteVersion.objects.get().state == "sent"
    owner.post(f"/quotes/versions/{version.pk}/decline", {"reason": "予算"})
    assert "予算" in shown(owner.get(f"/quotes/{version.quote_id}"))


def test_a_viewer_reads_and_changes_nothing(owner: Client) -> None:
    version = sent()
    viewer = login(Client(), client_person("viewer"), "acme")
    page = shown(viewer.get(f"/quotes/{version.quote_id}"))
    assert "取り下げる" not in page
    assert viewer.post(f"/quotes/{version.quote_id}/withdraw", {"reason": "x"}).status_code == 403
    assert viewer.get("/quotes/new").status_code == 403


def test_the_operator_writes_quotes_for_the_clients_they_serve(db: None) -> None:
    clerk = login(Client(), staff("clerk", serves=["acme"]))
    assert clerk.post("/clients/acme/quotes/new", form(press="save")).status_code == 302
    assert clerk.get("/clients/bravo/quotes").status_code == 404
    with scope.client("bravo"):
        assert not Quote.objects.exists()


def test_the_client_chooses_what_quotes_begin_with(owner: Client) -> None:
    posted = {"validity_days": 14, "payment": "前払い", "delivery_time": "", "orders_at_once": "on"}
    assert owner.post("/settings/quotes", posted).status_code == 302
    with scope.client("acme"):
        assert QuoteSettings.objects.get().orders_at_once
    assert "前払い" in shown(owner.get("/quotes/new"))
    assert owner.post("/settings/quotes", {**posted, "validity_days": 0}).status_code == 422


def test_a_question_is_answered(owner: Client) -> None:
    version = sent()
    with scope.client("acme"):
        question = quoting.ask(version.pk, text="納期は?", actor=OPERATOR, at=MORNING)
    assert "質問あり" in shown(owner.get("/quotes"))
    owner.post(f"/quotes/questions/{question.pk}/answer", {"answer": "7日です"})
    assert "7日です" in shown(owner.get(f"/quotes/{version.quote_id}"))
    assert "質問あり" not in shown(owner.get("/quotes"))
