from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice, InvoiceLine, RatedFact
from billing.queries import month_estimate
from billing.series.models import Issuer
from billing.services import closing, issuing, review, terms
from billing.services.presets import PLANS
from core import events, scope
from core.errors import Refused
from core.events import Happening
from documents import services as documents
from tests.conftest import OPERATOR

At = Callable[[str], datetime]
OCTOBER = date(2026, 10, 15)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Nobody listens: what is billed comes from the record alone."""
    before = dict(events.subscriptions())
    events.install({})
    yield
    events.install(before)


@pytest.fixture
def contract(acme: str, quiet: None) -> None:
    """acme pays by use, closing at the end of the month."""
    agreed("usage")


def agreed(plan: str, **facts: object) -> None:
    name, charges, included = PLANS[plan]
    terms.agree(plan=name, starts_on=date(2026, 9, 1), recipient={"name": "アクメ商事株式会社"}, **facts)  # type: ignore[arg-type]
    terms.publish_card(name=name, starts_on=date(2026, 9, 1), charges=charges, included=included, actor=OPERATOR)


def received(count: int, at: datetime, *, first: int = 1) -> None:
    events.publish(
        [Happening("order.received", "order", n, {"lines": 2}, order_id=n) for n in range(first, first + count)],
        actor=OPERATOR,
        at=at,
    )


def shipped(order_id: int, at: datetime, *, size: int = 60, prefecture: str = "東京都", **data: object) -> None:
    facts = {"size": size, "prefecture": prefecture, "tracking_numbers": ["1"], **data}
    events.publish(
        [Happening("shipment.shipped", "shipment", order_id, facts, order_id=order_id)], actor=OPERATOR, at=at
    )


def drafted(at: datetime) -> Invoice:
    return closing.draft(OCTOBER, actor=OPERATOR, at=at)


def line(invoice: Invoice, code: str) -> InvoiceLine:
    return invoice.lines.get(charge_code=code)


def test_a_month_of_use_is_counted_priced_and_taxed_once_per_rate(contract: None, at: At) -> None:
    received(1003, at("2026-10-05 10:00"))
    shipped(1, at("2026-10-05 17:00"))
    shipped(2, at("2026-10-05 17:00"), size=80, prefecture="北海道")

    invoice = drafted(at("2026-11-01 09:00"))

    assert line(invoice, "orders").amount == 1000 * 120 + 3 * 100
    assert line(invoice, "parcels").amount == 650 + 780 + 400
    assert line(invoice, "shipments").amount == 2 * 180
    subtotal = 120_300 + 1_830 + 360
    assert invoice.breakdown == [{"rate": 10, "base": subtotal, "tax": subtotal // 10}]
    assert invoice.total == subtotal + subtotal // 10
    assert invoice.due_on == date(2026, 11, 30)


def test_month_ends_are_those_of_japan(contract: None, at: At) -> None:
    received(1, at("2026-09-30 23:59:59"), first=1)
    received(1, at("2026-10-01 00:00"), first=2)
    received(1, at("2026-10-31 23:59:59"), first=3)
    received(1, at("2026-11-01 00:00"), first=4)
    closing.draft(date(2026, 9, 30), actor=OPERATOR, at=at("2026-10-01 09:00"))

    assert line(drafted(at("2026-11-01 09:00")), "orders").quantity == 2


def test_making_the_draft_again_changes_nothing(contract: None, at: At) -> None:
    received(3, at("2026-10-05 10:00"))
    first = drafted(at("2026-11-01 09:00"))
    facts = set(RatedFact.objects.values_list("event_id", "charge_code"))

    again = drafted(at("2026-11-01 10:00"))

    assert (again.pk, again.total) == (first.pk, first.total)
    assert set(RatedFact.objects.values_list("event_id", "charge_code")) == facts
    assert Invoice.objects.count() == 1


def test_a_late_fact_goes_to_the_next_invoice_and_is_marked(contract: None, at: At) -> None:
    received(2, at("2026-09-10 10:00"))
    september = closing.draft(date(2026, 9, 30), actor=OPERATOR, at=at("2026-10-01 09:00"))
    received(1, at("2026-09-29 10:00"), first=9)

    october = drafted(at("2026-11-01 09:00"))

    assert line(september, "orders").quantity == 2
    assert line(october, "orders").quantity == 1
    assert line(october, "orders").late == 1


def test_what_our_own_mistake_caused_is_not_billed(contract: None, at: At) -> None:
    shipped(1, at("2026-10-05 17:00"))
    shipped(2, at("2026-10-05 17:00"), party="operator")

    assert line(drafted(at("2026-11-01 09:00")), "shipments").quantity == 1


def test_what_has_no_price_must_be_priced_before_finalising(contract: None, at: At) -> None:
    shipped(1, at("2026-10-05 17:00"), size=120)
    invoice = drafted(at("2026-11-01 09:00"))
    review.approve(invoice.pk, actor=OPERATOR, at=at("2026-11-02 09:00"))

    assert invoice.unrated == [
        {"meter": "parcels", "label": "配送料（サイズ×地域）", "cell": ["120", "関東"], "quantity": "1"}
    ]
    with pytest.raises(Refused, match="料金が決まっていない実績が1種類"):
        issuing.finalise(invoice.pk, actor=OPERATOR, at=at("2026-11-02 10:00"))


def test_the_allowance_covers_what_the_flat_fee_includes(acme: str, quiet: None, at: At) -> None:
    agreed("flat")
    received(1510, at("2026-10-05 10:00"))

    invoice = drafted(at("2026-11-01 09:00"))

    assert line(invoice, "base").amount == 380_000
    assert line(invoice, "orders_over").amount == 10 * 210


def test_a_commitment_is_made_up_by_a_line_of_its_own(acme: str, quiet: None, at: At) -> None:
    agreed("usage", commitment=Decimal(10_000))
    received(5, at("2026-10-05 10:00"))

    assert line(drafted(at("2026-11-01 09:00")), "commitment").amount == 10_000 - 600


def test_a_draft_is_disputed_answered_approved_and_finalised_once(contract: None, at: At, db: None) -> None:
    with scope.owner():
        Issuer.objects.create(name="ひかりアウトソーシング株式会社", registration="T7000012050002")
    received(3, at("2026-10-05 10:00"))
    invoice = drafted(at("2026-11-01 09:00"))

    raised = review.dispute(invoice.pk, "orders", "件数が違います", actor=OPERATOR, at=at("2026-11-02 09:00"))
    with pytest.raises(Refused, match="回答待ち"):
        review.approve(invoice.pk, actor=OPERATOR, at=at("2026-11-02 09:10"))
    review.answer(raised.pk, "内訳をご確認ください", actor=OPERATOR, at=at("2026-11-02 10:00"))
    with pytest.raises(Refused, match="承認がまだ"):
        issuing.finalise(invoice.pk, actor=OPERATOR, at=at("2026-11-02 10:10"))
    review.approve(invoice.pk, actor=OPERATOR, at=at("2026-11-02 11:00"))

    final = issuing.finalise(invoice.pk, actor=OPERATOR, at=at("2026-11-02 12:00"))
    again = issuing.finalise(invoice.pk, actor=OPERATOR, at=at("2026-11-03 12:00"))
    assert final.number == again.number == "INV-2026-00001"

    document = issuing.issue(invoice.pk, actor=OPERATOR, at=at("2026-11-02 12:00"))
    assert issuing.issue(invoice.pk, actor=OPERATOR, at=at("2026-11-03 12:00")) == document
    with documents.open_content(document) as content:
        assert content.read(5) == b"%PDF-"
    assert document.amount == final.total
    assert closing.draft(OCTOBER, actor=OPERATOR, at=at("2026-11-04 09:00")).total == final.total


def test_a_draft_asks_as_often_for_one_charge_as_for_all(contract: None, at: At) -> None:
    name, charges, included = PLANS["usage"]
    received(3, at("2026-10-05 10:00"))
    shipped(1, at("2026-10-05 17:00"))
    counts = []
    few = [charge for charge in charges if charge["code"] in ("orders", "cancellations")]
    for charged in (few, charges[:-1]):
        terms.publish_card(name=name, starts_on=date(2026, 10, 1), charges=charged, included=included, actor=OPERATOR)
        with CaptureQueriesContext(connection) as asked:
            estimate = month_estimate(at("2026-10-20 09:00"))
        assert estimate is not None
        counts.append(len(asked))

    assert len(charges) - 1 > len(few) == 2
    assert counts[0] == counts[1]
    assert not Invoice.objects.exists()
