"""Where an order stands and what may be done with it: the one definition of phases and moves.

A phase is derived from facts, the first of PHASES that holds. A move is a command with the conditions it asks for, each
with the sentence that refuses it. Pages, the API, the diagram and the database all read these two tables.
"""

from orders.lifecycle.conditions import ALWAYS, Condition, Fact, Facts, fact
from orders.lifecycle.facts import ORDER_FACTS, SHIPMENT_FACTS, STAGES
from orders.lifecycle.moves import (
    BEFORE_RELEASE,
    BY_REQUEST,
    MOVES,
    Move,
    Requirement,
    allowed,
    cancelling_zone,
    not_found,
)
from orders.lifecycle.phases import AUTO_COMPLETE_DAYS, BY_CODE, PHASES, Phase, phase_column, phase_of, phase_sql
from orders.lifecycle.walking import STARTS, STEPS, Edge, Step, graph, next_steps, started

__all__ = [
    "ALWAYS",
    "AUTO_COMPLETE_DAYS",
    "BEFORE_RELEASE",
    "BY_CODE",
    "BY_REQUEST",
    "MOVES",
    "ORDER_FACTS",
    "PHASES",
    "SHIPMENT_FACTS",
    "STAGES",
    "STARTS",
    "STEPS",
    "Condition",
    "Edge",
    "Fact",
    "Facts",
    "Move",
    "Phase",
    "Requirement",
    "Step",
    "allowed",
    "cancelling_zone",
    "fact",
    "graph",
    "next_steps",
    "not_found",
    "phase_column",
    "phase_of",
    "phase_sql",
    "started",
]
