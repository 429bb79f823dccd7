"""Rules on very many orders at once, in their order: what each found and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from orders.ruling.actions import Action
from orders.ruling.conditions import Condition
from orders.ruling.subjects import Subjects

EFFECTS = pl.Schema(
    {
        "key": pl.Int64(),
        "rule_id": pl.Int64(),
        "version": pl.Int64(),
        "nth": pl.Int64(),
        "action": pl.String(),
        "before": pl.String(),
        "after": pl.String(),
    }
)
"""A row for each order and action that changed something. nth: the action's place in its rule."""

MAX_RULES = 200
"""How many rules a client may have switched on."""


@dataclass(frozen=True)
class Rule:
    """A rule as it runs."""

    id: int
    name: str
    version: int
    condition: Condition
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Applied:
    """What came of it. effects: EFFECTS. matched: rule id to the number of orders that satisfied its condition."""

    effects: pl.DataFrame
    matched: Mapping[int, int] = field(default_factory=dict)


def apply(rules: Sequence[Rule], subjects: Subjects) -> Applied:
    """Run the rules one after the other; each sees what those before it changed. Cancelled orders are left alone."""
    effects, matched = [pl.DataFrame(schema=EFFECTS)], {}
    going = pl.repeat(value=True, n=subjects.orders.height, eager=True)
    for rule in rules:
        which = subjects.which(rule.condition) & going & ~subjects.fact("cancelled")
        matched[rule.id] = int(which.sum())
        if not matched[rule.id]:
            continue
        for nth, action in enumerate(rule.actions):
            changed = action.kind.apply(subjects, which, action.values)
            effects.append(_effects(rule, nth, action, changed))
        if any(action.code == "stop" for action in rule.actions):
            going = going & ~which
    return Applied(pl.concat(effects, rechunk=True), matched)


def _effects(rule: Rule, nth: int, action: Action, changed: pl.DataFrame) -> pl.DataFrame:
    return changed.select(
        "key",
        pl.lit(rule.id, pl.Int64).alias("rule_id"),
        pl.lit(rule.version, pl.Int64).alias("version"),
        pl.lit(nth, pl.Int64).alias("nth"),
        pl.lit(action.code).alias("action"),
        "before",
        "after",
    )
