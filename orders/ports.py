"""What orders ask of those who stand above them. Filled by the composition root."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

ShipDue = Callable[[pl.Series], pl.Series]
"""From the times at which orders were placed to when they have to leave; null where nothing is promised."""


def _nothing_promised(ordered_at: pl.Series) -> pl.Series:
    return pl.Series("ship_due_at", [None] * len(ordered_at), dtype=pl.Datetime("us", "UTC"))


_ship_due: ShipDue = _nothing_promised


def install(*, promised: ShipDue) -> None:
    """Have `promised` say when orders have to leave. Called once; until then nothing is promised."""
    global _ship_due  # noqa: PLW0603 (set once, when the process starts)
    _ship_due = promised


def ship_due(ordered_at: pl.Series) -> pl.Series:
    """When orders placed at these times have to leave, as ship_due_at (UTC), null where nothing is promised."""
    return _ship_due(ordered_at).cast(pl.Datetime("us", "UTC")).alias("ship_due_at")
