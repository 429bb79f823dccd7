"""Service projects at each step of their way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from orders.services import quoting
from projects import services
from projects.blueprints import Blueprint, PlannedCheck, PlannedMilestone, PlannedTask, Question
from projects.models import Acceptance, Check, Milestone, Project, Task, WorkLog
from projects.services import Draft
from tests.conftest import OPERATOR
from tests.factories import quotes
from tests.factories.orders import MORNING

FIRST_DAY = date(2026, 10, 1)
BLUEPRINT = Blueprint(
    questions=(Question("目的", "解決したいこと"), Question("範囲", "含めないもの")),
    tasks=(
        PlannedTask("setup", "キックオフ", 0, 1, 120),
        PlannedTask("delivery", "設定", 2, 10, 600),
    ),
    milestones=(PlannedMilestone("設定の完了", 12), PlannedMilestone("手順書の納品", 20)),
    checks=(PlannedCheck(1, "設定値が設計書と一致している"), PlannedCheck(2, "第三者が操作できる")),
)
THEMSELVES = quotes.THEMSELVES
PERSON = quoting.Evidence("佐藤 一郎", "203.0.113.7", "Mobile Safari")
BUYER = quotes.BUYER


def draft(subject: str = "受注管理の導入支援", *, buyer: quoting.Buyer = BUYER, starts_on: date = FIRST_DAY) -> Draft:
    return Draft(subject, "受注 花子", starts_on, buyer)


def begun(blueprint: Blueprint = BLUEPRINT, *, at: datetime = MORNING, starts_on: date = FIRST_DAY) -> Project:
    """A project that has just begun, with its requirements open."""
    return services.create(draft(starts_on=starts_on), blueprint, actor=OPERATOR, at=at)


def under_contract(blueprint: Blueprint = BLUEPRINT, *, at: datetime = MORNING) -> Project:
    """A project of an accepted quote: 300,000 yen for the first milestone and 150,000 for the second."""
    lines = (quotes.line("SV-1", 1, "300000", name="初期設定"), quotes.line("SV-2", 1, "150000", name="手順書"))
    contract = quotes.accepted(*lines, at=at, valid_until=at.date() + timedelta(days=30))
    quote = contract.version.quote_id
    return services.create(draft(), blueprint, quote_id=quote, actor=OPERATOR, at=at)


def delivering(*, at: datetime = MORNING) -> Project:
    """A project under contract whose set-up is done."""
    project = under_contract(at=at)
    services.finish(ids(Task, project, stage="setup"), actor=OPERATOR, at=at)
    return project


def handed_in(project: Project, nth: int = 0, *, at: datetime = MORNING, days: int = 7) -> Acceptance:
    """The nth milestone, checked and handed in."""
    milestone = Milestone.objects.filter(project=project).order_by("pk")[nth]
    checks = Check.objects.filter(milestone=milestone).values_list("pk", flat=True)
    services.record_checks(list(checks), result="passed", actor=OPERATOR, at=at)
    until = at.date() + timedelta(days=days)
    services.hand_in([milestone.pk], answer_by=until, actor=OPERATOR, at=at).sole()
    return Acceptance.objects.get(milestone=milestone, answered_at=None, withdrawn_at=None)


def logged(project: Project, minutes: int = 60, *, at: datetime = MORNING) -> WorkLog:
    """Work of a day on the project."""
    worked = services.Worked("受注 花子", at.date(), minutes, "画面の確認")
    return services.log(project.pk, [worked], actor=OPERATOR, at=at)[0]


def accepted(project: Project, *, at: datetime = MORNING) -> Project:
    """The project with all its milestones accepted."""
    for nth in range(Milestone.objects.filter(project=project).count()):
        services.answer(handed_in(project, nth, at=at).pk, PERSON, accept=True, actor=THEMSELVES, at=at)
    return project


def ids(model: type[Task] | type[Milestone], project: Project, **more: object) -> list[int]:
    """The keys of what hangs below the project, in order."""
    return list(model.objects.filter(project=project, **more).order_by("pk").values_list("pk", flat=True))


def phase_of(project: Project | int) -> str:
    """Where the project stands."""
    return Project.objects.get(pk=project if isinstance(project, int) else project.pk).phase


def worth(*yen: int) -> list[services.MilestoneDraft]:
    """Milestones of so many yen, due one after the other."""
    return [
        services.MilestoneDraft(f"第{nth}回", FIRST_DAY + timedelta(days=30 * nth), Decimal(one))
        for nth, one in enumerate(yen, 1)
    ]
