"""Orders while rules are applied to them: the columns that are asked and changed, and what was made of them so far."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from orders.ruling.conditions import Condition, comparisons, key_of, keys, matching, words_asked
from orders.ruling.deriving import DERIVED, LINES

SEPARATOR = "、"
STATE = pl.Schema(
    {
        "key": pl.Int64(),
        "channel": pl.String(),
        "received_at": pl.Datetime("us", "UTC"),
        "tags": pl.List(pl.String()),
        "muted_mails": pl.List(pl.String()),
        "ship_on": pl.Date(),
        "promised_date": pl.Date(),
        "carrier": pl.String(),
        "temperature": pl.String(),
        "priority": pl.Int64(),
        "open_reasons": pl.List(pl.String()),
        "held_for": pl.List(pl.String()),
        **dict.fromkeys(("past_orders", "past_cancelled", "past_unpaid", "past_returned"), pl.Int64()),
    }
)
"""What an order has besides the columns of orders.intake.frames.ORDERS while rules are applied.

key: by which its lines are known. open_reasons: of VERIFICATION_REASONS, not answered. held_for: of HOLD_REASONS.
muted_mails: of orders.mails.MUTABLE. The past is that of the buyer's phone, null where there is none.
"""

CHANGES = pl.Schema({"key": pl.Int64(), "before": pl.String(), "after": pl.String()})
"""What an action changed: the order, and its fact as text before and after."""


class Subjects:
    """Orders (ORDERS and STATE) with their lines (LINES with `key` and `branch`), changed in place by actions.

    Facts that are made of others are made once somebody asks, and again once those have changed.
    """

    def __init__(self, orders: pl.DataFrame, lines: pl.DataFrame, *, zone: str = "Asia/Tokyo") -> None:
        self.zone = zone
        self._lines = lines
        self._own = [name for name in orders.columns if name not in DERIVED]
        self._frame = orders.select(self._own)

    @property
    def orders(self) -> pl.DataFrame:
        """The orders as they stand now, without what was only derived."""
        return self._frame.select(self._own)

    @property
    def lines(self) -> pl.DataFrame:
        """The lines as they stand now."""
        return self._lines

    def which(self, condition: Condition) -> pl.Series:
        """For each order whether it satisfies the condition as things stand now."""
        self._need(each.field for each in comparisons(condition))
        missing = [name for name in words_asked(condition) if key_of(name) not in self._frame.columns]
        self._frame = self._frame.with_columns([keys(self._frame[name]) for name in missing])
        return matching(condition, self._frame)

    def fact(self, name: str) -> pl.Series:
        """A column, made where it is not there."""
        self._need([name])
        return self._frame[name]

    def put(self, column: str, going: pl.Series, value: pl.Expr) -> pl.DataFrame:
        """Give the orders that are going this value; returns CHANGES, of those alone that it changed."""
        old = self._frame[column]
        new = self._frame.select(
            pl.when(pl.lit(going)).then(value.cast(old.dtype)).otherwise(pl.col(column)).alias(column)
        ).to_series()
        some = pl.DataFrame([self._frame["key"], old.alias("before"), new.alias("after")]).filter(going)
        shown = [some["key"], _shown(some["before"]), _shown(some["after"])]
        changed = pl.DataFrame(shown).filter(pl.col("before") != pl.col("after"))
        if not changed.is_empty():
            self._frame = self._frame.with_columns(new)
            self._forget(column)
        return changed

    def put_lines(self, lines: pl.DataFrame) -> None:
        """Have these lines in the place of those that there were."""
        self._lines = lines
        self._forget(LINES)

    def _need(self, names: Iterable[str]) -> None:
        missing = sorted({name for name in names if name not in self._frame.columns})
        for name in missing:
            self._need(need for need in DERIVED[name].needs if need in DERIVED)
        made = [DERIVED[name].make(self._frame, self._lines, self.zone).alias(name) for name in missing]
        self._frame = self._frame.with_columns(made)

    def _forget(self, changed: str) -> None:
        stale = {name for name, derived in DERIVED.items() if changed in derived.needs}
        gone = [*stale, *(key_of(name) for name in (*stale, changed))]
        self._frame = self._frame.drop(gone, strict=False)


def _shown(column: pl.Series) -> pl.Series:
    """The column as text, "" for nothing."""
    if column.dtype == pl.List(pl.String):
        return column.list.join(SEPARATOR).fill_null("")
    return column.cast(pl.String).fill_null("")
