"""What the papers of projects say: the 検収書 of a milestone, and the report of a month (作業報告書)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from core.periods import local_day, month_of
from core.text import phone_label
from core.wording import Sentence
from documents.papers import Draft
from documents.papers.common import Fact, Party
from documents.papers.inspection import Inspected
from documents.papers.project_report import Checked, Step, Work
from projects.models import Acceptance, Check, Milestone, Project, Report, Task, WorkLog
from projects.queries import words
from projects.queries.detail import tax_of

CERTIFICATE, REPORT = "inspection", "project_report"
HOUR = Decimal(60)
CENT = Decimal("0.01")


def certificate(one: Acceptance) -> Draft:
    """The 検収書 of what the buyer has just accepted; its milestone and project are loaded."""
    milestone, project = one.milestone, one.milestone.project
    assert one.answered_at is not None
    on = local_day(one.answered_at)
    item = Inspected(name=milestone.name, quantity=1, unit="式", passed=1, failed=0, amount=int(milestone.amount))
    tax = tax_of(milestone)
    facts = [("案件番号", project.number), ("検収者", f"{one.answered_by} 様"), ("期日", _day(milestone.due_on))]
    data: dict[str, Any] = {
        "recipient": recipient(project),
        "subject": project.subject,
        "inspected_on": on,
        "verdict": "合格",
        "said": "下記のとおり検収をいただきました。",
        "facts": [Fact(label=label, text=text) for label, text in facts],
        "items": [item],
        "total": int(milestone.amount + tax),
        "notes": f"検収金額は税込です（税抜 ¥{milestone.amount:,.0f}、消費税{milestone.tax_rate}% ¥{tax:,.0f}）。",
    }
    return Draft(
        subject_kind="acceptance",
        subject_id=one.pk,
        data=data,
        transaction_date=on,
        counterparty=project.buyer,
        amount=milestone.amount + tax,
    )


def recipient(project: Project) -> Party:
    """For whom it is: a company with the person in it, or a person."""
    number = project.buyer_phone
    party = Party(
        name=project.buyer,
        honorific="御中" if project.buyer_company else "様",
        postcode=project.buyer_postcode,
        address=project.buyer_address,
        phone=phone_label(number) if number.startswith("+") else number,
    )
    if project.buyer_company:
        party["person"] = f"{project.buyer_name} 様"
    return party


def monthly(report: Report, *, today: date) -> Draft:
    """The report of a month as it stands now; its project is loaded. Four queries."""
    project, month = report.project, month_of(report.month)
    work = list(
        WorkLog.objects.filter(project=project, day__gte=month.start, day__lt=month.end)
        .select_related("task")
        .order_by("day", "pk")
    )
    data: dict[str, Any] = {
        "recipient": recipient(project),
        "subject": project.subject,
        "month": f"{report.month.year}年{report.month.month}月",
        "facts": [Fact(label="案件番号", text=project.number), Fact(label="担当", text=project.owner)],
        "hours": hours_of(sum(row.minutes for row in work)),
        "work": [_work(row) for row in work],
        **_standing(project, today),
    }
    return Draft(
        subject_kind="report",
        subject_id=report.pk,
        data=data,
        transaction_date=min(today, month.last),
        counterparty=project.buyer,
    )


def hours_of(minutes: int) -> Decimal:
    """Hours with two decimals."""
    return (minutes / HOUR).quantize(CENT)


def _work(row: WorkLog) -> Work:
    work = Work(
        day=_short(row.day),
        person=row.person,
        task=row.task.name if row.task else "その他",
        hours=hours_of(row.minutes),
    )
    note = "　".join(filter(None, ("取り消し" if row.undoes_id else "", row.note)))
    if note:
        work["note"] = note
    return work


def _standing(project: Project, today: date) -> dict[str, Sequence[Any]]:
    """How milestones, tasks and checks stand today."""
    milestones = Milestone.objects.filter(project=project).prefetch_related("acceptances").order_by("due_on", "pk")
    tasks = Task.objects.filter(project=project).order_by("plan_start", "pk")
    checks = Check.objects.filter(milestone__project=project, checked_at__isnull=False).order_by("checked_at", "pk")
    return {
        "milestones": [
            _step(one.name, one.due_on, _milestone_word(one), late=words.is_late(one.due_on, one.accepted_at, today))
            for one in milestones
        ],
        "tasks": [
            _step(one.name, one.plan_end, words.of_task(one)[0], late=words.is_late(one.plan_end, one.done_at, today))
            for one in tasks
        ],
        "checks": [Checked(name=one.name, result=str(words.of_check(one)[0]), note=one.note) for one in checks],
    }


def _milestone_word(one: Milestone) -> Sentence:
    known = sorted(one.acceptances.all(), key=lambda each: each.pk)
    asked = any(each.answered_at is None and each.withdrawn_at is None for each in known)
    rejected = bool(known) and known[-1].verdict == Acceptance.REJECTED
    return words.of_milestone(one, asked=asked, rejected=rejected)[0]


def _step(name: str, due: date, state: Sentence, *, late: bool) -> Step:
    return Step(name=name, due=_day(due), state=f"{state}（期日超過）" if late else str(state))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _short(day: date) -> str:
    return f"{day.month}月{day.day}日"
