"""What the pages about rules show: the list, one rule with its versions and its log, and what a rule would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from core.paging import Page, page_of
from core.periods import TOKYO
from core.wording import Sentence
from orders.models import ArrivalRule, Order, RuleEffect, RuleOrder, RuleVersion
from orders.queries import ruling
from orders.ruling.actions import ACTIONS, read_action
from orders.ruling.running import EFFECTS, Rule, apply
from orders.ruling.words import say, say_action, say_state

as_rules = ruling.as_rules

TRIED = 1_000
"""How many of the latest orders a rule is tried on."""

SHOWN = 200
"""How many of the orders that would change are shown."""

FORMAT = "arrival-rules/1"
"""What an export says it is."""


@dataclass(frozen=True)
class Saying:
    """A version of a rule in words."""

    version: int
    name: str
    condition: Sentence
    actions: Sequence[Sentence]
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class RuleRow:
    """A rule of the list. effects: how often it changed something. place: from 1."""

    rule: ArrivalRule
    place: int
    says: Saying
    effects: int


@dataclass(frozen=True)
class Effect:
    """What an action changed or would change, in words."""

    action: Sentence
    before: Sentence
    after: Sentence
    rule: str = ""
    version: int = 0


@dataclass(frozen=True)
class TriedOrder:
    """An order on which rules would have an effect."""

    pk: int
    number: str
    ship_name: str
    ordered_at: datetime
    effects: Sequence[Effect]


@dataclass(frozen=True)
class Trial:
    """What rules would do to the latest orders. orders: how many were tried, changed: on how many they have an effect.

    matched: rule id to the orders that satisfy its condition; by_rule: the same with the names. rows: those that would
    change, the newest first, as far as they are shown.
    """

    orders: int
    changed: int
    matched: Mapping[int, int]
    effects: int
    rows: Sequence[TriedOrder]
    by_rule: Sequence[tuple[int, str, int]]


def listed() -> list[RuleRow]:
    """The rules that are kept, in their order. Three queries."""
    found = list(ArrivalRule.objects.filter(archived_at=None))
    said = {each.rule_id: each for each in _current(found)}
    counts = dict(RuleEffect.objects.values_list("rule").annotate(n=Count("pk"))) if found else {}
    return [RuleRow(rule, place, saying(said[rule.pk]), counts.get(rule.pk, 0)) for place, rule in enumerate(found, 1)]


def order_in_force() -> RuleOrder | None:
    """The order that somebody put the rules in last; None where they still stand as they were made."""
    return RuleOrder.objects.order_by("-version").first()


def _current(rules: Sequence[ArrivalRule]) -> list[RuleVersion]:
    wanted = {(rule.pk, rule.version) for rule in rules}
    versions = RuleVersion.objects.filter(rule__in=[rule.pk for rule in rules])
    return [each for each in versions if (each.rule_id, each.version) in wanted]


def saying(version: RuleVersion) -> Saying:
    """The version in words."""
    return Saying(
        version=version.version,
        name=version.name,
        condition=say(version.condition),
        actions=[say_action(read_action(action)) for action in version.actions],
        made_at=version.made_at,
        made_by=version.made_by,
    )


def find(rule_id: int) -> ArrivalRule | None:
    """The rule, None where the client at hand has none of this id, or had it taken away."""
    return ArrivalRule.objects.filter(pk=rule_id, archived_at=None).first()


def current(rule: ArrivalRule) -> RuleVersion:
    """What the rule says now."""
    return RuleVersion.objects.get(rule=rule, version=rule.version)


def versions(rule: ArrivalRule) -> list[Saying]:
    """Everything that the rule ever said, the newest first."""
    return [saying(version) for version in RuleVersion.objects.filter(rule=rule)]


def log(rule: ArrivalRule, *, after: str = "", before: str = "") -> Page[RuleEffect]:
    """What the rule did, the newest first; each row with `said`, the Effect in words."""
    page = page_of(
        RuleEffect.objects.filter(rule=rule).select_related("order"), order=("-id",), after=after, before=before
    )
    for row in page.rows:
        row.said = effect(row.action, row.before, row.after)  # type: ignore[attr-defined]
    return page


def effect(code: str, before: str, after: str, *, rule: str = "", version: int = 0) -> Effect:
    """An effect in words."""
    label = Sentence(ACTIONS[code].label) if code in ACTIONS else Sentence(code)
    return Effect(label, say_state(code, before), say_state(code, after), rule, version)


def of_order(order_id: int) -> list[RuleEffect]:
    """What rules did to the order, oldest first; each with `said`, the Effect in words."""
    found = list(RuleEffect.objects.filter(order=order_id).select_related("rule").order_by("id"))
    for row in found:
        row.said = effect(row.action, row.before, row.after)  # type: ignore[attr-defined]
    return found


def export(rule: ArrivalRule | None = None) -> dict[str, Any]:
    """The rules as they stand, or one of them, as data that import_rules takes."""
    found = [rule] if rule is not None else list(ArrivalRule.objects.filter(archived_at=None))
    by_rule = {each.rule_id: each for each in _current(found)}
    told = [by_rule[each.pk] for each in found]
    return {
        "format": FORMAT,
        "rules": [{"name": each.name, "condition": each.condition, "actions": each.actions} for each in told],
    }


def try_out(rules: Sequence[Rule], *, limit: int = TRIED) -> Trial:
    """What these rules would do to the latest orders as they stand now. Reads; writes nothing."""
    ids = list(
        Order.objects.filter(~Q(phase="cancelled")).order_by("-ordered_at", "-id").values_list("pk", flat=True)[:limit]
    )
    subjects = ruling.of_orders(ids, rules, zone=str(TOKYO))
    known = subjects.orders.select("key", "number", "ship_name", "ordered_at")
    applied = apply(rules, subjects)
    names = {rule.id: rule.name for rule in rules}
    effects: dict[int, list[Effect]] = {}
    for key, rule_id, version, _nth, code, before, after in applied.effects.select(EFFECTS.names()).iter_rows():
        effects.setdefault(key, []).append(effect(code, before, after, rule=names[rule_id], version=version))
    changed = known.filter(known["key"].is_in(list(effects))).sort("ordered_at", "key", descending=True).head(SHOWN)
    by_rule = [(rule.id, rule.name, applied.matched[rule.id]) for rule in rules]
    rows = [
        TriedOrder(pk, number, name, at, effects[pk])
        for pk, number, name, at in changed.select("key", "number", "ship_name", "ordered_at").iter_rows()
    ]
    return Trial(len(ids), len(effects), applied.matched, applied.effects.height, rows, by_rule)
