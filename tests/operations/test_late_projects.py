"""What is late of service projects becomes work, and what shows that it was done ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from core import clock, scope
from core.models import Event
from operations.models import WorkItem
from projects import services, tasks
from projects.models import Acceptance, Project, Task
from projects.services import TaskDraft
from tests.conftest import OPERATOR
from tests.factories import projects
from tests.factories.people import login, staff
from tests.factories.projects import ids

At = Callable[[str], datetime]


@pytest.fixture
def project(acme: str, at: At, settings: Settings, tmp_path: Path) -> Iterator[Project]:
    """Under contract since 1 October: the set-up is planned until the 2nd, the settings until the 11th."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    clock.move(at("2026-10-01 10:00"))
    yield projects.under_contract(at=clock.now())
    clock.release()


def items() -> list[tuple[str, str]]:
    """Kind and state of what the floor has to do for projects, the oldest first."""
    found = WorkItem.objects.filter(subject_kind="project").order_by("id")
    return list(found.values_list("kind", "state"))


def night(at: At, when: str) -> datetime:
    """The clock moves, and what runs by itself has run twice."""
    clock.move(at(when))
    tasks.tell_late.function()
    tasks.tell_late.function()
    return clock.now()


def test_a_task_whose_day_has_passed_is_work_until_it_is_done(project: Project, at: At) -> None:
    night(at, "2026-10-02 23:50")
    assert items() == []
    now = night(at, "2026-10-03 00:07")
    item = WorkItem.objects.get(kind="catch_up")
    assert (item.due_at, item.title) == (at("2026-10-03 00:00"), f"{project.number} 受注管理の導入支援")
    assert Event.objects.filter(name="project.task_late").count() == 1
    services.finish(ids(Task, project, stage="setup"), actor=OPERATOR, at=now)
    assert items() == [("catch_up", "done")]


def test_a_task_that_is_planned_anew_is_late_again_only_after_that(project: Project, at: At) -> None:
    now = night(at, "2026-10-03 00:07")
    (setup,) = ids(Task, project, stage="setup")
    again = TaskDraft("キックオフ", "setup", date(2026, 10, 1), date(2026, 10, 6))
    services.change_task(setup, again, actor=OPERATOR, at=now)
    assert items() == [("catch_up", "done")]
    night(at, "2026-10-06 23:00")
    assert items() == [("catch_up", "done")]
    night(at, "2026-10-07 00:07")
    assert items() == [("catch_up", "done"), ("catch_up", "open")]


def test_an_answer_that_is_late_is_asked_for_until_it_comes(project: Project, at: At) -> None:
    asked = projects.handed_in(project, at=clock.now(), days=1)
    services.finish(ids(Task, project), actor=OPERATOR, at=clock.now())
    now = night(at, "2026-10-03 00:07")
    assert items() == [("remind", "open")]
    services.answer(asked.pk, projects.PERSON, accept=True, actor=projects.THEMSELVES, at=now)
    assert items() == [("remind", "done")]
    assert Acceptance.objects.get(pk=asked.pk).late_at == now


def test_what_nobody_agreed_to_yet_is_not_late_and_what_was_given_up_is_no_work(project: Project, at: At) -> None:
    projects.begun(at=clock.now())
    now = night(at, "2026-10-20 00:07")
    assert items() == [("catch_up", "open")]
    services.cancel([project.pk], reason="先方の都合", actor=OPERATOR, at=now)
    assert items() == [("catch_up", "void")]


def test_the_page_of_the_work_leads_to_the_plan(project: Project, at: At) -> None:
    projects.handed_in(project, at=clock.now(), days=1)
    night(at, "2026-10-03 00:07")
    with scope.operator():
        found = {item.kind: item.pk for item in WorkItem.objects.filter(subject_kind="project")}
    clerk = login(Client(), staff("clerk", serves=["acme"]))
    page = clerk.get(f"/clients/acme/work/{found['catch_up']}").content.decode()
    assert f"/clients/acme/projects/{project.pk}/plan" in page
    assert "キックオフ" in page
    page = clerk.get(f"/clients/acme/work/{found['remind']}").content.decode()
    assert f"/clients/acme/projects/{project.pk}/acceptance" in page
    assert project.number in clerk.get("/queue").content.decode()
