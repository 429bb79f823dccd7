"""The plan: tasks with people and days, and milestones. Tasks are started and finished."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from orders.quoting import RATES
from projects.blueprints import MOST_MINUTES, STAGES
from projects.models import Milestone, Task
from projects.services.locking import Row, below, one, tell

LARGEST = Decimal(10**11)


@dataclass(frozen=True)
class TaskDraft:
    """A task as it is planned. minutes: estimated."""

    name: str
    stage: str
    plan_start: date
    plan_end: date
    minutes: int = 0
    assignee: str = ""


@dataclass(frozen=True)
class MilestoneDraft:
    """A milestone as it is planned. amount: yen without tax."""

    name: str
    due_on: date
    amount: Decimal = Decimal(0)
    tax_rate: int = 10


@transaction.atomic
def add_tasks(project_id: int, drafts: Sequence[TaskDraft], *, actor: Actor, at: datetime) -> list[Task]:
    """Plan tasks."""
    for draft in drafts:
        _check_task(draft)
    project = one("plan", project_id)
    made = Task.objects.bulk_create(Task(project=project, **_task(draft)) for draft in drafts)
    tell("project.tasks_planned", [(project.pk, {"text": task.name}) for task in made], actor=actor, at=at)
    return made


@transaction.atomic
def change_task(task_id: int, draft: TaskDraft, *, actor: Actor, at: datetime) -> Task:
    """Plan a task anew."""
    _check_task(draft)
    task = _sole(*below("plan", Task.objects.all(), [task_id]))
    before = {name: getattr(task, name) for name in vars(draft)}
    for name, value in _task(draft).items():
        setattr(task, name, value)
    if task.plan_end != before["plan_end"]:
        task.late_at = None
    task.save()
    if before != _task(draft):
        tell("project.task_changed", [(task.project_id, {"text": task.name})], actor=actor, at=at)
    return task


@transaction.atomic
def drop_tasks(task_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Take tasks out of the plan. Refused are those on which somebody has worked."""
    going, refused = below("plan", Task.objects.all(), task_ids)
    worked = Task.objects.filter(pk__in=[task.pk for task in going], work__isnull=False).values_list("pk", flat=True)
    refused |= {pk: Refused(Sentence(_("作業記録のある作業は外せません。")), code="worked") for pk in worked}
    going = [task for task in going if task.pk not in refused]
    Task.objects.filter(pk__in=[task.pk for task in going]).delete()
    tell("project.task_dropped", [(task.project_id, {"text": task.name}) for task in going], actor=actor, at=at)
    return Outcome.of((pk for pk in task_ids if pk not in refused), refused)


@transaction.atomic
def start(task_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Somebody begins with these tasks."""
    going, refused = below("carry_out", Task.objects.all(), task_ids)
    refused |= {task.pk: _started() for task in going if task.started_at is not None}
    return _moved("project.task_started", going, refused, actor=actor, at=at, started_at=at)


@transaction.atomic
def finish(task_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These tasks are done; one that nobody began with began and ended now."""
    going, refused = below("carry_out", Task.objects.all(), task_ids)
    refused |= {task.pk: _done() for task in going if task.done_at is not None}
    began = Coalesce("started_at", Value(at))
    return _moved("project.task_finished", going, refused, actor=actor, at=at, started_at=began, done_at=at)


@transaction.atomic
def reopen(task_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These tasks are not done after all."""
    going, refused = below("carry_out", Task.objects.all(), task_ids)
    not_done = Sentence(_("まだ終わっていない作業です。"))
    refused |= {task.pk: Refused(not_done, code="not_done") for task in going if task.done_at is None}
    return _moved("project.task_reopened", going, refused, actor=actor, at=at, done_at=None)


def _moved(
    name: str, found: Sequence[Task], refused: dict[int, Refused], *, actor: Actor, at: datetime, **change: object
) -> Outcome:
    going = [task for task in found if task.pk not in refused]
    Task.objects.filter(pk__in=[task.pk for task in going]).update(**change)
    told = [(task.project_id, {"text": task.name, "task_id": task.pk}) for task in going]
    tell(name, told, actor=actor, at=at)
    return Outcome.of((task.pk for task in going), refused)


def _started() -> Refused:
    return Refused(Sentence(_("すでに着手している作業です。")), code="started")


def _done() -> Refused:
    return Refused(Sentence(_("すでに終わった作業です。")), code="done")


def _check_task(draft: TaskDraft) -> None:
    if not draft.name.strip() or draft.stage not in STAGES:
        raise Refused(Sentence(_("段階と作業の名前を入れてください。")), code="missing", field="name")
    if draft.plan_end < draft.plan_start:
        raise Refused(Sentence(_("終了日が開始日より前です。")), code="bad_date", field="plan_end")
    if not 0 <= draft.minutes <= MOST_MINUTES:
        raise Refused(Sentence(_("見積時間は1000時間までです。")), code="too_long", field="hours")


def _task(draft: TaskDraft) -> dict[str, object]:
    words = {"name": draft.name.strip()[:100], "assignee": draft.assignee.strip()[:100]}
    return {**vars(draft), **words}


@transaction.atomic
def add_milestones(project_id: int, drafts: Sequence[MilestoneDraft], *, actor: Actor, at: datetime) -> list[Milestone]:
    """Plan milestones."""
    for draft in drafts:
        _check_milestone(draft)
    project = one("plan", project_id)
    made = Milestone.objects.bulk_create(Milestone(project=project, **_milestone(draft)) for draft in drafts)
    tell("project.milestone_planned", [_told_milestone(each) for each in made], actor=actor, at=at)
    return made


@transaction.atomic
def change_milestone(milestone_id: int, draft: MilestoneDraft, *, actor: Actor, at: datetime) -> Milestone:
    """Plan a milestone anew. Refused once it was handed in."""
    _check_milestone(draft)
    milestone = _sole(*below("plan", Milestone.objects.all(), [milestone_id]))
    if milestone.reached_at is not None:
        raise _handed_in()
    for name, value in _milestone(draft).items():
        setattr(milestone, name, value)
    milestone.save()
    tell("project.milestone_changed", [_told_milestone(milestone)], actor=actor, at=at)
    return milestone


@transaction.atomic
def drop_milestones(milestone_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Take milestones out of the plan. Refused are those that were ever handed in."""
    going, refused = below("plan", Milestone.objects.all(), milestone_ids)
    known = Milestone.objects.filter(pk__in=[each.pk for each in going], acceptances__isnull=False)
    refused |= {pk: _handed_in() for pk in known.values_list("pk", flat=True)}
    going = [each for each in going if each.pk not in refused]
    told = [_told_milestone(each) for each in going]
    Milestone.objects.filter(pk__in=[each.pk for each in going]).delete()
    tell("project.milestone_dropped", told, actor=actor, at=at)
    return Outcome.of((pk for pk in milestone_ids if pk not in refused), refused)


def _told_milestone(milestone: Milestone) -> tuple[int, dict[str, object]]:
    return milestone.project_id, {"text": milestone.name, "amount": int(milestone.amount)}


def _handed_in() -> Refused:
    return Refused(Sentence(_("検収を依頼したマイルストーンは変えられません。")), code="handed_in")


def _check_milestone(draft: MilestoneDraft) -> None:
    if not draft.name.strip():
        raise Refused(Sentence(_("マイルストーンの名前を入れてください。")), code="missing", field="name")
    if not 0 <= draft.amount < LARGEST or draft.amount != draft.amount.to_integral_value():
        raise Refused(Sentence(_("金額は0円以上、円単位で入れてください。")), code="bad_amount", field="amount")
    if draft.tax_rate not in RATES:
        raise Refused(Sentence(_("税率は10、8、0のいずれかにしてください。")), code="bad_rate", field="tax_rate")


def _milestone(draft: MilestoneDraft) -> dict[str, object]:
    return {**vars(draft), "name": draft.name.strip()[:100]}


def _sole(found: Sequence[Row], refused: dict[int, Refused]) -> Row:
    """The row of a command that was given one; its refusal where there is none."""
    for why in refused.values():
        raise why
    return found[0]
