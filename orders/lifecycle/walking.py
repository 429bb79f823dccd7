"""A made-up order that walks through the lifecycle: what each step does to its facts, and so the graph of phases.

Nothing here is asked when real orders move; their facts come from rows. The diagram of the status definition and the
trial of a client's settings are drawn from it, and a test holds what real commands do against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.wording import _
from orders.lifecycle.conditions import Condition, Facts, fact
from orders.lifecycle.facts import ORDER_FACTS, STAGES
from orders.lifecycle.moves import MOVES, Move
from orders.lifecycle.phases import phase_of

UNITS = 2
"""Pieces in a made-up order: enough to go in two parts."""

Changes = dict[str, int]


@dataclass(frozen=True)
class Start:
    """How an order may come in: its name, and the facts that differ from those of a plain one."""

    code: str
    label: str
    changes: Changes


@dataclass(frozen=True)
class Step:
    """Something that happens to an order: a move of ours, or (move None) something from outside, which has a condition.

    effect: from the facts to those that change. whose: who makes it happen, in words.
    """

    code: str
    label: str
    effect: Callable[[Facts], Changes]
    move: Move | None = None
    when: Condition | None = None

    def may_follow(self, facts: Facts) -> bool:
        """Whether it can happen to an order with these facts."""
        if self.when is not None and not self.when.holds(facts):
            return False
        return self.move is None or self.move.refusal(facts) is None

    def taken(self, facts: Facts) -> Facts:
        """The facts after it."""
        return {**facts, **self.effect(facts)}


PLAIN: Facts = {**dict.fromkeys(ORDER_FACTS, 0), "open": UNITS, "allocated": UNITS, "stage": 0, "handed_over": 0}

STARTS: Mapping[str, Start] = {
    start.code: start
    for start in (
        Start("plain", _("在庫品・後払い"), {}),
        Start("verify", _("確認が必要な注文"), {"verifications": 1}),
        Start("prepaid", _("前払いの注文"), {"prepaid": 1}),
        Start("backorder", _("入荷待ちの商品"), {"allocated": 0, "backordered": UNITS}),
        Start("to_source", _("直送・受注生産の商品"), {"allocated": 0, "unsourced": UNITS}),
    )
}


def _released(facts: Facts, pieces: int) -> Changes:
    return {
        "released": facts["released"] + pieces,
        "active_shipments": 1,
        "stage": STAGES["released"],
        "handed_over": 0,
    }


def _shipped(facts: Facts) -> Changes:
    stage = max(facts["stage"], STAGES["handed_over"])
    return {"shipped": facts["packed"], "active_shipments": 0, "stage": stage, "handed_over": 1}


def _delivered(facts: Facts) -> Changes:
    # A carrier may say so before we said that it was shipped.
    return {"delivered": facts["packed"], "active_shipments": 0, "stage": STAGES["delivered"]}


def _cancelled(facts: Facts) -> Changes:
    """What is packed goes on; the rest is cancelled, with the shipment that was being picked."""
    gone = {"open": facts["packed"], "allocated": facts["packed"], "released": facts["packed"], "cancel_requests": 0}
    waiting = dict.fromkeys(("backordered", "unsourced", "on_purchase", "making", "verifications", "holds"), 0)
    return {**gone, **waiting, "active_shipments": 0}


def _ordered(facts: Facts, waiting: str) -> Changes:
    """What nobody has yet, or what stock is waited for, is on its way."""
    pieces = facts["unsourced"] + facts["backordered"]
    return {waiting: facts[waiting] + pieces, "unsourced": 0, "backordered": 0}


def _come(facts: Facts, waiting: str, pieces: int) -> Changes:
    """So many pieces of what was waited for are on the shelf."""
    return {waiting: facts[waiting] - pieces, "allocated": facts["allocated"] + pieces}


def _sent_by_supplier(facts: Facts, pieces: int) -> Changes:
    counted = {name: facts[name] + pieces for name in ("released", "packed", "shipped")}
    return {**_come(facts, "on_purchase", pieces), **counted, "stage": STAGES["handed_over"], "handed_over": 1}


_A_PART = (fact("allocated") > fact("released")) & (fact("released") <= 0)
_ALL_STEPS = (
    Step("verify", MOVES["verify"].label, lambda _facts: {"verifications": 0}, MOVES["verify"]),
    Step("hold", MOVES["hold"].label, lambda _facts: {"holds": 1}, MOVES["hold"], fact("holds") <= 0),
    Step("release_hold", MOVES["release_hold"].label, lambda _facts: {"holds": 0}, MOVES["release_hold"]),
    Step("pay", MOVES["pay"].label, lambda _facts: {"paid": 1}, MOVES["pay"], fact("prepaid") > 0),
    Step("schedule", MOVES["schedule"].label, lambda _facts: {"dated": 1}, MOVES["schedule"], fact("dated") <= 0),
    Step("unschedule", _("出荷日の指定をやめる"), lambda _facts: {"dated": 0}, MOVES["schedule"], fact("dated") > 0),
    Step(
        "release",
        MOVES["release"].label,
        lambda facts: _released(facts, facts["allocated"] - facts["released"]),
        MOVES["release"],
        fact("active_shipments") <= 0,
    ),
    Step(
        "release_part", _("一部を出荷指示する"), lambda facts: _released(facts, UNITS // 2), MOVES["release"], _A_PART
    ),
    Step(
        "pick",
        MOVES["pick"].label,
        lambda _facts: {"stage": STAGES["picking"]},
        MOVES["pick"],
        fact("active_shipments") > 0,
    ),
    Step(
        "pack",
        MOVES["pack"].label,
        lambda facts: {"stage": STAGES["packed"], "packed": facts["released"]},
        MOVES["pack"],
        fact("active_shipments") > 0,
    ),
    Step("ship", MOVES["ship"].label, _shipped, MOVES["ship"], fact("packed") > fact("shipped")),
    Step("deliver", _("届く"), _delivered, MOVES["deliver"], fact("packed") > fact("delivered")),
    Step("cancel", MOVES["cancel"].label, _cancelled, MOVES["cancel"], fact("released") <= 0),
    Step(
        "request_cancel",
        MOVES["request_cancel"].label,
        lambda _facts: {"cancel_requests": 1},
        MOVES["request_cancel"],
        fact("released") > 0,
    ),
    Step("answer_cancel", _("キャンセルの依頼を受ける"), _cancelled, MOVES["answer_cancel"]),
    Step("complete", MOVES["complete"].label, lambda _facts: {"closed": 1}, MOVES["complete"]),
    Step(
        "stock_arrives",
        _("入荷する"),
        lambda facts: {"backordered": 0, "allocated": facts["allocated"] + facts["backordered"]},
        when=fact("backordered") > 0,
    ),
    Step("source", _("仕入先に発注する"), lambda facts: _ordered(facts, "on_purchase"), MOVES["source"]),
    Step("make", _("製造を指図する"), lambda facts: _ordered(facts, "making"), MOVES["source"], fact("unsourced") > 0),
    Step(
        "purchase_arrives",
        _("仕入先から届く"),
        lambda facts: _come(facts, "on_purchase", facts["on_purchase"]),
        when=fact("on_purchase") > 0,
    ),
    Step(
        "purchase_arrives_in_part",
        _("仕入先から一部が届く"),
        lambda facts: _come(facts, "on_purchase", UNITS // 2),
        when=fact("on_purchase") >= UNITS,
    ),
    Step(
        "supplier_ships",
        _("仕入先が直送する"),
        lambda facts: _sent_by_supplier(facts, facts["on_purchase"]),
        when=(fact("on_purchase") > 0) & (fact("active_shipments") <= 0),
    ),
    Step(
        "supplier_ships_part",
        _("仕入先が一部を直送する"),
        lambda facts: _sent_by_supplier(facts, UNITS // 2),
        when=(fact("on_purchase") >= UNITS) & (fact("active_shipments") <= 0),
    ),
    Step(
        "production_ends",
        _("製造が終わる"),
        lambda facts: _come(facts, "making", facts["making"]),
        when=fact("making") > 0,
    ),
    Step(
        "production_ends_in_part",
        _("一部の製造が終わる"),
        lambda facts: _come(facts, "making", UNITS // 2),
        when=fact("making") >= UNITS,
    ),
    Step(
        "exception_opens",
        _("例外が起きる"),
        lambda _facts: {"exceptions": 1},
        when=(fact("exceptions") <= 0) & (fact("open") > 0) & (fact("closed") <= 0),
    ),
    Step("exception_ends", _("例外が解決する"), lambda _facts: {"exceptions": 0}, when=fact("exceptions") > 0),
    Step(
        "return_asked",
        _("返品の申し出を受ける"),
        lambda _facts: {"in_return": 1},
        when=(fact("shipped") > 0) & (fact("in_return") <= 0),
    ),
    Step("return_ends", _("返品の検品が済む"), lambda _facts: {"in_return": 0}, when=fact("in_return") > 0),
)

STEPS: Mapping[str, Step] = {step.code: step for step in _ALL_STEPS}
"""Everything that can happen, by its code."""


def started(start: str) -> Facts:
    """The facts of a made-up order that came in this way (a key of STARTS)."""
    return {**PLAIN, **STARTS[start].changes}


def next_steps(facts: Facts) -> tuple[Step, ...]:
    """What can happen to an order with these facts, in the order of STEPS."""
    return tuple(step for step in _ALL_STEPS if step.may_follow(facts))


@dataclass(frozen=True)
class Edge:
    """From one phase to another (codes), by these steps."""

    before: str
    after: str
    steps: tuple[str, ...]


@lru_cache(maxsize=1)
def graph() -> tuple[Edge, ...]:
    """Every way from one phase to another that a made-up order can go, whatever happens to it in whatever order.

    It has one shipment in the warehouse at a time.
    """
    found: dict[tuple[str, str], dict[str, None]] = {}
    checked, prepaid = STARTS["verify"].changes, STARTS["prepaid"].changes
    also: tuple[Changes, ...] = ({}, checked, prepaid, checked | prepaid)
    waiting: list[Facts] = [{**started(start), **changes} for start in STARTS for changes in also]
    seen = {_key(facts) for facts in waiting}
    while waiting:
        facts = waiting.pop()
        before = phase_of(facts).code
        for step in next_steps(facts):
            after = step.taken(facts)
            if (where := phase_of(after).code) != before:
                found.setdefault((before, where), {})[step.code] = None
            if _key(after) not in seen:
                seen.add(_key(after))
                waiting.append(after)
    order = {code: nth for nth, code in enumerate(STEPS)}
    return tuple(
        Edge(before, after, tuple(sorted(steps, key=order.__getitem__)))
        for (before, after), steps in sorted(found.items())
    )


def _key(facts: Facts) -> tuple[int, ...]:
    return tuple(facts[name] for name in PLAIN)
