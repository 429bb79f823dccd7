"""One project: what the pages of its parts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Prefetch, Sum
from django.db.models.functions import Coalesce

from core.money import ZERO, Rounding, round_yen
from core.paging import page_of
from core.wording import Sentence, _
from documents.models import Document
from orders.models import Contract, QuoteVersion
from orders.quoting import CONTRACTS, QUOTES
from projects.lifecycle import allowed
from projects.models import Acceptance, Check, Evaluation, Milestone, Project, Report, Requirement, Task, WorkLog
from projects.queries import facts, links, words
from projects.queries.standing import Side, Standing, standing_of, steps_of, with_standing

USUAL_DAYS_TO_ANSWER = 7


@dataclass(frozen=True)
class Head:
    """What stands over every page of a project. moves: codes of projects.lifecycle.MOVES that it allows."""

    standing: Standing
    steps: Sequence[Mapping[str, object]]
    moves: frozenset[str]
    facts: Mapping[str, int]
    today: date

    @property
    def project(self) -> Project:
        """The project."""
        return self.standing.project


def head(project_id: int, *, today: date, side: Side) -> Head | None:
    """A project as its pages begin; None where there is none. Two queries."""
    project = with_standing(Project.objects.filter(pk=project_id), today=today).first()
    if project is None:
        return None
    known = facts.of_projects([project_id])[project_id]
    return Head(standing_of(project, side=side), steps_of(project.phase), allowed(known), known, today)


@dataclass(frozen=True)
class Offer:
    """The quote of a project as it stands. total: yen with tax; paper: its document."""

    version: QuoteVersion
    state: Sentence
    tone: str
    contract: Contract | None
    contract_state: Sentence | None
    contract_tone: str


def offer(project: Project) -> Offer | None:
    """The quote and contract of a project. Two queries where it has a quote."""
    version = QuoteVersion.objects.filter(quote=project.quote_id or 0, is_current=True).select_related("quote").first()
    if version is None:
        return None
    contract = Contract.objects.filter(version__quote=version.quote_id).order_by("-pk").first()
    state, signed = QUOTES[version.state], CONTRACTS[contract.state] if contract else None
    return Offer(
        version,
        Sentence(state.label),
        state.tone,
        contract,
        Sentence(signed.label) if signed else None,
        signed.tone if signed else "waiting",
    )


def evaluation(project: Project) -> Evaluation | None:
    """What the buyer thought of it."""
    return Evaluation.objects.filter(project=project).first()


def requirements(project: Project) -> list[tuple[str, list[Requirement]]]:
    """The requirement sheet by section, in the order in which sections began. One query."""
    rows = list(Requirement.objects.filter(project=project).order_by("pk"))
    sections = {row.section: nth for nth, row in reversed(list(enumerate(rows)))}
    rows.sort(key=lambda row: (sections[row.section], row.pk))
    return [(section, list(group)) for section, group in groupby(rows, key=lambda row: row.section)]


@dataclass(frozen=True)
class TaskRow:
    """A task with where it stands. used: minutes worked on it."""

    task: Task
    state: Sentence
    tone: str
    is_late: bool
    used: int

    @property
    def planned_hours(self) -> float:
        """Hours that it is estimated to take."""
        return round(self.task.minutes / 60, 2)

    @property
    def used_hours(self) -> float:
        """Hours worked on it."""
        return round(self.used / 60, 2)


def tasks(project: Project, *, today: date) -> list[TaskRow]:
    """The tasks in the order of the plan. One query."""
    rows = Task.objects.filter(project=project).annotate(used=Coalesce(Sum("work__minutes"), 0))
    return [
        TaskRow(
            task,
            *words.of_task(task),
            words.is_late(task.plan_end, task.done_at, today),
            task.used,
        )
        for task in rows.order_by("plan_start", "pk")
    ]


def chart_of(rows: Sequence[TaskRow], other: int) -> dict[str, Any]:
    """Hours of plan and work by task, as `{% chart %}` takes them. other: minutes without a task."""
    names, planned, used = ([one(row) for row in rows] for one in (_name, _planned, _used))
    if other:
        names, planned, used = [*names, str(Sentence(_("その他")))], [*planned, 0], [*used, round(other / 60, 2)]
    return {
        "kind": "bar",
        "categories": names,
        "series": [
            {"name": str(Sentence(_("見積時間"))), "values": planned, "tone": "waiting"},
            {"name": str(Sentence(_("作業時間"))), "values": used, "tone": "moving"},
        ],
        "unit": str(Sentence(_("時間"))),
        "category": str(Sentence(_("作業"))),
    }


def _name(row: TaskRow) -> Any:
    return row.task.name


def _planned(row: TaskRow) -> Any:
    return row.planned_hours


def _used(row: TaskRow) -> Any:
    return row.used_hours


@dataclass(frozen=True)
class Asked:
    """A question to the buyer whether they accept. address: of their page, "" once it is taken back."""

    acceptance: Acceptance
    address: str
    is_late: bool
    papers: Sequence[Document]


@dataclass(frozen=True)
class MilestoneRow:
    """A milestone with where it stands, its checks, and what the buyer was asked and said, the newest first."""

    milestone: Milestone
    state: Sentence
    tone: str
    is_late: bool
    checks: Sequence[tuple[Check, Sentence, str]]
    asked: Sequence[Asked]

    @property
    def waiting(self) -> Asked | None:
        """What the buyer has not answered yet."""
        return next((one for one in self.asked if one.acceptance.answered_at is None and one.address), None)

    @property
    def passed(self) -> int:
        """How many of its checks passed."""
        return sum(check.state == Check.PASSED for check, _state, _tone in self.checks)

    @property
    def can_be_handed_in(self) -> bool:
        """Whether nothing of its own stands against handing it in."""
        is_open = self.milestone.accepted_at is None and self.waiting is None
        return is_open and self.passed == len(self.checks)


def milestones(project: Project, *, today: date) -> list[MilestoneRow]:
    """The milestones in the order in which they are due. Four queries."""
    rows = Milestone.objects.filter(project=project).order_by("due_on", "pk")
    checks = Prefetch("checks", Check.objects.order_by("pk"))
    asked = Prefetch("acceptances", Acceptance.objects.order_by("-pk"))
    found = list(rows.prefetch_related(checks, asked))
    every = [one for row in found for one in row.acceptances.all()]
    papers = Document.objects.in_bulk([pk for one in every for pk in (one.document_id, one.paper_id) if pk])
    return [_milestone(row, papers, today) for row in found]


def _milestone(row: Milestone, papers: Mapping[int, Document], today: date) -> MilestoneRow:
    asked = [_asked(one, papers, today) for one in row.acceptances.all()]
    waiting = any(one.acceptance.answered_at is None and one.address for one in asked)
    rejected = bool(asked) and asked[0].acceptance.verdict == Acceptance.REJECTED
    state, tone = words.of_milestone(row, asked=waiting, rejected=rejected)
    return MilestoneRow(
        row,
        state,
        tone,
        words.is_late(row.due_on, row.reached_at, today),
        [(check, *words.of_check(check)) for check in row.checks.all()],
        asked,
    )


def _asked(one: Acceptance, papers: Mapping[int, Document], today: date) -> Asked:
    kept = [papers[pk] for pk in (one.document_id, one.paper_id) if pk is not None and pk in papers]
    waiting = one.answered_at is None and one.withdrawn_at is None
    return Asked(one, links.address_of(one), waiting and one.answer_by < today, kept)


def agreed_total(rows: Sequence[MilestoneRow]) -> Decimal:
    """Yen of all milestones together, without tax."""
    return sum((row.milestone.amount for row in rows), ZERO)


@dataclass(frozen=True)
class WorkRow:
    """A row of the work log. can_undo: nobody took it back, and it takes nothing back."""

    work: WorkLog
    can_undo: bool

    @property
    def hours(self) -> float:
        """Hours, below zero where it takes another row back."""
        return round(self.work.minutes / 60, 2)


@dataclass(frozen=True)
class WorkLogged:
    """The work log. by_person: hours of each."""

    rows: Sequence[WorkRow]
    by_person: Sequence[tuple[str, float]]
    billable_hours: float
    after: str
    before: str


def work(project: Project, *, after: str = "", before: str = "") -> WorkLogged:
    """A page of the work log, the newest first. Three queries."""
    logged = WorkLog.objects.filter(project=project)
    found = page_of(logged.select_related("task", "undoes", "undone_by"), order=("-id",), after=after, before=before)
    people = logged.order_by("person").values_list("person").annotate(minutes=Sum("minutes"))
    billable = logged.filter(billable=True).aggregate(minutes=Coalesce(Sum("minutes"), 0))["minutes"]
    return WorkLogged(
        [WorkRow(row, row.undoes_id is None and not hasattr(row, "undone_by")) for row in found.rows],
        [(person, round(minutes / 60, 2)) for person, minutes in people],
        round(billable / 60, 2),
        found.after,
        found.before,
    )


def minutes_without_task(project: Project) -> int:
    """Minutes worked on no task in particular."""
    found = WorkLog.objects.filter(project=project, task=None).aggregate(minutes=Coalesce(Sum("minutes"), 0))
    return int(found["minutes"])


def reports(project: Project) -> list[Report]:
    """The monthly reports, the newest first."""
    return list(Report.objects.filter(project=project).order_by("-month"))


def answer_by(today: date) -> date:
    """Until when a buyer is asked to answer, where nobody says otherwise."""
    return today + timedelta(days=USUAL_DAYS_TO_ANSWER)


@dataclass(frozen=True)
class HandedIn:
    """What a buyer is asked to accept, as they see it. tax: yen, rounded down; total: with it."""

    acceptance: Acceptance
    checks: Sequence[Check]
    tax: Decimal
    paper: Document | None
    evaluation: Evaluation | None
    can_evaluate: bool

    @property
    def milestone(self) -> Milestone:
        """What was handed in."""
        return self.acceptance.milestone

    @property
    def project(self) -> Project:
        """The whole that it belongs to."""
        return self.milestone.project

    @property
    def total(self) -> Decimal:
        """Yen with tax."""
        return self.milestone.amount + self.tax


def of_acceptance(acceptance_id: int) -> HandedIn:
    """What a link leads to, which must exist. A constant number of queries."""
    one = Acceptance.objects.select_related("milestone__project").get(pk=acceptance_id)
    milestone, project = one.milestone, one.milestone.project
    return HandedIn(
        acceptance=one,
        checks=list(Check.objects.filter(milestone=milestone, state=Check.PASSED).order_by("pk")),
        tax=tax_of(milestone),
        paper=Document.objects.filter(pk=one.paper_id or 0).first(),
        evaluation=evaluation(project),
        can_evaluate="evaluate" in allowed(facts.of_projects([project.pk])[project.pk]),
    )


def tax_of(milestone: Milestone) -> Decimal:
    """Yen of tax on a milestone, rounded down."""
    return round_yen(milestone.amount * milestone.tax_rate / 100, Rounding.DOWN)
