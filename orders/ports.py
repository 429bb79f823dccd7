"""What orders ask of those who stand above them. Filled by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import polars as pl

from core.periods import TOKYO

ShipDue = Callable[[pl.Series], pl.Series]
"""From the times at which orders were placed to when they have to leave; null where nothing is promised."""


WorkingDeadline = Callable[[datetime, timedelta], datetime]
"""From an instant and working time to when that much has been worked."""


def _nothing_promised(ordered_at: pl.Series) -> pl.Series:
    return pl.Series("ship_due_at", [None] * len(ordered_at), dtype=pl.Datetime("us", "UTC"))


def _around_the_clock(start: datetime, working: timedelta) -> datetime:
    return start + working


_ship_due: ShipDue = _nothing_promised
_working_deadline: WorkingDeadline = _around_the_clock


def install(*, promised: ShipDue, worked: WorkingDeadline) -> None:
    """Have `promised` say when orders have to leave, and `worked` when working time is over. Called once.

    Until then nothing is promised, and everybody works around the clock.
    """
    global _ship_due, _working_deadline
    _ship_due, _working_deadline = promised, worked


def working_deadline(start: datetime, working: timedelta) -> datetime:
    """When so much working time from `start` on is over, in UTC."""
    return _working_deadline(start, working)


def today(at: datetime) -> date:
    """The day that it is in Japan."""
    return at.astimezone(TOKYO).date()


def ship_due(ordered_at: pl.Series) -> pl.Series:
    """When orders placed at these times have to leave, as ship_due_at (UTC), null where nothing is promised."""
    return _ship_due(ordered_at).cast(pl.Datetime("us", "UTC")).alias("ship_due_at")
