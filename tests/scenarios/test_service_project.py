"""A service from the first question to the evaluation and the invoice, on a moved clock, with everybody listening."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from billing.models import Invoice
from billing.series.models import Issuer
from billing.services import closing, issuing, review, terms
from billing.services.presets import PLANS
from core import clock, scope
from core.models import Event
from documents.models import Document
from orders.models import Contract
from orders.services import quoting
from projects import services
from projects.defaults import PRESETS
from projects.models import Acceptance, Check, Milestone, Project, Requirement, Task, WorkLog
from projects.queries import timeline
from projects.services import MilestoneDraft, Worked
from tests.conftest import OPERATOR
from tests.factories import projects, quotes
from tests.factories.projects import PERSON, THEMSELVES, ids, phase_of

At = Callable[[str], datetime]
Go = Callable[[str], datetime]


@pytest.fixture
def go(acme: str, at: At, settings: Settings, tmp_path: Path) -> Iterator[Go]:
    """Move the clock. acme pays by use."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    with scope.owner():
        Issuer.objects.create(name="ひかりアウトソーシング株式会社", registration="T7000012050002")
    name, charges, included = PLANS["usage"]
    terms.agree(plan=name, starts_on=date(2026, 9, 1), recipient={"name": "アクメ商事株式会社"})
    terms.publish_card(name=name, starts_on=date(2026, 9, 1), charges=charges, included=included, actor=OPERATOR)

    def move(text: str) -> datetime:
        clock.move(at(text))
        return clock.now()

    yield move
    clock.release()


def test_from_the_inquiry_to_the_evaluation_and_the_invoice(go: Go, at: At) -> None:
    project = _asked_for(go("2026-10-01 10:00"))
    _agreed_on(project, go("2026-10-02 11:00"))
    _carried_out(project, go)
    _accepted(project, go)
    _billed(project, go)
    said = [event.name for event in Event.objects.filter(subject_kind="project", subject_id=project.pk).order_by("id")]
    assert said[0] == "project.created"
    assert said[-1] == "project.evaluated"
    assert {name for name in said if name not in timeline.SAYINGS} == set()


def _asked_for(now: datetime) -> Project:
    """Somebody asks; what they want is clarified."""
    inquiry = quoting.receive(
        quotes.BUYER, subject="受注管理の導入", text="月300件", owner="営業", actor=OPERATOR, at=now
    )
    project = services.create(
        projects.draft(starts_on=date(2026, 10, 5)),
        PRESETS["setup"].blueprint,
        inquiry_id=inquiry.pk,
        actor=OPERATOR,
        at=now,
    )
    assert phase_of(project) == "clarifying"
    questions = Requirement.objects.filter(project=project).values_list("pk", flat=True)
    answers = {pk: f"回答{pk}" for pk in questions}
    services.write_answers(project.pk, answers, agree=list(answers), actor=OPERATOR, at=now)
    assert phase_of(project) == "proposing"
    return project


def _agreed_on(project: Project, now: datetime) -> None:
    """The quote is written from the project, sent, and accepted on the buyer's page."""
    first, second = Milestone.objects.filter(project=project).order_by("pk")
    for milestone, yen in ((first, 400_000), (second, 100_000)):
        planned = MilestoneDraft(milestone.name, milestone.due_on, Decimal(yen))
        services.change_milestone(milestone.pk, planned, actor=OPERATOR, at=now)
    version = services.propose(project.pk, actor=OPERATOR, at=now)
    quoting.send([version.quote_id], actor=OPERATOR, at=now).sole()
    assert int(version.total) == 550_000
    quoting.accept(version.pk, PERSON, actor=THEMSELVES, at=now)
    assert Contract.objects.get().state == "in_force"
    assert phase_of(project) == "starting"


def _carried_out(project: Project, go: Go) -> None:
    """Set up in the first week, worked on in the second; one entry is wrong and taken back."""
    now = go("2026-10-09 17:00")
    setup = ids(Task, project, stage="setup")
    services.start(setup, actor=OPERATOR, at=now)
    services.log(project.pk, [Worked("受注 花子", now.date(), 240, task_id=setup[1])], actor=OPERATOR, at=now)
    services.finish(setup, actor=OPERATOR, at=now)
    assert phase_of(project) == "delivering"
    now = go("2026-10-16 17:00")
    delivery = ids(Task, project, stage="delivery")
    days = [Worked("受注 花子", date(2026, 10, day), 300, task_id=delivery[0]) for day in (14, 15, 16)]
    rows = services.log(project.pk, days, actor=OPERATOR, at=now)
    services.undo([rows[-1].pk], reason="15日の分と重複", actor=OPERATOR, at=now)
    services.finish(delivery[:2], actor=OPERATOR, at=now)


def _accepted(project: Project, go: Go) -> None:
    """The first milestone fails a check, then the buyer, then neither; the second goes at once."""
    now = go("2026-10-20 10:00")
    first, second = ids(Milestone, project)
    checks = list(Check.objects.filter(milestone=first).values_list("pk", flat=True))
    services.record_checks(checks, result="failed", note="件数が3件違う", actor=OPERATOR, at=now)
    until = date(2026, 10, 27)
    assert services.hand_in([first], answer_by=until, actor=OPERATOR, at=now).refused[first].code == "check_failed"
    services.record_checks(checks, result="passed", actor=OPERATOR, at=now)
    services.hand_in([first], answer_by=until, actor=OPERATOR, at=now).sole()
    asked = Acceptance.objects.get(milestone=first)
    now = go("2026-10-22 15:00")
    services.answer(asked.pk, PERSON, accept=False, reason="税率の設定", actor=THEMSELVES, at=now)
    assert phase_of(project) == "delivering"
    now = go("2026-10-26 10:00")
    services.finish(ids(Task, project, done_at=None), actor=OPERATOR, at=now)
    for nth in (0, 1):
        one = projects.handed_in(project, nth, at=now)
        services.answer(one.pk, PERSON, accept=True, actor=THEMSELVES, at=now)
    assert phase_of(project) == "evaluating"
    assert Document.objects.filter(kind="inspection").count() == 2
    assert Milestone.objects.filter(pk=second, accepted_at=now).exists()


def _billed(project: Project, go: Go) -> None:
    """The report of October, the invoice of October to the yen, and the buyer's words."""
    now = go("2026-11-01 09:00")
    services.report(project.pk, month=date(2026, 10, 1), actor=OPERATOR, at=now)
    invoice = closing.draft(date(2026, 10, 15), actor=OPERATOR, at=now)
    amounts = {line.charge_code: (line.quantity, int(line.amount)) for line in invoice.lines.all()}
    # 4 h and twice 5 h at 6,500 yen; 5 % of 500,000 yen; the project itself is no order.
    assert amounts == {
        "work_hours": (Decimal("14.000"), 91_000),
        "milestone_value": (Decimal("500000.000"), 25_000),
    }
    review.approve(invoice.pk, actor=OPERATOR, at=now)
    issuing.finalise(invoice.pk, actor=OPERATOR, at=now)
    assert int(Invoice.objects.get(pk=invoice.pk).total) == 127_600
    assert WorkLog.objects.filter(project=project).count() == 5
    now = go("2026-11-02 09:00")
    services.evaluate(project.pk, PERSON, score=5, words="助かりました", actor=THEMSELVES, at=now)
    assert phase_of(project) == "completed"
