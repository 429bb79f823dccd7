"""The pages of projects: what they show, take, refuse, and keep of what was typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import clock, scope
from documents.models import Document
from orders.services import quoting
from projects import services
from projects.models import Acceptance, Check, Evaluation, Milestone, Project, Report, Task, Template, WorkLog
from tests.conftest import OPERATOR
from tests.factories import projects, quotes
from tests.factories.people import client_person, login, staff

NEW = {
    "subject": "受注管理の導入支援",
    "template": "setup",
    "starts_on": "2026-10-01",
    "owner": "受注 花子",
    "company": "青山茶舗株式会社",
    "name": "佐藤 一郎",
    "email": "sato@example.jp",
    "phone": "03-1234-5678",
    "postcode": "105-0011",
    "address": "東京都港区芝公園4-2-8",
}


@pytest.fixture
def owner(db: None) -> Client:
    return login(Client(), client_person("owner"), "acme")


@pytest.fixture
def clerk(db: None) -> Client:
    return login(Client(), staff("clerk", serves=["acme"]))


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def made(how: Any = projects.delivering, **more: Any) -> Project:
    """A project of acme, of now."""
    with scope.client("acme"):
        found: Project = how(**more)
        return found


def ids(model: Any, project: Project, **where: Any) -> list[int]:
    with scope.client("acme"):
        return projects.ids(model, project, **where)


def test_a_project_begins_with_a_template(owner: Client) -> None:
    assert "最初の案件を始める" in shown(owner.get("/projects"))
    assert "初期設定・導入支援" in shown(owner.get("/projects/new"))
    answer = owner.post("/projects/new", NEW)
    assert answer.status_code == 302
    with scope.client("acme"):
        project = Project.objects.get()
        assert project.tasks.filter(stage="setup").count() == 2
    page = shown(owner.get(answer["Location"]))
    assert "要望を確かめて合意します" in page
    assert "青山茶舗株式会社" in page
    assert "受注管理の導入支援" in shown(owner.get("/projects?q=青山"))
    assert "条件に合う案件はありません" in shown(owner.get("/projects?q=ないもの"))


def test_a_form_that_is_sent_twice_begins_one_project(owner: Client) -> None:
    key = "11111111-2222-4333-8444-555555555555"
    first, second = (owner.post("/projects/new", NEW | {"key": key}) for _press in range(2))
    assert first["Location"] == second["Location"]
    with scope.client("acme"):
        assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"subject": ""}, "必須"),
        ({"starts_on": "十月"}, "日付"),
        ({"template": "none"}, "選択"),
        ({"name": ""}, "必須"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(owner: Client, wrong: dict[str, str], said: str) -> None:
    answer = owner.post("/projects/new", NEW | wrong)
    assert answer.status_code == 422
    assert said in shown(answer)
    assert "青山茶舗株式会社" in shown(answer)
    with scope.client("acme"):
        assert not Project.objects.exists()


def test_a_contract_becomes_a_project_once(owner: Client) -> None:
    with scope.client("acme"):
        contract = quotes.accepted(quotes.line("SV", 1, "500000", name="導入一式"))
        quote = contract.version.quote_id
    assert f"/projects/of-contract/{contract.pk}" in shown(owner.get(f"/contracts/{contract.pk}"))
    begin = owner.get(f"/projects/of-contract/{contract.pk}")["Location"]
    assert begin == f"/projects/new?quote={quote}"
    page = shown(owner.get(begin))
    assert "そのままマイルストーンと金額になります" in page
    assert 'value="青山茶舗株式会社"' in page
    assert owner.post(begin, NEW).status_code == 302
    again = owner.post(begin, NEW)
    assert again.status_code == 422
    assert "すでにあります" in shown(again)
    with scope.client("acme"):
        project = Project.objects.get()
        assert [int(one.amount) for one in project.milestones.all()] == [500_000]
    assert owner.get(f"/projects/of-contract/{contract.pk}")["Location"] == f"/projects/{project.pk}"
    assert owner.get("/projects/of-contract/999").status_code == 404


def test_an_inquiry_becomes_a_project_and_the_project_a_quote(owner: Client) -> None:
    with scope.client("acme"):
        inquiry = quoting.receive(quotes.BUYER, subject="導入", text="", owner="営業", actor=OPERATOR, at=clock.now())
    assert "サービス案件にする" in shown(owner.get(f"/inquiries/{inquiry.pk}"))
    begin = owner.get(f"/projects/of-inquiry/{inquiry.pk}")["Location"]
    assert owner.post(begin, NEW).status_code == 302
    with scope.client("acme"):
        project = Project.objects.get(inquiry=inquiry.pk)
    editor = owner.post(f"/projects/{project.pk}/quote")
    assert editor.status_code == 302
    page = shown(owner.get(editor["Location"]))
    assert "設定と移行の完了" in page
    assert "受注管理の導入支援" in page
    assert "（未採番）" in shown(owner.get(f"/projects/{project.pk}"))


def test_the_requirement_sheet_is_answered_and_agreed_on(owner: Client) -> None:
    project = made(projects.begun)
    place = f"/projects/{project.pk}/requirements"
    with scope.client("acme"):
        first, second = project.requirements.order_by("pk").values_list("pk", flat=True)
    answers = {f"answer_{first}": "早さ", f"answer_{second}": ""}
    refused = owner.post(f"{place}/answers", {**answers, "agree": [first, second]})
    assert refused.status_code == 422
    assert "回答がありません" in shown(refused)
    assert "早さ" in shown(refused)
    assert "早さ" not in shown(owner.get(place))
    owner.post(f"{place}/answers", {**answers, "agree": [first]})
    assert "合意済み" in shown(owner.get(place))
    assert owner.post(f"{place}/add", {"section": "", "question": "予算"}).status_code == 422
    owner.post(f"{place}/add", {"section": "予算", "question": "ご予算の目安"})
    assert "ご予算の目安" in shown(owner.get(place))
    owner.post(f"{place}/drop", {"selected": second})
    assert "含めないもの" not in shown(owner.get(place))


def test_a_blank_project_takes_a_template_later(owner: Client) -> None:
    with scope.client("acme"):
        project = services.create(projects.draft(), actor=OPERATOR, at=clock.now())
    place = f"/projects/{project.pk}/template"
    owner.post(place, {"template": "none"})
    owner.post(place, {"template": "design"})
    assert "使う媒体と寸法・点数" in shown(owner.get(f"/projects/{project.pk}/requirements"))
    assert "ラフ案の確認" in shown(owner.get(f"/projects/{project.pk}/plan"))


def test_the_operator_plans_starts_and_finishes_tasks(clerk: Client) -> None:
    project = made(projects.under_contract)
    place = f"/clients/acme/projects/{project.pk}"
    setup, delivery = ids(Task, project)
    task = {"name": "確認", "stage": "delivery", "plan_start": "2026-10-05", "plan_end": "2026-10-02", "hours": "3"}
    refused = clerk.post(f"{place}/tasks/add", task)
    assert refused.status_code == 422
    assert "終了日が開始日より前" in shown(refused)
    assert clerk.post(f"{place}/tasks/add", task | {"plan_end": "2026-10-06", "hours": "1.5"}).status_code == 302
    assert "1.5" in shown(clerk.get(f"{place}/plan"))
    clerk.post(f"{place}/tasks/start", {"selected": [setup, delivery]})
    page = shown(clerk.post(f"{place}/tasks/start", {"selected": [setup]}, follow=True))
    assert "すでに着手している作業です" in page
    clerk.post(f"{place}/tasks/finish", {"selected": [setup]})
    assert "提供中" in shown(clerk.get(place))
    clerk.post(f"{place}/tasks/reopen", {"selected": [setup]})
    assert "立ち上げの作業を終えて" in shown(clerk.get(place))
    clerk.post(f"{place}/tasks/{delivery}", task | {"name": "設定と確認", "plan_end": "2026-10-09"})
    assert "設定と確認" in shown(clerk.get(f"{place}/plan"))
    clerk.post(f"{place}/tasks/drop", {"selected": [delivery]})
    assert "設定と確認" not in shown(clerk.get(f"{place}/plan"))


def test_milestones_are_planned_changed_and_taken_out(owner: Client) -> None:
    project = made(projects.under_contract)
    place = f"/projects/{project.pk}"
    given = {"name": "研修", "due_on": "2026-11-01", "amount": "50000.5", "tax_rate": "10"}
    assert owner.post(f"{place}/milestones/add", given).status_code == 422
    assert owner.post(f"{place}/milestones/add", given | {"amount": "50000"}).status_code == 302
    added = ids(Milestone, project)[-1]
    owner.post(f"{place}/milestones/{added}", given | {"amount": "60000"})
    assert "¥60,000" in shown(owner.get(f"{place}/plan"))
    owner.post(f"{place}/milestones/{added}", {"press": "drop"})
    assert len(ids(Milestone, project)) == 2


def test_work_is_logged_and_taken_back_in_the_open(clerk: Client) -> None:
    project = made()
    place = f"/clients/acme/projects/{project.pk}/work"
    worked = {"day": f"{clock.now():%Y-%m-%d}", "person": "受注 花子", "task": "", "hours": "1.25", "note": "確認"}
    future = f"{clock.now() + timedelta(days=3):%Y-%m-%d}"
    refused = clerk.post(f"{place}/log", worked | {"day": future})
    assert refused.status_code == 422
    assert "まだ来ていない日" in shown(refused)
    assert clerk.post(f"{place}/log", worked | {"hours": "25"}).status_code == 422
    assert clerk.post(f"{place}/log", worked | {"billable": "on"}).status_code == 302
    key = "11111111-2222-4333-8444-555555555555"
    for _press in range(2):
        assert clerk.post(f"{place}/log", worked | {"hours": "2", "key": key}).status_code == 302
    assert 'name="key"' in shown(clerk.get(place))
    with scope.client("acme"):
        assert WorkLog.objects.count() == 2
        row = WorkLog.objects.get(key=None)
    assert (row.minutes, row.billable) == (75, True)
    clerk.post(f"{place}/{row.pk}/undo")
    page = shown(clerk.get(place))
    assert "取り消し済み" in page
    assert "-1.25" in page
    clerk.post(f"{place}/{row.pk}/undo")
    with scope.client("acme"):
        assert WorkLog.objects.count() == 3


def test_checks_are_recorded_and_hold_the_milestone(owner: Client, clerk: Client) -> None:
    project = made()
    place = f"/clients/acme/projects/{project.pk}"
    first = ids(Milestone, project)[0]
    with scope.client("acme"):
        check = Check.objects.get(milestone=first).pk
    refused = clerk.post(f"{place}/checks/record", {"selected": check, "result": "failed", "note": ""})
    assert refused.status_code == 422
    assert "何が足りないか" in shown(refused)
    clerk.post(f"{place}/checks/record", {"selected": check, "result": "failed", "note": "税率が違う"})
    assert "税率が違う" in shown(owner.get(f"/projects/{project.pk}/quality"))
    until = f"{clock.now() + timedelta(days=7):%Y-%m-%d}"
    page = shown(clerk.post(f"{place}/hand-in", {"selected": first, "answer_by": until}, follow=True))
    assert "不合格の品質検査があります" in page
    clerk.post(f"{place}/checks/record", {"selected": check, "result": "passed", "note": ""})
    clerk.post(f"{place}/hand-in", {"selected": first, "answer_by": ""})
    clerk.post(f"{place}/hand-in", {"selected": first, "answer_by": until})
    page = shown(owner.get(f"/projects/{project.pk}/acceptance"))
    assert "/a/" in page
    assert "検収待ち" in page
    assert clerk.post(f"{place}/checks/add", {"milestone": first, "name": "追加"}).status_code == 422


def test_an_answer_on_paper_is_recorded_with_its_file(owner: Client) -> None:
    project = made()
    with scope.client("acme"):
        asked = projects.handed_in(project, at=clock.now())
    place = f"/projects/{project.pk}/acceptances/{asked.pk}"
    said = {"verdict": "rejected", "name": "佐藤 一郎", "reason": ""}
    pdf = SimpleUploadedFile("k.pdf", b"%PDF-1.7 body %%EOF", "application/pdf")
    assert owner.post(f"{place}/record", {**said, "file": pdf}).status_code == 422
    with scope.client("acme"):
        assert not Document.objects.filter(kind="inspection").exists()
    pdf = SimpleUploadedFile("k.pdf", b"%PDF-1.7 body %%EOF", "application/pdf")
    assert owner.post(f"{place}/record", {**said, "verdict": "accepted", "file": pdf}).status_code == 302
    with scope.client("acme"):
        one = Acceptance.objects.get(pk=asked.pk)
        assert (one.verdict, one.answered_by, one.answered_from) == ("accepted", "佐藤 一郎", "")
        assert Document.objects.filter(kind="inspection").count() == 2
    again = owner.post(f"{place}/record", {**said, "verdict": "accepted"})
    assert again.status_code == 422
    assert "すでに回答" in shown(again)
    assert "検収書" in shown(owner.get(f"/projects/{project.pk}/acceptance"))


def test_a_question_is_taken_back_or_gets_a_new_link(owner: Client) -> None:
    project = made()
    with scope.client("acme"):
        asked = projects.handed_in(project, at=clock.now())
    place = f"/projects/{project.pk}/acceptances/{asked.pk}"
    before = shown(owner.get(f"/projects/{project.pk}/acceptance"))
    owner.post(f"{place}/renew")
    assert before.count("/a/") == shown(owner.get(f"/projects/{project.pk}/acceptance")).count("/a/") > 0
    owner.post(f"{place}/withdraw")
    assert "取り下げ" in shown(owner.get(f"/projects/{project.pk}/acceptance"))


def test_an_evaluation_is_recorded_once(owner: Client) -> None:
    project = made()
    place = f"/projects/{project.pk}/evaluation"
    given = {"score": "4", "words": "助かりました", "name": "佐藤 一郎"}
    assert owner.post(place, given).status_code == 422
    with scope.client("acme"):
        projects.accepted(project, at=clock.now())
    assert owner.post(place, given | {"score": "9"}).status_code == 422
    assert owner.post(place, given).status_code == 302
    assert owner.post(place, given).status_code == 422
    with scope.client("acme"):
        assert Evaluation.objects.count() == 1
    assert "助かりました" in shown(owner.get(f"/projects/{project.pk}"))


def test_a_report_is_issued_and_opened(owner: Client) -> None:
    project = made()
    with scope.client("acme"):
        projects.logged(project, at=clock.now())
    place = f"/projects/{project.pk}/reports"
    month = f"{clock.now():%Y-%m}-01"
    owner.post(f"{place}/issue", {"month": "2001-01-01"})
    owner.post(f"{place}/issue", {"month": month})
    with scope.client("acme"):
        report = Report.objects.get()
    assert report.number in shown(owner.get(place))
    answer = owner.get(f"/documents/{report.document_id}/view")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_waiving_and_cancelling_want_a_reason(owner: Client) -> None:
    project = made(projects.begun)
    place = f"/projects/{project.pk}"
    for act in ("waive", "cancel"):
        owner.post(f"{place}/{act}", {"reason": " "})
        assert "要望を確かめて合意します" in shown(owner.get(place))
    owner.post(f"{place}/waive", {"reason": "基本契約による"})
    assert "基本契約による" in shown(owner.get(place))
    owner.post(f"{place}/cancel", {"reason": "先方の都合"})
    page = shown(owner.get(place))
    assert "先方の都合" in page
    assert "中止する" not in page
    assert "先方の都合" in shown(owner.get(f"{place}/history"))


def test_templates_are_made_from_those_of_the_house_and_changed(owner: Client) -> None:
    assert "自社用に変える" in shown(owner.get("/settings/projects"))
    assert 'value="ラフ案の作成"' in shown(owner.get("/settings/projects/new?copy=design"))
    rows = {
        "name": "自社の導入",
        "questions_section": ["目的", ""],
        "questions_question": ["何のため", ""],
        "tasks_stage": ["setup", "delivery"],
        "tasks_name": ["準備", ""],
        "tasks_first_day": ["0", ""],
        "tasks_last_day": ["２", ""],
        "tasks_hours": ["1.5", ""],
        "milestones_name": ["完了"],
        "milestones_day": ["10"],
        "checks_milestone": ["2", "1"],
        "checks_name": ["確認", ""],
        "press": "save",
    }
    refused = owner.post("/settings/projects/new", rows)
    assert refused.status_code == 422
    assert "番号がありません" in shown(refused)
    assert 'value="準備"' in shown(refused)
    assert owner.post("/settings/projects/new", rows | {"tasks_hours": ["x", ""]}).status_code == 422
    more = shown(owner.post("/settings/projects/new", rows | {"press": "more"}))
    assert more.count('name="tasks_name"') > shown(refused).count('name="tasks_name"')
    assert owner.post("/settings/projects/new", rows | {"checks_milestone": ["1", "1"]}).status_code == 302
    with scope.client("acme"):
        kept = Template.objects.get()
    assert kept.definition["tasks"] == [
        {"stage": "setup", "name": "準備", "first_day": 0, "last_day": 2, "minutes": 90}
    ]
    assert 'value="1.5"' in shown(owner.get(f"/settings/projects/{kept.pk}"))
    changed = rows | {"name": "自社の導入2", "checks_milestone": ["1", "1"]}
    assert owner.post(f"/settings/projects/{kept.pk}", changed).status_code == 302
    assert "自社の導入2" in shown(owner.get("/projects/new"))
    owner.post(f"/settings/projects/{kept.pk}", {"press": "drop"})
    assert owner.get(f"/settings/projects/{kept.pk}").status_code == 404


def test_what_belongs_to_another_project_is_not_there(owner: Client, clerk: Client) -> None:
    project, other = made(), made()
    with scope.client("acme"):
        asked = projects.handed_in(other, at=clock.now())
        check = Check.objects.filter(milestone__project=other).values_list("pk", flat=True)[0]
        work = projects.logged(other).pk
    place, task = f"/projects/{project.pk}", ids(Task, other)[0]
    for path, posted in (
        (f"tasks/{task}", {}),
        (f"milestones/{asked.milestone_id}", {}),
        (f"acceptances/{asked.pk}/withdraw", {}),
        ("hand-in", {"selected": asked.milestone_id, "answer_by": "2099-01-01"}),
    ):
        assert owner.post(f"{place}/{path}", posted).status_code == 404, path
    for path, named in (
        ("tasks/start", {"selected": task}),
        (f"work/{work}/undo", {}),
        ("checks/record", {"selected": check, "result": "passed"}),
    ):
        assert clerk.post(f"/clients/acme{place}/{path}", named).status_code == 404, path
    assert clerk.get(f"/clients/bravo/projects/{project.pk}").status_code == 404
    neighbour = login(Client(), client_person("owner", "bravo"), "bravo")
    assert neighbour.get(place).status_code == 404


def test_a_viewer_reads_everything_and_changes_nothing(owner: Client) -> None:
    project = made()
    viewer = login(Client(), client_person("viewer"), "acme")
    for part in ("", "/requirements", "/plan", "/work", "/quality", "/acceptance", "/reports", "/history"):
        page = shown(viewer.get(f"/projects/{project.pk}{part}"))
        assert "受注管理の導入支援" in page
        assert "作業を記録する" not in page
        assert "中止する" not in page
    assert viewer.post(f"/projects/{project.pk}/cancel", {"reason": "x"}).status_code == 403
    assert owner.post(f"/projects/{project.pk}/work/log", {}).status_code == 403


def test_the_list_shows_what_is_late(owner: Client) -> None:
    late = made()
    with scope.client("acme"):
        Task.objects.filter(project=late).update(plan_start="2020-01-01", plan_end="2020-01-02")
        on_time = services.create(
            projects.draft("のんびり", starts_on=clock.now().date()), projects.BLUEPRINT, actor=OPERATOR, at=clock.now()
        )
    page = shown(owner.get("/projects?due=late"))
    assert f"/projects/{late.pk}" in page
    assert "のんびり" not in page
    assert "遅れ" in page
    assert on_time.number in shown(owner.get("/projects?phase=clarifying&owner=受注 花子"))
    assert on_time.number not in shown(owner.get("/projects?phase=delivering"))
