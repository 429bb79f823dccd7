"""Service projects on the bill: hours and what buyers accepted, counted from the record and computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from billing import queries
from billing.models import Invoice
from billing.series.models import Issuer
from billing.services import closing, issuing, review, terms
from billing.services.presets import PLANS
from core import scope
from core.errors import Refused
from core.models import Event
from projects import services
from projects.models import Project, WorkLog
from projects.services import Worked
from tests.conftest import OPERATOR
from tests.factories import projects
from tests.factories.people import client_person, login

At = Callable[[str], datetime]
OCTOBER = date(2026, 10, 15)


@pytest.fixture
def project(acme: str, at: At) -> Project:
    """acme pays by use and has a project under contract."""
    with scope.owner():
        Issuer.objects.create(name="ひかりアウトソーシング株式会社", registration="T7000012050002")
    name, charges, included = PLANS["usage"]
    terms.agree(plan=name, starts_on=date(2026, 9, 1), recipient={"name": "アクメ商事株式会社"})
    terms.publish_card(name=name, starts_on=date(2026, 9, 1), charges=charges, included=included, actor=OPERATOR)
    return projects.delivering(at=at("2026-10-01 10:00"))


def worked(project: Project, day: date, minutes: int, at: datetime, *, billable: bool = True) -> int:
    entry = Worked("受注 花子", day, minutes, billable=billable)
    return services.log(project.pk, [entry], actor=OPERATOR, at=at)[0].pk


def drafted(at: datetime) -> Invoice:
    return closing.draft(OCTOBER, actor=OPERATOR, at=at)


def lines(invoice: Invoice) -> dict[str, tuple[Decimal, int]]:
    """Quantity and yen of each line."""
    return {line.charge_code: (line.quantity, int(line.amount)) for line in invoice.lines.all()}


def test_a_month_of_a_project_is_billed_by_the_hour_and_by_what_was_accepted(project: Project, at: At) -> None:
    evening = at("2026-10-20 18:00")
    worked(project, date(2026, 10, 2), 90, evening)
    worked(project, date(2026, 10, 20), 50, evening)
    worked(project, date(2026, 10, 20), 600, evening, billable=False)
    wrong = worked(project, date(2026, 10, 3), 480, evening)
    services.undo([wrong], reason="入れ間違い", actor=OPERATOR, at=evening)
    worked(project, date(2026, 11, 1), 60, at("2026-11-01 08:00"))
    asked = projects.handed_in(project, at=evening)
    services.answer(asked.pk, projects.PERSON, accept=True, actor=projects.THEMSELVES, at=evening)
    asked = projects.handed_in(project, 1, at=evening)
    services.answer(asked.pk, projects.PERSON, accept=False, reason="不足", actor=projects.THEMSELVES, at=evening)

    invoice = drafted(at("2026-11-01 09:00"))

    # 1.5 h and 50 min = 0.83 h at 6,500 yen; 5 % of the 300,000 yen that the buyer accepted.
    assert lines(invoice) == {
        "work_hours": (Decimal("2.330"), 15_145),
        "milestone_value": (Decimal("300000.000"), 15_000),
    }
    assert (int(invoice.subtotal), int(invoice.total), invoice.unrated) == (30_145, 33_159, [])


def test_every_yen_opens_down_to_the_record_of_the_project(project: Project, at: At) -> None:
    worked(project, date(2026, 10, 2), 90, at("2026-10-02 18:00"))
    line = drafted(at("2026-11-01 09:00")).lines.get(charge_code="work_hours")
    (fact,) = queries.facts_of(line).rows
    assert (fact.subject, fact.quantity, fact.project_id) == (
        f"{project.number} 受注 花子",
        Decimal("1.500"),
        project.pk,
    )
    owner = login(Client(), client_person("owner"), "acme")
    page = owner.get(f"/billing/{line.invoice_id}/work_hours").content.decode()
    assert f"/projects/{project.pk}/history" in page


def test_work_that_is_taken_back_leaves_the_draft(project: Project, at: At) -> None:
    row = worked(project, date(2026, 10, 2), 90, at("2026-10-02 18:00"))
    invoice = drafted(at("2026-10-31 09:00"))
    assert "work_hours" in lines(invoice)
    services.undo([row], actor=OPERATOR, at=at("2026-10-31 10:00"))
    assert "work_hours" not in lines(Invoice.objects.get(pk=invoice.pk))


def test_work_on_a_final_invoice_stays_and_what_comes_late_is_marked(project: Project, at: At) -> None:
    row = worked(project, date(2026, 10, 2), 90, at("2026-10-02 18:00"))
    invoice = drafted(at("2026-11-01 09:00"))
    review.approve(invoice.pk, actor=OPERATOR, at=at("2026-11-01 10:00"))
    issuing.finalise(invoice.pk, actor=OPERATOR, at=at("2026-11-02 10:00"))
    outcome = services.undo([row], actor=OPERATOR, at=at("2026-11-02 11:00"))
    assert outcome.refused[row].code == "invoiced"
    with pytest.raises(Refused):
        outcome.sole()
    assert WorkLog.objects.count() == 1

    worked(project, date(2026, 10, 30), 30, at("2026-11-02 12:00"))
    november = closing.draft(date(2026, 11, 10), actor=OPERATOR, at=at("2026-12-01 09:00"))
    late = november.lines.get(charge_code="work_hours")
    assert (late.quantity, late.late) == (Decimal("0.500"), 1)


def test_what_no_rate_card_prices_is_listed(acme: str, at: At) -> None:
    name, charges, included = PLANS["usage"]
    few = [charge for charge in charges if charge["code"] == "orders"]
    terms.agree(plan=name, starts_on=date(2026, 9, 1), recipient={"name": "アクメ商事株式会社"})
    terms.publish_card(name=name, starts_on=date(2026, 9, 1), charges=few, included=included, actor=OPERATOR)
    project = projects.delivering(at=at("2026-10-01 10:00"))
    worked(project, date(2026, 10, 2), 90, at("2026-10-02 18:00"))
    assert [one["meter"] for one in drafted(at("2026-11-01 09:00")).unrated] == ["work_hours"]
    assert Event.objects.filter(name="project.worked").count() == 1
