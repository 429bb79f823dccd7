"""Where projects stand: their phase, what comes next and when, what is late, and the hours of plan and work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.wording import Sentence
from orders.models import QuoteVersion
from projects.lifecycle import BY_CODE, OVER, WAY
from projects.models import Acceptance, Milestone, Project, Task, WorkLog

Side = Literal["client", "operator"]
_WAITING = Q(answered_at=None, withdrawn_at=None)


@dataclass(frozen=True)
class Standing:
    """A project as lists and heads show it. planned, used: minutes. next_on: when what comes next is due."""

    project: Project
    label: Sentence
    tone: str
    next: Sentence | None
    next_on: date | None
    planned: int
    used: int
    is_late: bool
    is_over: bool

    @property
    def planned_hours(self) -> float:
        """Hours of the plan, to two decimals."""
        return round(self.planned / 60, 2)

    @property
    def used_hours(self) -> float:
        """Hours worked, to two decimals."""
        return round(self.used / 60, 2)


def with_standing(projects: QuerySet[Project], *, today: date) -> QuerySet[Project]:
    """The projects with what `standing_of` reads, in the same query."""
    tasks = Task.objects.filter(project=OuterRef("pk"))
    milestones = Milestone.objects.filter(project=OuterRef("pk"))
    waiting = Acceptance.objects.filter(_WAITING, milestone__project=OuterRef("pk"))
    current = QuoteVersion.objects.filter(quote=OuterRef("quote_id"), is_current=True, state=QuoteVersion.SENT)
    worked = WorkLog.objects.filter(project=OuterRef("pk"))
    return projects.annotate(
        answer_by=_least(waiting, "answer_by"),
        milestone_on=_least(milestones.filter(reached_at=None), "due_on"),
        task_on=_least(tasks.filter(done_at=None), "plan_end"),
        valid_until=Subquery(current.values("valid_until")[:1]),
        planned=_total(tasks),
        used=_total(worked),
        late=Exists(tasks.filter(done_at=None, plan_end__lt=today))
        | Exists(milestones.filter(reached_at=None, due_on__lt=today))
        | Exists(waiting.filter(answer_by__lt=today)),
    )


def _least(rows: QuerySet[Any], field: str) -> Subquery:
    """The earliest date among the rows; none where there are none."""
    return Subquery(rows.order_by(field).values(field)[:1])


def _total(rows: QuerySet[Any]) -> Coalesce:
    """The minutes of the rows together."""
    total = rows.order_by().values("project").annotate(total=Sum("minutes")).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def standing_of(project: Project, *, side: Side) -> Standing:
    """Where a project from `with_standing` stands, in the words of that side."""
    phase, found = BY_CODE[project.phase], vars(project)
    over = project.phase in OVER
    return Standing(
        project=project,
        label=label_of(project.phase, side=side),
        tone=phase.tone,
        next=Sentence(phase.next) if phase.next else None,
        next_on=found[phase.date] if phase.date else None,
        planned=found["planned"],
        used=found["used"],
        is_late=bool(found["late"]) and not over,
        is_over=over,
    )


def label_of(code: str, *, side: Side) -> Sentence:
    """What a phase is called on that side."""
    phase = BY_CODE[code]
    return Sentence(phase.client if side == "client" else phase.staff)


def steps_of(code: str) -> list[Mapping[str, object]]:
    """The way of a project as `{% steps %}` draws it; nothing is reached of one that was given up."""
    at = next((nth for nth, (_label, codes) in enumerate(WAY) if code in codes), -1)
    states = ["done" if nth < at or code == "completed" else "now" if nth == at else "next" for nth in range(len(WAY))]
    return [{"label": Sentence(label), "state": state} for (label, _codes), state in zip(WAY, states, strict=True)]
