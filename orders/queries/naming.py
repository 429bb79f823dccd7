"""What either side calls a phase: the operator by its usual name, a client by its own where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from django.db import connection
from django.utils.translation import get_language

from core.wording import Sentence
from orders.lifecycle import PHASES

Side = Literal["client", "operator"]


def phase_names(side: Side) -> Mapping[str, Sentence]:
    """Every phase's code to its name, in the reader's language. The operator's needs no query, a client's one."""
    if side == "operator":
        return {phase.code: Sentence(phase.staff) for phase in PHASES}
    return names_by(own_names())


def own_names() -> Mapping[str, Mapping[str, str]]:
    """The client's own names: phase to language to name, "" where it has none in that language."""
    with connection.cursor() as cursor:  # every list and every order's page asks: without Django's making of the SQL
        cursor.execute("SELECT phase, ja, en FROM orders_phaselabel")
        return {phase: {"ja": ja, "en": en} for phase, ja, en in cursor.fetchall()}


def names_by(own: Mapping[str, Mapping[str, str]]) -> Mapping[str, Sentence]:
    """Every phase's code to its name for a client with these names (as `own_names`)."""
    language = "en" if get_language() == "en" else "ja"
    named = {code: names[language] for code, names in own.items() if names[language]}
    return {
        phase.code: Sentence("%(name)s", name=named[phase.code]) if phase.code in named else Sentence(phase.client)
        for phase in PHASES
    }
