"""Two services are sold beside the goods: one from the quote to the evaluation within the month, one half-way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from core import scope
from core.events import Actor
from orders.quoting import Terms, Wanted
from orders.services import quoting
from orders.services.quoting import Buyer, Evidence
from portal.demo.calendar import at
from portal.demo.world import Company
from projects import services
from projects.defaults import PRESETS
from projects.models import Acceptance, Check, Milestone, Project, Requirement, Task
from projects.services import Draft, Worked

BUYER = Buyer(
    name="佐藤 一郎",
    company="青山茶舗株式会社",
    email="sato@example.jp",
    phone="03-0000-5678",
    postcode="105-0011",
    address="東京都港区芝公園4-2-8",
)
SAYS = Evidence("佐藤 一郎", "203.0.113.7", "Safari")
THEMSELVES = Actor("buyer", "", "佐藤 一郎")
FIRST_DAY = date(2026, 10, 5)
MINUTES = (
    (6, "受注 花子", 150),
    (7, "受注 花子", 240),
    (9, "受注 健太", 300),
    (14, "受注 花子", 420),
    (20, "受注 健太", 255),
)


def play(companies: Sequence[Company], clerk: Actor) -> None:
    """Play both projects, the first for the first company and the second for the last."""
    with scope.client(companies[0].code):
        _whole(clerk)
    with scope.client(companies[-1].code):
        _half(clerk)


def _whole(clerk: Actor) -> None:
    """Sold on the first, done and accepted by the 28th, evaluated on the 29th."""
    project = _sold("ギフト受注管理の導入支援", ("初期設定と移行", 480_000), ("操作説明と手順書", 160_000), clerk=clerk)
    tasks = list(Task.objects.filter(project=project).order_by("plan_start", "pk"))
    for task, (day, person, minutes) in zip(tasks, MINUTES, strict=True):
        now = at(date(2026, 10, day), "17:30")
        services.start([task.pk], actor=clerk, at=now - timedelta(minutes=minutes))
        worked = Worked(person, now.date(), minutes, "", task.pk)
        services.log(project.pk, [worked], actor=clerk, at=now)
        services.finish([task.pk], actor=clerk, at=now)
    wrong = Worked("受注 健太", date(2026, 10, 20), 255, "入力の重複", tasks[-1].pk)
    (row,) = services.log(project.pk, [wrong], actor=clerk, at=at(date(2026, 10, 20), "18:00"))
    services.undo([row.pk], reason="同じ作業を2回記録した", actor=clerk, at=at(date(2026, 10, 21), "09:10"))
    first, second = Milestone.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)
    _accept(first, at(date(2026, 10, 22), "10:00"), clerk)
    _accept(second, at(date(2026, 10, 27), "10:00"), clerk)
    services.report(project.pk, month=FIRST_DAY, actor=clerk, at=at(date(2026, 10, 28), "11:00"))
    words = "移行の件数まで照合していただき、安心して切り替えられました。"
    services.evaluate(project.pk, SAYS, score=5, words=words, actor=THEMSELVES, at=at(date(2026, 10, 29), "14:00"))


def _half(clerk: Actor) -> None:
    """Sold, set up, worked on; the first milestone waits for its buyer."""
    project = _sold(
        "秋の販促サイト デザイン制作", ("ラフ案", 120_000), ("完成データ", 240_000), preset="design", clerk=clerk
    )
    now = at(date(2026, 10, 16), "17:00")
    done = list(Task.objects.filter(project=project).order_by("plan_start", "pk").values_list("pk", flat=True))[:2]
    for task, minutes in zip(done, (180, 690), strict=True):
        for part in (minutes // 2, minutes - minutes // 2):
            worked = Worked("受注 由美", now.date(), part, "", task)
            services.log(project.pk, [worked], actor=clerk, at=now)
    services.finish(done, actor=clerk, at=now)
    milestone = Milestone.objects.filter(project=project).order_by("pk").values_list("pk", flat=True)[0]
    _hand_in(milestone, now, clerk)


def _sold(subject: str, *parts: tuple[str, int], preset: str = "setup", clerk: Actor) -> Project:
    """A quote of these parts, accepted on its page, and the project of it with its requirements agreed on."""
    now = at(date(2026, 10, 1), "10:00")
    lines = [Wanted(f"SV-{nth}", name, 1, Decimal(yen), "式") for nth, (name, yen) in enumerate(parts, 1)]
    terms = Terms(date(2026, 10, 30), "ご契約後4週間", "月末締め翌月末払い")
    version = quoting.create(quoting.Draft(subject, clerk.name, BUYER, lines, terms), actor=clerk, at=now)
    quoting.send([version.quote_id], actor=clerk, at=now).sole()
    quoting.accept(version.pk, SAYS, actor=THEMSELVES, at=now + timedelta(hours=5))
    project = services.create(
        Draft(subject, clerk.name, FIRST_DAY, BUYER),
        PRESETS[preset].blueprint,
        quote_id=version.quote_id,
        actor=clerk,
        at=now + timedelta(hours=6),
    )
    answers = dict.fromkeys(_questions(project), "打ち合わせの議事録（10/2）のとおり")
    services.write_answers(project.pk, answers, agree=list(answers), actor=clerk, at=at(date(2026, 10, 2), "16:00"))
    return project


def _questions(project: Project) -> list[int]:
    return list(Requirement.objects.filter(project=project).order_by("pk").values_list("pk", flat=True))


def _hand_in(milestone: int, now: datetime, clerk: Actor) -> None:
    checks = list(Check.objects.filter(milestone=milestone).values_list("pk", flat=True))
    services.record_checks(checks, result=Check.PASSED, actor=clerk, at=now)
    services.hand_in([milestone], answer_by=now.date() + timedelta(days=7), actor=clerk, at=now).sole()


def _accept(milestone: int, now: datetime, clerk: Actor) -> None:
    _hand_in(milestone, now, clerk)
    asked = Acceptance.objects.get(milestone=milestone)
    services.answer(asked.pk, SAYS, accept=True, actor=THEMSELVES, at=now + timedelta(hours=26))
