"""The rules on orders that arrive: before they are written, so that they are written as the rules leave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from orders.models import Channel
from orders.queries import ruling
from orders.queries.supplying import with_branches
from orders.reasons import HOLD_REASONS
from orders.ruling.actions import Action
from orders.ruling.running import EFFECTS, Rule, apply
from orders.ruling.subjects import STATE, Subjects

HELD = pl.Schema(
    {
        "key": pl.Int64(),
        "reason": pl.String(),
        "party": pl.String(),
        "question": pl.String(),
        "expected_end": pl.Datetime("us", "UTC"),
    }
)
"""Holds that rules ask for."""

FOUND = pl.Schema({"key": pl.Int64(), "rule": pl.String(), "version": pl.Int64(), "reason": pl.String()})
"""orders.arrival.FINDINGS by the key of the order."""


@dataclass(frozen=True)
class Ruled:
    """Arriving orders as the rules leave them: with the columns of STATE and `cancel_reason`, lines with `branch`.

    findings: FOUND, what the checks found and no rule waived, and what the rules ask for. effects: EFFECTS, held: HELD.
    """

    orders: pl.DataFrame
    lines: pl.DataFrame
    findings: pl.DataFrame
    held: pl.DataFrame
    effects: pl.DataFrame
    rules: Sequence[Rule] = ()


def at_arrival(
    channel: Channel, orders: pl.DataFrame, lines: pl.DataFrame, findings: pl.DataFrame, *, zone: str, at: datetime
) -> Ruled:
    """Run the client's rules on new orders (ORDERS) and their lines (LINES), before they are written.

    findings: arrival.FINDINGS of the checks. at: when the orders came in.
    """
    orders, findings = _begun(channel, orders, findings, at=at)
    lines = lines.join(orders.select("number", "key"), on="number", how="inner", maintain_order="left")
    lines = with_branches(lines)
    rules = ruling.in_force(at.astimezone(ZoneInfo(zone)).date())
    if not rules:
        none = pl.DataFrame(schema=HELD), pl.DataFrame(schema=EFFECTS)
        return Ruled(orders.with_columns(pl.lit("").alias("cancel_reason")), lines, findings, *none)
    subjects = Subjects(ruling.with_past(orders, rules, arriving=True), lines, zone=zone)
    effects = apply(rules, subjects).effects
    left = subjects.orders.with_columns(subjects.fact("line_count"), subjects.fact("units"))
    left = left.join(_cancel_reasons(effects, rules), on="key", how="left", maintain_order="left")
    left = left.with_columns(pl.col("cancel_reason").fill_null(""))
    living = left.filter(~pl.col("cancelled"))
    found = pl.concat([_unwaived(findings, effects, rules), rule_findings(effects, rules)], rechunk=True)
    found, holding = (rows.join(living, on="key", how="semi") for rows in (found, held(effects, rules, at=at)))
    return Ruled(left, subjects.lines, found, holding, effects, rules)


def _begun(
    channel: Channel, orders: pl.DataFrame, findings: pl.DataFrame, *, at: datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The orders as they begin, nothing chosen and nothing held, and FOUND."""
    begun = orders.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("key"))
    found = findings.join(begun.select("number", "key"), on="number", maintain_order="left").select(FOUND.names())
    given: Mapping[str, object] = {
        "channel": channel.code,
        "received_at": at,
        "carrier": "",
        "temperature": "",
        "priority": 0,
        "tags": [],
        "muted_mails": [],
        "held_for": [],
    }
    state = [
        pl.lit(given.get(name), dtype=dtype).alias(name) for name, dtype in STATE.items() if name not in begun.columns
    ]
    reasons = found.group_by("key", maintain_order=True).agg(pl.col("reason").alias("open_reasons"))
    begun = begun.with_columns(state).drop("open_reasons")
    begun = begun.join(reasons, on="key", how="left", maintain_order="left")
    return begun.with_columns(pl.col("open_reasons").fill_null(pl.lit([], dtype=pl.List(pl.String)))), found


def of_action(rules: Sequence[Rule], rule_id: int, nth: int) -> tuple[Rule, Action]:
    """The rule and the action that an effect speaks of."""
    rule = next(rule for rule in rules if rule.id == rule_id)
    return rule, rule.actions[nth]


def by_action(effects: pl.DataFrame, rules: Sequence[Rule], code: str) -> list[tuple[Rule, Action, pl.Series]]:
    """The effects of this kind of action: rule, action and the keys of the orders, for each action that had any."""
    groups = effects.filter(pl.col("action") == code).group_by("rule_id", "nth", maintain_order=True).agg("key")
    return [(*of_action(rules, rule_id, nth), pl.Series("key", keys)) for rule_id, nth, keys in groups.iter_rows()]


def rule_findings(effects: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """FOUND of the rules that ask for a verification."""
    found = [
        pl.DataFrame({"key": keys}).with_columns(
            pl.lit(rule.name).alias("rule"),
            pl.lit(rule.version, pl.Int64).alias("version"),
            pl.lit(action.values["reason"]).alias("reason"),
        )
        for rule, action, keys in by_action(effects, rules, "verify")
    ]
    return pl.concat([pl.DataFrame(schema=FOUND), *found], rechunk=True)


def held(effects: pl.DataFrame, rules: Sequence[Rule], *, at: datetime) -> pl.DataFrame:
    """HELD of the rules that hold."""
    found = [
        pl.DataFrame({"key": keys}).with_columns(**hold_of(action, at=at))
        for _rule, action, keys in by_action(effects, rules, "hold")
    ]
    return pl.concat([pl.DataFrame(schema=HELD), *found], rechunk=True)


def hold_of(action: Action, *, at: datetime) -> dict[str, pl.Expr]:
    """The columns of HELD for orders that this action holds."""
    reason, days = action.values["reason"], action.values["days"]
    ends = at + timedelta(days=days) if days else None
    return {
        "reason": pl.lit(reason),
        "party": pl.lit(action.values["party"] or HOLD_REASONS[reason].party),
        "question": pl.lit(action.values["question"]),
        "expected_end": pl.lit(ends, dtype=pl.Datetime("us", "UTC")),
    }


def _cancel_reasons(effects: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    found = [
        pl.DataFrame({"key": keys}).with_columns(pl.lit(action.values["reason"]).alias("cancel_reason"))
        for _rule, action, keys in by_action(effects, rules, "cancel")
    ]
    return pl.concat([pl.DataFrame(schema={"key": pl.Int64, "cancel_reason": pl.String}), *found], rechunk=True)


def _unwaived(findings: pl.DataFrame, effects: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    waived = [
        pl.DataFrame({"key": keys}).with_columns(pl.lit(action.values["reason"]).alias("reason"))
        for _rule, action, keys in by_action(effects, rules, "waive")
    ]
    return findings.join(pl.concat(waived), on=["key", "reason"], how="anti") if waived else findings
