"""The rules once more, at somebody's request, on orders that stand in the tables and were not released yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core import copying
from core.batches import Outcome
from core.events import Actor, publish_frame
from core.periods import TOKYO
from core.wording import Sentence, _
from orders.models import ArrivalRule
from orders.queries import ruling
from orders.ruling.running import Applied, Rule, apply
from orders.ruling.subjects import Subjects
from orders.services import arranging, cancelling, holds, verification
from orders.services.phases import refresh
from orders.services.ruling.arriving import by_action, held, rule_findings
from orders.services.ruling.noting import log
from orders.services.sifting import sift_orders

_COLUMNS = {
    **dict.fromkeys(("delivery_method", "carrier", "temperature", "wished_slot", "noshi", "wrapping"), "text"),
    **dict.fromkeys(("message", "note", "staff_note"), "text"),
    **dict.fromkeys(("ship_on", "promised_date", "wished_date"), "date"),
    "priority": "smallint",
    "prepaid": "boolean",
    "gift": "boolean",
    **dict.fromkeys(("tags", "muted_mails"), "jsonb"),
}
"""What rules change on the order itself, with the type in the table."""

_NAMES = {"gift": "is_gift"}
_SETS = ", ".join(f"{_NAMES.get(name, name)} = t.{name}" for name in _COLUMNS)
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
_WRITE = f"""
    UPDATE orders_order o SET {_SETS}
      FROM unnest(%s::bigint[], {_ARRAYS}) AS t (id, {", ".join(_COLUMNS)}) WHERE o.id = t.id
"""  # noqa: S608 (made of the names above)
# Nothing of these orders is released yet. What is on its way to them stays so.
_TURN = """
    UPDATE orders_line l
       SET branch = t.branch,
           allocated = CASE WHEN t.branch = 'stock'
                            THEN l.ordered - l.cancelled - l.written_off - l.backordered - l.on_purchase - l.making
                            ELSE l.produced END
      FROM unnest(%s::bigint[], %s::text[]) AS t (id, branch) WHERE l.id = t.id
"""


@dataclass(frozen=True)
class RunAgain(Outcome):
    """What came of it. changed: those of `done` on which a rule had an effect."""

    changed: frozenset[int] = frozenset()


@transaction.atomic
def run_again(
    order_ids: Collection[int], *, rules: Sequence[ArrivalRule] | None = None, actor: Actor, at: datetime
) -> RunAgain:
    """Run the rules in force on these orders, or only `rules`, switched on or not.

    What is so already stays as it is and leaves no trace. Orders that were released, cancelled or completed are refused
    one by one. A changed priority holds for work that is opened from now on.
    """
    ready, refused = sift_orders("rule", order_ids)
    running = ruling.in_force(at.astimezone(TOKYO).date()) if rules is None else ruling.as_rules(rules)
    changed: frozenset[int] = frozenset()
    if running and not ready.is_empty():
        subjects = ruling.of_orders(ready["id"].to_list(), running, zone=str(TOKYO))
        before, lines = subjects.orders, subjects.lines
        applied = apply(running, subjects)
        _write_orders(before, subjects.orders)
        _write_lines(lines, subjects.lines)
        changed = frozenset(applied.effects["key"])
        _tell(subjects, applied, running, actor=actor, at=at)
    return RunAgain(frozenset(ready["id"]), refused, changed)


def _tell(subjects: Subjects, applied: Applied, rules: Sequence[Rule], *, actor: Actor, at: datetime) -> None:
    """Do what is more than a column, derive the phases and say what happened."""
    effects = applied.effects
    if effects.is_empty():
        return
    keys = effects["key"].unique().sort()
    refresh(keys.to_list())
    log(effects, names={rule.id: rule.name for rule in rules}, again=True, actor=actor, at=at)
    dated = subjects.orders.join(
        effects.filter(pl.col("action").str.starts_with("ship_")).select("key").unique(), on="key", how="semi"
    )
    if not dated.is_empty():
        told = dated.select(pl.col("key").alias("subject_id"), pl.col("key").alias("order_id"), "ship_on")
        publish_frame("order.scheduled", "order", told, actor=actor, at=at)
    _look_again(effects, rules, actor=actor, at=at)
    paid = effects.filter(pl.col("action") == "mark_paid")["key"]
    if len(paid):
        arranging.mark_paid(paid.to_list(), actor=actor, at=at)
    for _rule, action, orders in by_action(effects, rules, "cancel"):
        cancelling.cancel(orders.to_list(), by="client", reason=action.values["reason"], actor=actor, at=at)


def _look_again(effects: pl.DataFrame, rules: Sequence[Rule], *, actor: Actor, at: datetime) -> None:
    """Open, answer and hold what the rules ask for."""
    found = rule_findings(effects, rules)
    if not found.is_empty():
        ids = found.select("key", pl.col("key").alias("id")).unique()
        verification.open_for(ids, found, actor=actor, at=at)
        refresh(found["key"].unique().to_list())
    for rule, action, orders in by_action(effects, rules, "waive"):
        words = str(Sentence(_("規則「%(rule)s」第%(version)s版により省略"), rule=rule.name, version=rule.version))
        verification.answer(orders.to_list(), reason=action.values["reason"], answer=words, actor=actor, at=at)
    holding = held(effects, rules, at=at)
    if not holding.is_empty():
        holds.begin(holding.rename({"key": "order_id"}), actor=actor, at=at)


def _write_orders(before: pl.DataFrame, after: pl.DataFrame) -> None:
    """Write the columns of the orders on which one of them is another than before."""
    names = list(_COLUMNS)
    beside = after.select("key", *names).join(before.select("key", *names), on="key", suffix="_before")
    differs = pl.any_horizontal([pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in names])
    changed = beside.filter(differs)
    if not changed.is_empty():
        columns = [_json(changed[name]) if kind == "jsonb" else changed[name] for name, kind in _COLUMNS.items()]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [copying.array(changed["key"]), *(copying.array(each) for each in columns)])


def _json(lists: pl.Series) -> pl.Series:
    """Each list as the JSON that the table keeps."""
    encoded = pl.struct(pl.col(lists.name)).struct.json_encode()
    return lists.to_frame().select(encoded.str.slice(len(f'{{"{lists.name}":')).str.strip_suffix("}")).to_series()


def _write_lines(before: pl.DataFrame, after: pl.DataFrame) -> None:
    """Write the lines that were added, and the branches that were changed."""
    added = after.filter(pl.col("line_id").is_null())
    if not added.is_empty():
        rows = added.select(
            pl.col("key").alias("order_id"),
            pl.col("line_no").alias("position"),
            *("sku", "name", "option", "unit_price", "tax_rate", "branch"),
            pl.col("line_discount").alias("discount"),
            pl.col("quantity").alias("ordered"),
            pl.col("quantity").alias("allocated"),
        )
        copying.copy("orders_line", rows)
    turned = after.join(before.select("line_id", was="branch"), on="line_id").filter(pl.col("branch") != pl.col("was"))
    if not turned.is_empty():
        with connection.cursor() as cursor:
            cursor.execute(_TURN, [copying.array(turned["line_id"]), copying.array(turned["branch"])])
