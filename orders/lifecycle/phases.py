"""Where an order stands: derived from its facts, the first phase that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from core.wording import _
from orders.lifecycle.conditions import ALWAYS, Condition, Facts, fact

AUTO_COMPLETE_DAYS = 7
"""Days after delivery when an order that nobody complained about is complete."""


@dataclass(frozen=True)
class Phase:
    """One place where an order, or what else has phases, can stand.

    staff, client: its name for either side (marked text). next: what comes next; date: where the date of that is found
    (of orders, a key of orders.queries.detail's dates), "" where none is known. tone: as in docs/components.md.
    """

    code: str
    when: Condition
    staff: str
    client: str
    next: str = ""
    date: str = ""
    tone: Literal["waiting", "moving", "attention", "trouble", "done"] = "waiting"


_open, _shipped, _allocated = fact("open"), fact("shipped"), fact("allocated")

PHASES: tuple[Phase, ...] = (
    Phase("cancelled", (_open <= 0) & (_shipped <= 0) & (fact("written_off") <= 0), _("キャンセル"), _("キャンセル")),
    Phase(
        "exception",
        fact("exceptions") > 0,
        _("例外対応中"),
        _("ご確認中"),
        next=_("対応のしかたを決めます"),
        date="decide_by",
        tone="trouble",
    ),
    Phase(
        "returning",
        fact("in_return") > 0,
        _("返品対応中"),
        _("返品対応中"),
        next=_("返品を受け取って検品します"),
        tone="attention",
    ),
    Phase("completed", (fact("accepted") >= _open) | (fact("closed") > 0), _("完了"), _("完了"), tone="done"),
    Phase(
        "held",
        fact("holds") > 0,
        _("保留"),
        _("保留"),
        next=_("保留が解けると続きに進みます"),
        date="expected_end",
        tone="attention",
    ),
    Phase(
        "delivered",
        fact("delivered") >= _open,
        _("納品完了"),
        _("お届け済み"),
        next=_("お申し出がなければ完了になります"),
        date="completes_on",
        tone="done",
    ),
    Phase(
        "shipped",
        _shipped >= _open,
        _("出荷済"),
        _("出荷済み"),
        next=_("お届けします"),
        date="arrives_on",
        tone="moving",
    ),
    Phase(
        "partial",
        _shipped > 0,
        _("分納中"),
        _("一部出荷済み"),
        next=_("残りを出荷します"),
        date="ship_by",
        tone="moving",
    ),
    Phase(
        "preparing",
        fact("active_shipments") > 0,
        _("出荷準備中"),
        _("出荷準備中"),
        next=_("出荷します"),
        date="ship_by",
        tone="moving",
    ),
    Phase(
        "verifying",
        fact("verifications") > 0,
        _("確認中"),
        _("確認中"),
        next=_("確認が済むと出荷の準備に進みます"),
        date="ship_by",
        tone="attention",
    ),
    Phase(
        "awaiting_payment",
        (fact("prepaid") > 0) & (fact("paid") <= 0),
        _("入金待ち"),
        _("お支払い待ち"),
        next=_("ご入金を確認すると出荷の準備に進みます"),
    ),
    Phase(
        "producing",
        fact("making") > 0,
        _("製造中"),
        _("製造中"),
        next=_("製造が終わると出荷の準備に進みます"),
        date="made_on",
        tone="moving",
    ),
    Phase(
        "sourcing",
        fact("on_purchase") > 0,
        _("手配中"),
        _("手配中"),
        next=_("仕入先から届くと出荷の準備に進みます"),
        date="supplied_on",
        tone="moving",
    ),
    Phase(
        "awaiting_stock",
        fact("backordered") > 0,
        _("引当待ち"),
        _("手配中"),
        next=_("入荷すると出荷の準備に進みます"),
        date="stocked_on",
    ),
    Phase(
        "scheduled",
        (_allocated >= _open) & (fact("dated") > 0),
        _("出荷日待ち"),
        _("受付済み"),
        next=_("ご指定の日に出荷します"),
        date="ship_on",
    ),
    Phase("received", ALWAYS, _("受付"), _("受付済み"), next=_("出荷の準備に進みます"), date="ship_by"),
)
"""In order: the first that holds is the order's phase. The last holds always."""

BY_CODE: Mapping[str, Phase] = {phase.code: phase for phase in PHASES}


def phase_of(facts: Facts, phases: Sequence[Phase] = PHASES) -> Phase:
    """The phase that these facts give: of an order (ORDER_FACTS), or by another table of phases."""
    return next(phase for phase in phases if phase.when.holds(facts))


def phase_sql(table: str = "f", phases: Sequence[Phase] = PHASES) -> str:
    """The phase's code as an SQL expression over the columns of `table`, one for each fact."""
    cases = [f"WHEN {phase.when.sql(table)} THEN '{phase.code}'" for phase in phases[:-1]]
    return f"CASE {' '.join(cases)} ELSE '{phases[-1].code}' END"


def phase_column(phases: Sequence[Phase] = PHASES) -> pl.Expr:
    """The phase's code over a frame with a column for each fact."""
    answer: pl.Expr = pl.lit(phases[-1].code)
    for phase in reversed(phases[:-1]):
        answer = pl.when(phase.when.column()).then(pl.lit(phase.code)).otherwise(answer)
    return answer
