"""Whatever is done with projects in whatever order, their laws hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.batches import Outcome
from core.errors import Refused
from core.models import Event
from orders.lifecycle import phase_of
from projects import services
from projects.lifecycle import PHASES
from projects.models import Acceptance, Check, Milestone, Project, Requirement, Task, WorkLog
from projects.queries import facts
from projects.services import Worked
from tests.conftest import OPERATOR
from tests.factories import projects
from tests.factories.orders import MORNING
from tests.factories.projects import PERSON, THEMSELVES

TODAY = MORNING.date()
WHO: dict[str, Any] = {"actor": OPERATOR, "at": MORNING}
Command = Callable[[Project, int], object]


def _nth(model: type, project: Project, nth: int, **where: object) -> int:
    """The key of one of the project's rows, or of none."""
    lookup = {"milestone__project": project} if model in (Check, Acceptance) else {"project": project}
    found = list(model.objects.filter(**lookup, **where).order_by("pk").values_list("pk", flat=True))  # type: ignore[attr-defined]
    return int(found[nth % len(found)]) if found else 999_999


COMMANDS: dict[str, Command] = {
    "agree": lambda p, n: services.write_answers(
        p.pk, {(k := _nth(Requirement, p, n)): f"回答{n % 2}"}, agree=[k] if n % 3 else [], **WHO
    ),
    "start": lambda p, n: services.start([_nth(Task, p, n)], **WHO),
    "finish": lambda p, n: services.finish([_nth(Task, p, n)], **WHO),
    "reopen": lambda p, n: services.reopen([_nth(Task, p, n)], **WHO),
    "drop task": lambda p, n: services.drop_tasks([_nth(Task, p, n)], **WHO),
    "log": lambda p, n: services.log(p.pk, [Worked("花子", TODAY, n + 1, task_id=_nth(Task, p, n))], **WHO),
    "undo": lambda p, n: services.undo([_nth(WorkLog, p, n)], **WHO),
    "pass": lambda p, n: services.record_checks([_nth(Check, p, n)], result="passed", **WHO),
    "fail": lambda p, n: services.record_checks([_nth(Check, p, n)], result="failed", note="不足", **WHO),
    "hand in": lambda p, n: services.hand_in([_nth(Milestone, p, n)], answer_by=TODAY + timedelta(days=n), **WHO),
    "take back": lambda p, n: services.withdraw([_nth(Acceptance, p, n)], **WHO),
    "accept": lambda p, n: services.answer(_nth(Acceptance, p, n), PERSON, accept=True, actor=THEMSELVES, at=MORNING),
    "reject": lambda p, n: services.answer(
        _nth(Acceptance, p, n), PERSON, accept=False, reason="不足", actor=THEMSELVES, at=MORNING
    ),
    "drop milestone": lambda p, n: services.drop_milestones([_nth(Milestone, p, n)], **WHO),
    "evaluate": lambda p, n: services.evaluate(p.pk, PERSON, score=n % 5 + 1, actor=THEMSELVES, at=MORNING),
    "cancel": lambda p, n: services.cancel([p.pk], reason="中止", **WHO) if n == 6 else None,
}
WALK = st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.integers(0, 6)), min_size=5, max_size=40)


def laws(project: Project) -> None:
    """What holds of a project after every command."""
    stored = Project.objects.get(pk=project.pk)
    assert stored.phase == phase_of(facts.of_projects([project.pk])[project.pk], PHASES).code
    milestones = Milestone.objects.filter(project=project)
    assert not milestones.filter(accepted_at__isnull=False, reached_at=None).exists()
    waiting = Acceptance.objects.filter(milestone__project=project, answered_at=None, withdrawn_at=None)
    assert not waiting.exclude(milestone__reached_at__isnull=False, milestone__accepted_at=None).exists()
    assert not milestones.filter(reached_at__isnull=False).exclude(checks__state="passed").exists()
    assert (
        milestones.filter(accepted_at__isnull=False).count()
        == Acceptance.objects.filter(milestone__project=project, verdict="accepted").count()
    )


def minutes_add_up(project: Project) -> None:
    """The rows of the log come to what the record says was worked less what it says was taken back."""
    rows = WorkLog.objects.filter(project=project)
    said = {"project.worked": 0, "project.work_undone": 0}
    for event in Event.objects.filter(subject_kind="project", subject_id=project.pk, name__in=said):
        said[event.name] += event.data["minutes"]
    total = rows.aggregate(total=Sum("minutes"))["total"] or 0
    assert total == said["project.worked"] - said["project.work_undone"] >= 0
    assert not rows.filter(undoes__isnull=False).exclude(minutes=-F("undoes__minutes")).exists()


# Each example begins with a project of its own and leaves the others alone.
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=WALK)
def test_the_laws_hold_whatever_is_done(acme: str, walk: list[tuple[str, int]]) -> None:
    project = projects.under_contract()
    for name, nth in walk:
        try:
            with transaction.atomic():
                outcome = COMMANDS[name](project, nth)
        except Refused:
            outcome = None
        if isinstance(outcome, Outcome):
            assert not outcome.done & outcome.refused.keys()
        laws(project)
    minutes_add_up(project)
