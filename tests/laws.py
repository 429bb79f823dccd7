"""What holds in every database that a test leaves behind, whatever the test did."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from core import scope
from orders.lifecycle import phase_column, phase_of
from orders.models import Order
from orders.queries import facts
from projects.lifecycle import PHASES
from projects.models import Project
from projects.queries import facts as projects

_CLIENTS = """
    SELECT c.code FROM public.tenants_client c JOIN pg_namespace n ON n.nspname = 'c_' || c.code ORDER BY c.code
"""


def check() -> None:
    """AssertionError where an order or project, of any client, does not stand in the phase that its facts give."""
    wrong = wrong_phases()
    assert not wrong, f"a command wrote facts and did not refresh the phase: {wrong}"


def wrong_phases() -> list[str]:
    """Each order and project, of any client, whose phase is not the one that its facts give."""
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(_CLIENTS)
        codes = [code for (code,) in cursor.fetchall()]
    return [f"{code}: {sentence}" for code in codes for sentence in _wrong_of(code)]


def _wrong_of(code: str) -> Iterator[str]:
    with scope.client(code):
        stored = {pk: (number, phase) for pk, number, phase in Order.objects.values_list("pk", "number", "phase")}
        if stored:
            derived = facts.of_orders(stored).select("id", phase_column().alias("phase"))
            for pk, phase in derived.iter_rows():
                number, have = stored[pk]
                if have != phase:
                    yield f"{number} stands in {have}, its facts give {phase}"
        standing = dict(Project.objects.values_list("pk", "phase"))
        for pk, known in projects.of_projects(standing).items():
            given = phase_of(known, PHASES).code
            if standing[pk] != given:
                yield f"project {pk} stands in {standing[pk]}, its facts give {given}"
