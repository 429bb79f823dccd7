"""What is done with projects: each command, its facts, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import Refused
from core.models import Event
from documents.models import Document
from orders.models import QuoteVersion
from orders.services import quoting
from projects import ports, services
from projects.blueprints import Question
from projects.models import Acceptance, Check, Evaluation, Milestone, Project, Report, Requirement, Task, WorkLog
from projects.services import MilestoneDraft, TaskDraft, Worked
from tests.conftest import OPERATOR
from tests.factories import projects, quotes
from tests.factories.orders import MORNING
from tests.factories.projects import PERSON, THEMSELVES, ids, phase_of

pytestmark = pytest.mark.usefixtures("acme")


def told(name: str) -> list[dict[str, object]]:
    return [dict(event.data) for event in Event.objects.filter(name=name).order_by("id")]


def test_a_template_becomes_questions_tasks_milestones_and_checks() -> None:
    project = projects.begun()
    assert [row.question for row in project.requirements.order_by("pk")] == ["解決したいこと", "含めないもの"]
    task = project.tasks.get(name="設定")
    assert (task.plan_start, task.plan_end, task.minutes) == (date(2026, 10, 3), date(2026, 10, 11), 600)
    assert [one.due_on for one in project.milestones.order_by("pk")] == [date(2026, 10, 13), date(2026, 10, 21)]
    assert Check.objects.filter(milestone__project=project).count() == 2
    assert (project.phase, project.number) == ("clarifying", f"P-{project.pk:05}")


def test_an_accepted_quote_becomes_a_project_whose_milestones_are_its_lines() -> None:
    project = projects.under_contract()
    worth = [(one.name, int(one.amount), one.tax_rate) for one in project.milestones.order_by("pk")]
    assert worth == [("初期設定", 300_000, 10), ("手順書", 150_000, 10)]
    assert phase_of(project) == "starting"
    with pytest.raises(Refused, match="すでにあります"):
        services.create(projects.draft(), quote_id=project.quote_id, actor=OPERATOR, at=MORNING)
    with pytest.raises(Refused, match="承諾された見積だけ"):
        services.create(projects.draft(), quote_id=quotes.sent().quote_id, actor=OPERATOR, at=MORNING)
    assert Project.objects.count() == 1


def test_answers_are_agreed_on_and_a_change_opens_them_again() -> None:
    project = projects.begun()
    first, second = project.requirements.order_by("pk")
    with pytest.raises(Refused, match="回答がありません"):
        services.write_answers(project.pk, {first.pk: "早さ"}, agree=[first.pk, second.pk], actor=OPERATOR, at=MORNING)
    assert not Requirement.objects.exclude(answer="").exists()
    both = {first.pk: "早さ", second.pk: "保守"}
    assert services.write_answers(project.pk, both, agree=[first.pk, second.pk], actor=OPERATOR, at=MORNING) == 2
    assert phase_of(project) == "proposing"
    assert services.write_answers(project.pk, both, actor=OPERATOR, at=MORNING) == 0
    services.write_answers(project.pk, {second.pk: "保守と研修"}, actor=OPERATOR, at=MORNING)
    assert phase_of(project) == "clarifying"
    assert [one["count"] for one in told("project.requirements_agreed")] == [2]


def test_questions_are_added_and_dropped() -> None:
    project = projects.begun()
    (added,) = services.ask(project.pk, [Question("予算", "目安")], actor=OPERATOR, at=MORNING)
    outcome = services.drop_questions([added.pk, 999_999], actor=OPERATOR, at=MORNING)
    assert (set(outcome.done), list(outcome.refused)) == ({added.pk}, [999_999])
    assert project.requirements.count() == 2


def test_a_quote_is_written_from_the_project_and_moves_it() -> None:
    project = projects.begun()
    first = project.requirements.order_by("pk").first()
    assert first is not None
    services.write_answers(project.pk, {first.pk: "早さ"}, agree=[first.pk], actor=OPERATOR, at=MORNING)
    services.change_milestone(
        ids(Milestone, project)[0],
        MilestoneDraft("設定の完了", date(2026, 10, 13), Decimal(300_000)),
        actor=OPERATOR,
        at=MORNING,
    )
    version = services.propose(project.pk, actor=OPERATOR, at=MORNING)
    assert [(line.name, int(line.unit_price)) for line in version.lines.order_by("position")] == [
        ("設定の完了", 300_000),
        ("手順書の納品", 0),
    ]
    assert "解決したいこと: 早さ" in version.notes
    assert phase_of(project) == "proposing"
    with pytest.raises(Refused, match="すでにあります"):
        services.propose(project.pk, actor=OPERATOR, at=MORNING)

    again = quotes.draft(
        quotes.line("P-1", 1, "280000", name="設定の完了"), quotes.line("P-2", 1, "90000", name="手順書の納品")
    )
    quoting.change(version.pk, again, actor=OPERATOR, at=MORNING)
    quoting.send([version.quote_id], actor=OPERATOR, at=MORNING).sole()
    quoting.accept(version.pk, PERSON, actor=THEMSELVES, at=MORNING)
    assert phase_of(project) == "starting"
    assert [int(one.amount) for one in project.milestones.order_by("pk")] == [280_000, 90_000]


def test_a_contract_on_paper_is_waited_for_until_it_is_signed() -> None:
    project = projects.begun()
    version = services.propose(project.pk, actor=OPERATOR, at=MORNING)
    quoting.send([version.quote_id], actor=OPERATOR, at=MORNING).sole()
    contract = quoting.record_acceptance(version.pk, PERSON, kind="paper", actor=OPERATOR, at=MORNING)
    assert phase_of(project) == "contracting"
    outcome = services.start(ids(Task, project), actor=OPERATOR, at=MORNING)
    assert {why.code for why in outcome.refused.values()} == {"not_contracted"}
    quoting.sign(contract.pk, starts_on=date(2026, 10, 2), document_id=1, actor=OPERATOR, at=MORNING)
    assert phase_of(project) == "starting"


def test_a_framework_contract_needs_none_of_its_own() -> None:
    project = projects.begun()
    services.waive([project.pk], reason="基本契約による", actor=OPERATOR, at=MORNING).sole()
    assert phase_of(project) == "starting"
    assert (
        services.waive([project.pk], reason="もう一度", actor=OPERATOR, at=MORNING).refused[project.pk].code
        == "contracted"
    )


def test_tasks_are_started_finished_and_opened_again() -> None:
    project = projects.under_contract()
    setup, delivery = ids(Task, project)
    assert services.start([setup], actor=OPERATOR, at=MORNING).sole() == setup
    assert services.start([setup, delivery], actor=OPERATOR, at=MORNING).refused[setup].code == "started"
    later = MORNING + timedelta(hours=3)
    services.finish([setup], actor=OPERATOR, at=later).sole()
    task = Task.objects.get(pk=setup)
    assert (task.started_at, task.done_at) == (MORNING, later)
    assert phase_of(project) == "delivering"
    services.reopen([setup], actor=OPERATOR, at=later).sole()
    assert phase_of(project) == "starting"
    assert services.reopen([setup], actor=OPERATOR, at=later).refused[setup].code == "not_done"


def test_the_plan_is_changed_but_not_below_what_was_worked_or_handed_in() -> None:
    project = projects.under_contract()
    setup, delivery = ids(Task, project)
    draft = TaskDraft("設定と確認", "delivery", date(2026, 10, 5), date(2026, 10, 9), 300, "受注 花子")
    assert services.change_task(delivery, draft, actor=OPERATOR, at=MORNING).assignee == "受注 花子"
    with pytest.raises(Refused, match="終了日が開始日より前"):
        services.add_tasks(
            project.pk, [TaskDraft("確認", "setup", date(2026, 10, 9), date(2026, 10, 8))], actor=OPERATOR, at=MORNING
        )
    services.log(project.pk, [Worked("受注 花子", MORNING.date(), 30, task_id=setup)], actor=OPERATOR, at=MORNING)
    outcome = services.drop_tasks([setup, delivery], actor=OPERATOR, at=MORNING)
    assert (set(outcome.done), outcome.refused[setup].code) == ({delivery}, "worked")
    asked = projects.handed_in(project)
    with pytest.raises(Refused, match="検収を依頼した"):
        services.change_milestone(asked.milestone_id, projects.worth(1)[0], actor=OPERATOR, at=MORNING)
    dropped = services.drop_milestones(ids(Milestone, project), actor=OPERATOR, at=MORNING)
    assert dropped.refused[asked.milestone_id].code == "handed_in"


def test_work_counts_on_its_day_and_is_taken_back_by_a_row_of_its_own(at: Callable[[str], datetime]) -> None:
    project = projects.under_contract()
    now = at("2026-10-05 18:00")
    entries = [
        Worked("受注 花子", date(2026, 10, 5), 90, "画面の確認"),
        Worked("受注 花子", date(2026, 9, 30), 45, "事前の確認", billable=False),
    ]
    first, second = services.log(project.pk, entries, actor=OPERATOR, at=now)
    assert [event.at for event in Event.objects.filter(name="project.worked").order_by("id")] == [
        now,
        at("2026-09-30 00:00"),
    ]
    outcome = services.undo([first.pk], reason="入れ間違い", actor=OPERATOR, at=now)
    assert outcome.done == {first.pk}
    assert [row.minutes for row in WorkLog.objects.order_by("pk")] == [90, 45, -90]
    back = WorkLog.objects.get(undoes=first)
    again = services.undo([first.pk, back.pk, second.pk], actor=OPERATOR, at=now)
    assert ({why.code for why in again.refused.values()}, set(again.done)) == ({"undone"}, {second.pk})
    assert told("project.work_undone")[0]["worked_event"] == WorkLog.objects.get(pk=first.pk).event_id


def test_work_that_was_invoiced_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    project = projects.under_contract()
    (row,) = services.log(project.pk, [Worked("受注 花子", MORNING.date(), 60)], actor=OPERATOR, at=MORNING)
    monkeypatch.setattr(ports, "_invoiced", list)
    assert services.undo([row.pk], actor=OPERATOR, at=MORNING).refused[row.pk].code == "invoiced"


@pytest.mark.parametrize(
    ("worked", "field"),
    [
        (Worked("", MORNING.date(), 60), "person"),
        (Worked("花子", MORNING.date(), 0), "hours"),
        (Worked("花子", MORNING.date(), 24 * 60 + 1), "hours"),
        (Worked("花子", MORNING.date() + timedelta(days=1), 60), "day"),
    ],
)
def test_work_that_cannot_be_is_refused(worked: Worked, field: str) -> None:
    project = projects.under_contract()
    with pytest.raises(Refused) as refused:
        services.log(project.pk, [worked], actor=OPERATOR, at=MORNING)
    assert refused.value.field == field
    assert not WorkLog.objects.exists()


def test_a_task_of_another_project_takes_no_work() -> None:
    other = ids(Task, projects.under_contract())[0]
    project = projects.begun()
    with pytest.raises(Refused):
        services.log(project.pk, [Worked("花子", MORNING.date(), 5, task_id=other)], actor=OPERATOR, at=MORNING)


def test_a_check_that_has_not_passed_holds_its_milestone() -> None:
    project = projects.delivering()
    first, second = ids(Milestone, project)
    check = Check.objects.get(milestone=first)
    until = MORNING.date() + timedelta(days=7)

    def refusal() -> str:
        return services.hand_in([first], answer_by=until, actor=OPERATOR, at=MORNING).refused[first].code

    assert refusal() == "unchecked"
    with pytest.raises(Refused, match="何が足りないか"):
        services.record_checks([check.pk], result="failed", actor=OPERATOR, at=MORNING)
    services.record_checks([check.pk], result="failed", note="税率が違う", actor=OPERATOR, at=MORNING)
    assert refusal() == "check_failed"
    services.record_checks([check.pk], result="redo", actor=OPERATOR, at=MORNING)
    assert refusal() == "unchecked"
    services.record_checks([check.pk], result="passed", actor=OPERATOR, at=MORNING)
    services.hand_in([first], answer_by=until, actor=OPERATOR, at=MORNING).sole()
    assert phase_of(project) == "accepting"
    assert refusal() == "asked"
    again = services.record_checks([check.pk], result="failed", note="あとから", actor=OPERATOR, at=MORNING)
    assert again.refused[check.pk].code == "handed_in"
    with pytest.raises(Refused, match="検収を依頼した"):
        services.add_checks(first, ["追加"], actor=OPERATOR, at=MORNING)
    assert services.add_checks(second, ["追加"], actor=OPERATOR, at=MORNING)[0].state == Check.OPEN


def test_what_the_buyer_accepts_gets_its_certificate() -> None:
    project = projects.delivering()
    asked = projects.handed_in(project)
    one = services.answer(asked.pk, PERSON, accept=True, actor=THEMSELVES, at=MORNING)
    assert (one.answered_by, one.answered_from, one.answered_with) == ("佐藤 一郎", "203.0.113.7", "Mobile Safari")
    document = Document.objects.get(pk=one.paper_id or 0)
    assert (document.kind, int(document.amount or 0), document.counterparty) == (
        "inspection",
        330_000,
        "青山茶舗株式会社",
    )
    assert told("project.accepted")[0]["amount"] == 300_000
    assert phase_of(project) == "delivering"
    with pytest.raises(Refused, match="すでに回答"):
        services.answer(asked.pk, PERSON, accept=False, reason="気が変わった", actor=THEMSELVES, at=MORNING)


def test_what_the_buyer_rejects_is_worked_on_again() -> None:
    project = projects.delivering()
    asked = projects.handed_in(project)
    with pytest.raises(Refused):
        services.answer(asked.pk, PERSON, accept=False, actor=THEMSELVES, at=MORNING)
    services.answer(asked.pk, PERSON, accept=False, reason="件数が合わない", actor=THEMSELVES, at=MORNING)
    milestone = Milestone.objects.get(pk=asked.milestone_id)
    assert (milestone.reached_at, milestone.accepted_at, phase_of(project)) == (None, None, "delivering")
    assert not Document.objects.filter(kind="inspection").exists()
    projects.handed_in(project)
    assert Acceptance.objects.filter(milestone=milestone).count() == 2


def test_a_question_to_the_buyer_is_taken_back() -> None:
    project = projects.delivering()
    asked = projects.handed_in(project)
    services.withdraw([asked.pk], actor=OPERATOR, at=MORNING).sole()
    assert phase_of(project) == "delivering"
    with pytest.raises(Refused, match="取り下げ"):
        services.answer(asked.pk, PERSON, accept=True, actor=THEMSELVES, at=MORNING)


def test_the_end_is_an_evaluation() -> None:
    project = projects.delivering()
    with pytest.raises(Refused, match="検収が済むと"):
        services.evaluate(project.pk, PERSON, score=5, actor=THEMSELVES, at=MORNING)
    projects.accepted(project)
    assert phase_of(project) == "evaluating"
    with pytest.raises(Refused, match="1から5"):
        services.evaluate(project.pk, PERSON, score=6, actor=THEMSELVES, at=MORNING)
    services.evaluate(project.pk, PERSON, score=4, words="助かりました", actor=THEMSELVES, at=MORNING)
    assert (Evaluation.objects.get().score, phase_of(project)) == (4, "completed")
    with pytest.raises(Refused, match="すでにいただいて"):
        services.evaluate(project.pk, PERSON, score=1, actor=THEMSELVES, at=MORNING)


def test_a_project_is_given_up_with_a_reason() -> None:
    project = projects.delivering()
    asked = projects.handed_in(project)
    assert services.cancel([project.pk], reason="中止", actor=OPERATOR, at=MORNING).refused[project.pk].code == "asked"
    services.withdraw([asked.pk], actor=OPERATOR, at=MORNING)
    services.cancel([project.pk], reason="先方の都合", actor=OPERATOR, at=MORNING).sole()
    assert phase_of(project) == "cancelled"
    assert services.start(ids(Task, project), actor=OPERATOR, at=MORNING).refused
    with pytest.raises(Refused, match="中止した案件"):
        services.log(project.pk, [Worked("花子", MORNING.date(), 5)], actor=OPERATOR, at=MORNING)


def test_the_report_of_a_month_is_numbered_kept_and_revised(at: Callable[[str], datetime]) -> None:
    project = projects.delivering()
    now = at("2026-10-20 10:00")
    services.log(project.pk, [Worked("受注 花子", date(2026, 10, 2), 75, "設定")], actor=OPERATOR, at=now)
    first = services.report(project.pk, month=date(2026, 10, 15), actor=OPERATOR, at=now)
    again = services.report(project.pk, month=date(2026, 10, 1), actor=OPERATOR, at=now)
    assert (first.number, again.number, again.revision) == ("WR-2026-00001", "WR-2026-00001", 2)
    assert Report.objects.count() == 1
    document = Document.objects.get(pk=again.document_id or 0)
    assert (document.kind, document.supersedes_id) == ("project_report", first.document_id)
    with pytest.raises(Refused, match="まだ来ていない月"):
        services.report(project.pk, month=date(2026, 11, 1), actor=OPERATOR, at=now)


def test_templates_are_kept_changed_and_dropped() -> None:
    kept = services.keep_template("導入", projects.BLUEPRINT, actor=OPERATOR, at=MORNING)
    with pytest.raises(Refused, match="すでにあります"):
        services.keep_template("導入", projects.BLUEPRINT, actor=OPERATOR, at=MORNING)
    changed = services.keep_template("導入2", projects.BLUEPRINT, template_id=kept.pk, actor=OPERATOR, at=MORNING)
    assert changed.pk == kept.pk
    assert services.drop_template(kept.pk)
    assert not services.drop_template(kept.pk)


def test_a_project_from_an_inquiry_answers_it_with_its_quote() -> None:
    inquiry = quoting.receive(quotes.BUYER, subject="導入", text="", owner="営業", actor=OPERATOR, at=MORNING)
    project = services.create(projects.draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=MORNING)
    with pytest.raises(Refused, match="すでにあります"):
        services.create(projects.draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=MORNING)
    version = services.propose(project.pk, actor=OPERATOR, at=MORNING)
    assert len(told("project.quoted")) == 1
    quoting.send([version.quote_id], actor=OPERATOR, at=MORNING).sole()
    assert QuoteVersion.objects.get(pk=version.pk).quote.inquiry_id == inquiry.pk
    inquiry.refresh_from_db()
    assert inquiry.state == "answered"


def test_a_quote_that_is_written_from_the_inquiry_is_the_projects() -> None:
    inquiry = quoting.receive(quotes.BUYER, subject="導入", text="", owner="営業", actor=OPERATOR, at=MORNING)
    project = services.create(projects.draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=MORNING)
    first, _second = (
        quoting.create(quotes.draft(), inquiry_id=inquiry.pk, actor=OPERATOR, at=MORNING) for _nth in range(2)
    )
    assert Project.objects.get(pk=project.pk).quote_id == first.quote_id
    assert (phase_of(project), len(told("project.quoted"))) == ("proposing", 1)
