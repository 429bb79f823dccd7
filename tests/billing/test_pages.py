from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from billing.models import Invoice
from billing.series.models import Issuer
from billing.services import closing, terms
from billing.services.presets import PLANS
from core import events, scope
from core.events import Happening
from tests.conftest import OPERATOR
from tests.factories.people import client_person, login, staff

At = Callable[[str], datetime]
NOW = "2026-11-02 10:00"


@pytest.fixture
def draft(db: None, at: At, monkeypatch: pytest.MonkeyPatch) -> Invoice:
    """The draft of acme's October, with three orders behind it."""
    monkeypatch.setattr("core.clock.now", lambda: at(NOW))
    with scope.owner():
        Issuer.objects.create(name="ひかりアウトソーシング株式会社", registration="T7000012050002")
    with scope.client("acme"):
        name, charges, included = PLANS["usage"]
        terms.agree(plan=name, starts_on=date(2026, 10, 1), recipient={"name": "アクメ商事株式会社"})
        terms.publish_card(name=name, starts_on=date(2026, 10, 1), charges=charges, included=included, actor=OPERATOR)
        happenings = [Happening("order.received", "order", n, {"number": f"A-{n}"}, order_id=n) for n in (1, 2, 3)]
        _record(happenings, at("2026-10-05 10:00"))
        return closing.draft(date(2026, 10, 31), actor=OPERATOR, at=at(NOW))


def _record(happenings: list[Happening], when: datetime) -> None:
    before = dict(events.subscriptions())
    events.install({})
    try:
        events.publish(happenings, actor=OPERATOR, at=when)
    finally:
        events.install(before)


@pytest.fixture
def accounting(db: None) -> Client:
    return login(Client(), client_person("accounting"), "acme")


def test_every_line_opens_down_to_its_events(draft: Invoice, accounting: Client) -> None:
    page = accounting.get(f"/billing/{draft.pk}")
    assert "受注処理料" in page.content.decode()

    why = accounting.get(f"/billing/{draft.pk}/orders").content.decode()
    assert all(number in why for number in ("A-1", "A-2", "A-3"))


def test_the_running_month_is_estimated_and_nothing_is_left_of_it(draft: Invoice, accounting: Client) -> None:
    assert accounting.get("/billing").status_code == 200
    with scope.client("acme"):
        assert Invoice.objects.count() == 1


def test_a_dispute_is_answered_and_the_draft_approved_and_issued(draft: Invoice, accounting: Client) -> None:
    clerk = login(Client(), staff("billing", ["acme"]))
    accounting.post(f"/billing/{draft.pk}/orders/dispute", {"text": "件数を確認したい"})
    refused = accounting.post(f"/billing/{draft.pk}/approve", follow=True)
    assert "回答待ちの指摘" in refused.content.decode()
    with scope.client("acme"):
        raised = draft.disputes.get()
    clerk.post(f"/clients/acme/billing/{draft.pk}/disputes/{raised.pk}/answer", {"text": "内訳のとおりです"})
    accounting.post(f"/billing/{draft.pk}/approve")
    clerk.post(f"/clients/acme/billing/{draft.pk}/finalise")

    with scope.client("acme"):
        issued = Invoice.objects.get()
    assert (issued.state, issued.number) == ("issued", "INV-2026-00001")
    paper = accounting.get(f"/documents/{issued.document_id}/view")
    assert b"".join(paper.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    paper.close()


def test_the_neighbour_and_the_reader_stay_outside(draft: Invoice) -> None:
    neighbour = login(Client(), client_person("owner", "bravo"), "bravo")
    reader = login(Client(), client_person("viewer"), "acme")
    assert neighbour.get(f"/billing/{draft.pk}").status_code == 404
    assert reader.get(f"/billing/{draft.pk}").status_code == 403


def test_the_operators_list_follows_the_closing(draft: Invoice, accounting: Client) -> None:
    clerk = login(Client(), staff("billing", ["acme"]))
    assert "アクメ商事" in clerk.get("/closings").content.decode()
    assert "確認中" in clerk.get("/closings").content.decode()

    accounting.post(f"/billing/{draft.pk}/orders/dispute", {"text": "件数を確認したい"})

    assert "指摘 1件" in clerk.get("/closings").content.decode()
    stranger = login(Client(), staff("billing", ["bravo"]))
    assert "指摘 1件" not in stranger.get("/closings").content.decode()
