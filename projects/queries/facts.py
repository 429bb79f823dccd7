"""The facts of projects and milestones, gathered by one statement for any number of them."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from orders.queries.facts import fetch
from projects.lifecycle import MILESTONE_FACTS, PROJECT_FACTS

PROJECT_FACTS_SQL = """
    SELECT p.id, (p.cancelled_at IS NOT NULL)::int AS cancelled, r.*,
           (p.quote_id IS NOT NULL)::int AS quoted, coalesce(c.quote_accepted, 0) AS quote_accepted,
           greatest((p.waived_at IS NOT NULL)::int, coalesce(c.contracted, 0)) AS contracted,
           t.*, m.*, e.evaluated
      FROM projects_project p
     CROSS JOIN LATERAL (
           SELECT count(*) AS requirements, count(agreed_at) AS agreed
             FROM projects_requirement WHERE project_id = p.id
           ) r
      LEFT JOIN LATERAL (
           SELECT 1 AS quote_accepted, (c.state = 'in_force' OR c.starts_on IS NOT NULL)::int AS contracted
             FROM orders_contract c JOIN orders_quoteversion v ON v.id = c.version_id WHERE v.quote_id = p.quote_id
            ORDER BY c.id DESC LIMIT 1
           ) c ON true
     CROSS JOIN LATERAL (
           SELECT count(*) AS tasks, count(*) FILTER (WHERE stage = 'setup' AND done_at IS NULL) AS setup_open
             FROM projects_task WHERE project_id = p.id
           ) t
     CROSS JOIN LATERAL (
           SELECT count(*) AS milestones, count(m.reached_at) AS reached, count(m.accepted_at) AS accepted,
                  coalesce(sum((SELECT count(*) FROM projects_acceptance a WHERE a.milestone_id = m.id
                                   AND a.answered_at IS NULL AND a.withdrawn_at IS NULL)), 0)::bigint AS asked
             FROM projects_milestone m WHERE m.project_id = p.id
           ) m
     CROSS JOIN LATERAL (
           SELECT count(*) AS evaluated FROM projects_evaluation WHERE project_id = p.id
           ) e
     WHERE p.id = ANY(%(ids)s)
"""
"""id and a column for each of PROJECT_FACTS, for the projects of the parameter `ids`."""

_MILESTONE_FACTS_SQL = """
    SELECT m.id, m.project_id, (m.reached_at IS NOT NULL)::int AS reached, (m.accepted_at IS NOT NULL)::int AS accepted,
           (SELECT count(*) FROM projects_acceptance a WHERE a.milestone_id = m.id
               AND a.answered_at IS NULL AND a.withdrawn_at IS NULL) AS asked,
           c.failed, c.unchecked
      FROM projects_milestone m
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE state = 'failed') AS failed,
                  count(*) FILTER (WHERE state <> 'passed') AS unchecked
             FROM projects_check WHERE milestone_id = m.id
           ) c
     WHERE m.id = ANY(%s)
     ORDER BY m.id
"""

_PROJECTS = pl.Schema({"id": pl.Int64, **dict.fromkeys(PROJECT_FACTS, pl.Int64)})
_MILESTONES = pl.Schema({"id": pl.Int64, "project_id": pl.Int64, **dict.fromkeys(MILESTONE_FACTS, pl.Int64)})


def of_projects(project_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """PROJECT_FACTS of the projects that exist, by their id. One query."""
    found = fetch(f"{PROJECT_FACTS_SQL} ORDER BY p.id", {"ids": list(project_ids)}, _PROJECTS)
    return {row.pop("id"): row for row in found.iter_rows(named=True)}


def of_milestones(milestone_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """MILESTONE_FACTS and project_id of the milestones that exist, by their id. One query."""
    found = fetch(_MILESTONE_FACTS_SQL, [list(milestone_ids)], _MILESTONES)
    return {row.pop("id"): row for row in found.iter_rows(named=True)}
