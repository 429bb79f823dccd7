"""Quotes from draft to order: who may do what when, and what is left behind."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from core.errors import Refused
from core.models import Event
from documents import services as documents
from documents.models import Document, IssuedPaper
from orders.models import Contract, Inquiry, Intake, Order, QuoteVersion
from orders.queries.quoting import past
from orders.services import quoting
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.orders import MORNING
from tests.factories.quotes import BUYER, PERSON, THEMSELVES, accepted, draft, line, sent, written

At = Callable[[str], datetime]
WHOM = past.Whom("青山茶舗株式会社", "sato@example.jp", "+81312345678")


def state_of(version: QuoteVersion) -> str:
    return QuoteVersion.objects.values_list("state", flat=True).get(pk=version.pk)


def paper_of(version: QuoteVersion) -> IssuedPaper:
    return IssuedPaper.objects.get(document_id=version.paper_id or 0)


def revised(version: QuoteVersion) -> QuoteVersion:
    (made,), refused = quoting.revise([version.quote_id], actor=OPERATOR, at=MORNING)
    assert not refused
    return made


def an_order_form() -> Document:
    return documents.upload(
        io.BytesIO(b"%PDF-1.7 body %%EOF"),
        file_name="発注書.pdf",
        kind="buyer_order",
        title="発注書",
        counterparty="青山茶舗",
        actor=OPERATOR,
        at=MORNING,
    )


def test_a_quote_is_numbered_and_printed_when_it_is_sent(acme: str) -> None:
    assert written().quote.number == ""
    version = sent(line(), line("TEA-2", price="500", tax_rate=8))
    assert version.quote.number == "Q-2026-00001"
    paper = paper_of(version)
    assert (paper.kind, paper.data["total"], paper.document.amount) == ("buyer_quote", 16400, Decimal(16400))
    assert paper.data["recipient"]["honorific"] == "御中"
    assert [event.name for event in Event.objects.order_by("id") if event.name.startswith("quote.")][-1] == "quote.sent"


def test_the_next_version_keeps_number_and_says_what_changed(acme: str) -> None:
    first = sent()
    second = revised(first)
    assert state_of(first) == "sent"  # until the new one is sent it can be accepted
    quoting.change(second.pk, draft(line(price="900")), actor=OPERATOR, at=MORNING)
    quoting.send([first.quote_id], actor=OPERATOR, at=MORNING)
    second.refresh_from_db()
    assert (state_of(first), second.state, second.quote.number) == ("superseded", "sent", "Q-2026-00001")
    paper = paper_of(second)
    assert (paper.revision, paper.data["changes"]) == (2, ["煎茶 TEA-1 の単価 1,000円 → 900円"])
    with pytest.raises(Refused, match="新しい版") as refusal:
        quoting.accept(first.pk, PERSON, actor=THEMSELVES, at=MORNING)
    assert refusal.value.code == "is_superseded"


def test_what_was_sent_is_not_changed(acme: str) -> None:
    version = sent()
    with pytest.raises(Refused, match="改訂版"):
        quoting.change(version.pk, draft(line(price="1")), actor=OPERATOR, at=MORNING)
    assert version.lines.get().unit_price == 1000


def test_acceptance_keeps_who_when_and_from_where(acme: str) -> None:
    contract = accepted()
    assert (contract.kind, contract.state, contract.starts_on) == ("electronic", "in_force", date(2026, 10, 1))
    event = Event.objects.get(name="quote.accepted")
    assert (event.at, event.data["by"], event.data["from"]) == (MORNING, "佐藤 一郎", "203.0.113.7")
    with pytest.raises(Refused, match="すでに承諾") as refusal:
        quoting.accept(contract.version_id, PERSON, actor=THEMSELVES, at=MORNING)
    assert refusal.value.code == "is_accepted"
    assert Contract.objects.count() == 1


def test_a_draft_of_the_next_version_ends_with_the_acceptance(acme: str) -> None:
    first = sent()
    second = revised(first)
    quoting.accept(first.pk, PERSON, actor=THEMSELVES, at=MORNING)
    first.refresh_from_db()
    assert (first.state, first.is_current, state_of(second)) == ("accepted", True, "withdrawn")


def test_the_last_day_counts_whole_and_the_next_ends_it(acme: str, at: At) -> None:
    version = sent()
    assert quoting.expire_due(at=at("2026-10-31 23:59")) == 0
    with pytest.raises(Refused, match="有効期限"):
        quoting.accept(version.pk, PERSON, actor=THEMSELVES, at=at("2026-11-01 00:00"))
    assert quoting.expire_due(at=at("2026-11-01 00:00")) == 1
    assert state_of(version) == "expired"
    assert quoting.expire_due(at=at("2026-11-01 00:00")) == 0
    assert revised(version).version == 2


def test_a_quote_whose_time_is_over_is_not_sent(acme: str) -> None:
    version = written(valid_until=date(2026, 9, 30))
    (why,) = quoting.send([version.quote_id], actor=OPERATOR, at=MORNING).refused.values()
    assert why.code == "over"
    assert not IssuedPaper.objects.exists()


def test_declined_and_withdrawn_quotes_are_over(acme: str) -> None:
    declined, withdrawn = sent(), sent()
    quoting.decline(declined.pk, reason="予算が合わない", name="佐藤", actor=THEMSELVES, at=MORNING)
    outcome = quoting.withdraw([withdrawn.quote_id, declined.quote_id], reason="廃番", actor=OPERATOR, at=MORNING)
    assert outcome.done == {withdrawn.quote_id}
    for version in (declined, withdrawn):
        with pytest.raises(Refused):
            quoting.accept(version.pk, PERSON, actor=THEMSELVES, at=MORNING)
    assert not Contract.objects.exists()


def test_an_order_form_is_an_acceptance(acme: str) -> None:
    version = sent()
    with pytest.raises(Refused, match="ファイル"):
        quoting.record_acceptance(version.pk, PERSON, kind="purchase_order", actor=OPERATOR, at=MORNING)
    contract = quoting.record_acceptance(
        version.pk, PERSON, kind="purchase_order", document_id=an_order_form().pk, actor=OPERATOR, at=MORNING
    )
    assert (contract.state, contract.recorded_by, state_of(version)) == ("in_force", OPERATOR.name, "accepted")


def test_a_contract_on_paper_waits_for_its_signature(acme: str) -> None:
    contract = quoting.record_acceptance(sent().pk, PERSON, kind="paper", actor=OPERATOR, at=MORNING)
    (why,) = quoting.order([contract.pk], actor=OPERATOR, at=MORNING).refused.values()
    assert why.code == "is_draft"
    day = date(2026, 10, 2)
    with pytest.raises(Refused, match="契約書のファイル"):
        quoting.sign(contract.pk, starts_on=day, actor=OPERATOR, at=MORNING)
    quoting.sign(contract.pk, starts_on=day, document_id=an_order_form().pk, actor=OPERATOR, at=MORNING)
    assert quoting.order([contract.pk], actor=OPERATOR, at=MORNING).done == {contract.pk}


def test_the_order_is_what_was_agreed(acme: str) -> None:
    lines = (line(price="33.5", quantity=3), line("TEA-2", price="500", tax_rate=8, discount=Decimal(100)))
    contract = accepted(*lines, postage=Decimal(800))
    quoting.order([contract.pk], actor=OPERATOR, at=MORNING).sole()
    contract.refresh_from_db()
    order = Order.objects.get(contract=contract)
    assert (order.number, order.total) == ("Q-2026-00001", Decimal(6283))
    assert contract.version.total == order.total
    assert order.goods_total - order.discount + order.postage + order.tax == order.total
    assert (order.buyer_name, order.buyer_phone) == ("青山茶舗株式会社 佐藤 一郎", "+81312345678")
    assert (order.ship_prefecture, order.payment_method) == ("東京都", "月末締め翌月末払い")
    assert [(one.sku, one.ordered, one.unit_price) for one in order.lines.all()] == [
        ("TEA-1", 3, Decimal("33.50")),
        ("TEA-2", 10, 500),
    ]
    (why,) = quoting.order([contract.pk], actor=OPERATOR, at=MORNING).refused.values()
    assert why.code == "ordered"
    assert Order.objects.count() == 1


def test_an_order_that_cannot_be_made_says_why(acme: str) -> None:
    nowhere = quoting.Buyer(name="佐藤 一郎", email="sato@example.jp")
    outcome = quoting.order([accepted(buyer=nowhere).pk], actor=OPERATOR, at=MORNING)
    assert "空です" in str(*outcome.refused.values())
    assert not Order.objects.exists()


def settled(*, at_once: bool) -> None:
    quoting.choose(validity_days=14, payment="", delivery_time="", orders_at_once=at_once, actor=OPERATOR, at=MORNING)


def test_where_the_client_wants_it_an_acceptance_is_an_order(acme: str) -> None:
    settled(at_once=True)
    contract = accepted()
    contract.refresh_from_db()
    assert contract.order is not None


def test_what_cannot_be_ordered_by_itself_is_accepted_all_the_same(acme: str) -> None:
    settled(at_once=True)
    contract = accepted(buyer=quoting.Buyer(name="佐藤 一郎"))
    contract.refresh_from_db()
    assert (contract.state, contract.order, Intake.objects.count()) == ("in_force", None, 0)


def test_an_ended_contract_is_not_ordered(acme: str) -> None:
    contract = accepted()
    quoting.end([contract.pk], reason="解約", actor=OPERATOR, at=MORNING)
    (why,) = quoting.order([contract.pk], actor=OPERATOR, at=MORNING).refused.values()
    assert why.code == "is_ended"


def test_an_inquiry_is_answered_by_the_quote(acme: str) -> None:
    inquiry = quoting.receive(BUYER, subject="300セット", text="", owner="営業", actor=OPERATOR, at=MORNING)
    version = quoting.create(draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=MORNING)
    assert Inquiry.objects.get(pk=inquiry.pk).state == "open"
    quoting.send([version.quote_id], actor=OPERATOR, at=MORNING)
    assert Inquiry.objects.get(pk=inquiry.pk).state == "answered"
    quoting.close([inquiry.pk], reason="失注", actor=OPERATOR, at=MORNING)
    with pytest.raises(Refused, match="終了"):
        quoting.create(draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=MORNING)


def test_the_past_is_found_by_phone_mail_and_company(acme: str, at: At) -> None:
    orders.order(buyer_phone="+81312345678", buyer_name="別の名前", total=1100, goods_total=1100)
    sent(line("SKU-2", price="700"), at=at("2026-10-02 09:00"), payment="前払い")
    orders.order(buyer_name="青山茶舗株式会社九州", ordered_at=at("2026-10-03 09:00"))
    for whom in (WHOM, past.Whom("", "", "+81312345678")):
        found = past.of_buyer(whom)
        assert found.prices["SKU-1"].unit_price == Decimal("909.09")  # the order's prices were with tax
        assert (found.prices["SKU-2"].unit_price, found.payment) == (Decimal(700), "前払い")
    assert not past.of_buyer(past.Whom("", "", "")).is_known
    assert past.of_buyer(past.Whom("", "SATO@example.jp".lower(), "")).prices.keys() == {"SKU-2"}


def test_a_person_is_not_taken_for_their_namesake(acme: str) -> None:
    orders.order(buyer_name="佐藤 一郎", buyer_phone="+819000000000")
    assert not past.of_buyer(past.Whom("", "", "+81312345678")).is_known


def test_the_quote_that_is_written_is_not_its_own_past(acme: str) -> None:
    version = sent()
    assert past.of_buyer(WHOM).is_known
    assert not past.of_buyer(WHOM, without=version.quote_id).is_known


def test_a_buyer_asks_and_is_answered_once(acme: str) -> None:
    version = sent()
    question = quoting.ask(version.pk, text="納期は早まりますか", actor=THEMSELVES, at=MORNING)
    quoting.answer_question(question.pk, answer="7日まで可能です", actor=OPERATOR, at=MORNING)
    with pytest.raises(Refused, match="すでに回答"):
        quoting.answer_question(question.pk, answer="別の答え", actor=OPERATOR, at=MORNING)


def test_sending_costs_the_same_for_one_and_for_three(acme: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (1, 1, 3):
        quotes = [written().quote_id for _nth in range(many)]
        with CaptureQueriesContext(connection) as asked:
            quoting.send(quotes, actor=OPERATOR, at=MORNING)
        counts.append(len(asked))
    assert counts[1] == counts[2]
