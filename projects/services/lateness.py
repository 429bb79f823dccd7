"""What has become late, told once: tasks that should be done, and buyers who should have answered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import SYSTEM, Actor
from core.periods import local_day
from projects.lifecycle import OVER
from projects.models import Acceptance, Task
from projects.services.locking import tell

BATCH = 500
BEFORE = ("clarifying", "proposing", "contracting")
"""Phases in which nobody is to work yet, whatever the plan says."""


@transaction.atomic
def tell_late(*, actor: Actor = SYSTEM, at: datetime) -> int:
    """Say of tasks under contract and of questions to buyers that their day has passed, BATCH at most of each.

    What was told is not told again until it is planned anew. Returns how many.
    """
    today = local_day(at)
    open_tasks = Task.objects.filter(done_at=None, late_at=None, plan_end__lt=today)
    asked = Acceptance.objects.filter(answered_at=None, withdrawn_at=None, late_at=None, answer_by__lt=today)
    tasks = list(open_tasks.exclude(project__phase__in=(*BEFORE, *OVER)).order_by("pk")[:BATCH])
    answers = list(asked.select_related("milestone").order_by("pk")[:BATCH])
    Task.objects.filter(pk__in=[one.pk for one in tasks]).update(late_at=at)
    Acceptance.objects.filter(pk__in=[one.pk for one in answers]).update(late_at=at)
    of_tasks = [(one.project_id, {"text": one.name, "due": one.plan_end.isoformat()}) for one in tasks]
    tell("project.task_late", of_tasks, actor=actor, at=at)
    of_answers = [
        (one.milestone.project_id, {"milestone": one.milestone.name, "due": one.answer_by.isoformat()})
        for one in answers
    ]
    tell("project.answer_late", of_answers, actor=actor, at=at)
    return len(tasks) + len(answers)
