"""What either side calls a phase: the operator by its usual name, a client by its own where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from django.utils.translation import get_language

from core.wording import Sentence
from orders.lifecycle import PHASES
from orders.models import PhaseLabel

Side = Literal["client", "operator"]


def phase_names(side: Side) -> Mapping[str, Sentence]:
    """Every phase's code to its name, in the reader's language. The operator's needs no query, a client's one."""
    if side == "operator":
        return {phase.code: Sentence(phase.staff) for phase in PHASES}
    own = {label.phase: _in_language(label) for label in PhaseLabel.objects.all()}
    return {
        phase.code: Sentence("%(name)s", name=own[phase.code]) if own.get(phase.code) else Sentence(phase.client)
        for phase in PHASES
    }


def _in_language(label: PhaseLabel) -> str:
    return label.en if get_language() == "en" else label.ja
