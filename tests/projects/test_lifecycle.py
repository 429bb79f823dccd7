from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.lifecycle import phase_of
from projects import lifecycle
from projects.lifecycle import MOVES, PHASES, PROJECT_FACTS, WAY

NOTHING = dict.fromkeys(PROJECT_FACTS, 0)
AGREED = {**NOTHING, "requirements": 2, "agreed": 2}
CONTRACTED = {**AGREED, "quoted": 1, "quote_accepted": 1, "contracted": 1, "tasks": 2, "milestones": 2}
FACTS = st.fixed_dictionaries(dict.fromkeys(PROJECT_FACTS, st.integers(0, 2)))


@pytest.mark.parametrize(
    ("facts", "phase"),
    [
        (NOTHING, "clarifying"),
        ({**AGREED, "agreed": 1}, "clarifying"),
        (AGREED, "proposing"),
        ({**NOTHING, "quoted": 1}, "proposing"),
        ({**AGREED, "quoted": 1, "quote_accepted": 1}, "contracting"),
        ({**CONTRACTED, "setup_open": 1}, "starting"),
        ({**CONTRACTED, "tasks": 0}, "starting"),
        (CONTRACTED, "delivering"),
        ({**CONTRACTED, "setup_open": 1, "reached": 1, "asked": 1}, "accepting"),
        ({**CONTRACTED, "reached": 1, "accepted": 1}, "delivering"),
        ({**CONTRACTED, "reached": 2, "accepted": 2}, "evaluating"),
        ({**CONTRACTED, "reached": 2, "accepted": 2, "evaluated": 1}, "completed"),
        ({**CONTRACTED, "reached": 1, "cancelled": 1}, "cancelled"),
    ],
)
def test_the_first_phase_that_holds_is_the_projects(facts: dict[str, int], phase: str) -> None:
    assert phase_of(facts, PHASES).code == phase


def test_every_phase_but_the_end_by_force_is_a_stage_of_the_way() -> None:
    on_the_way = [code for _label, codes in WAY for code in codes]
    assert sorted(on_the_way) == sorted(phase.code for phase in PHASES if phase.code != "cancelled")


# Nothing is written, so one scope serves all examples.
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(FACTS, min_size=1, max_size=30))
def test_the_database_derives_the_same_phases(acme: str, rows: list[dict[str, int]]) -> None:
    names = ", ".join(PROJECT_FACTS)
    values = ", ".join(
        f"({nth}, {', '.join(str(row[name]) for name in PROJECT_FACTS)})" for nth, row in enumerate(rows)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lifecycle.project_phase_sql()} FROM (VALUES {values}) f (nth, {names}) ORDER BY f.nth")
        stored = [row[0] for row in cursor.fetchall()]
    assert stored == [phase_of(row, PHASES).code for row in rows]


@pytest.mark.parametrize(
    ("move", "facts", "code"),
    [
        ("carry_out", AGREED, "not_contracted"),
        ("carry_out", {**CONTRACTED, "cancelled": 1}, "cancelled"),
        ("plan", {**CONTRACTED, "reached": 2, "accepted": 2}, "completed"),
        ("quote", CONTRACTED, "quoted"),
        ("waive", CONTRACTED, "contracted"),
        ("evaluate", {**CONTRACTED, "reached": 1, "accepted": 1}, "not_accepted"),
        ("evaluate", {**CONTRACTED, "reached": 2, "accepted": 2, "evaluated": 1}, "evaluated"),
        ("cancel", {**CONTRACTED, "reached": 1, "asked": 1}, "asked"),
    ],
)
def test_a_move_says_why_it_is_not_allowed(move: str, facts: dict[str, int], code: str) -> None:
    refused = lifecycle.refusal(MOVES[move], facts)
    assert refused is not None
    assert refused.code == code
    assert str(refused).endswith("。")


def test_what_is_allowed_follows_the_facts() -> None:
    assert lifecycle.allowed(AGREED) == {"clarify", "quote", "waive", "plan", "log", "report", "cancel"}
    assert lifecycle.allowed({**NOTHING, "cancelled": 1}) == frozenset()
