"""Service projects, for the client's programs."""

from __future__ import annotations

from core import scope
from projects import services
from tests.api.conftest import Program
from tests.conftest import OPERATOR
from tests.factories import projects
from tests.factories.orders import MORNING


def test_a_program_reads_where_a_project_stands_and_what_it_took(acme_program: Program) -> None:
    project = projects.delivering()
    row = projects.logged(project, 75)
    projects.logged(project, 60)
    services.undo([row.pk], actor=OPERATOR, at=MORNING)
    found = acme_program.get(f"projects/{project.pk}").json()
    assert (found["phase"], found["worked_minutes"], found["worked_hours"]) == ("delivering", 60, 1.0)
    assert [one["stage"] for one in found["tasks"]] == ["setup", "delivery"]
    assert [(one["amount"], one["accepted_at"]) for one in found["milestones"]] == [(300000, None), (150000, None)]

    projects.accepted(project)
    found = acme_program.get(f"projects/{project.pk}").json()
    assert found["phase"] == "evaluating"
    assert all(one["accepted_at"] for one in found["milestones"])


def test_the_list_is_narrowed_by_phase_and_read_page_by_page(acme_program: Program) -> None:
    made = [projects.begun().pk for _nth in range(3)]
    moving = projects.delivering().pk
    first = acme_program.get("projects", {"phase": "clarifying", "limit": 2}).json()
    rest = acme_program.get("projects", {"phase": "clarifying", "limit": 2, "cursor": first["next"]}).json()
    assert [row["id"] for row in (*first["data"], *rest["data"])] == made[::-1]
    assert rest["next"] is None
    assert [row["id"] for row in acme_program.get("projects", {"phase": "delivering"}).json()["data"]] == [moving]
    refused = acme_program.get("projects", {"phase": "lost"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "phase")


def test_a_neighbours_project_is_not_found(acme_program: Program) -> None:
    with scope.client("bravo"):
        theirs = projects.begun().pk
    assert acme_program.get(f"projects/{theirs}").status_code == 404
    assert acme_program.get("projects").json()["data"] == []
