"""The one writer of Project.phase."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from projects.lifecycle import project_phase_sql
from projects.queries.facts import PROJECT_FACTS_SQL

_REFRESH = f"""
    UPDATE projects_project p
       SET phase = derived.phase
      FROM (SELECT f.id, {project_phase_sql("f")} AS phase FROM ({PROJECT_FACTS_SQL}) f) derived
     WHERE p.id = derived.id AND p.phase <> derived.phase
"""  # noqa: S608 (made of the lifecycle's own words)


def refresh(project_ids: Collection[int]) -> None:
    """Derive the phases of these projects anew. Called by every command that wrote facts."""
    if project_ids:
        with connection.cursor() as cursor:
            cursor.execute(_REFRESH, {"ids": list(project_ids)})
