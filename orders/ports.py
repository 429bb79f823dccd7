"""What orders ask of those who stand above them. Filled by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

import polars as pl

from core.periods import TOKYO

ShipDue = Callable[[pl.Series], pl.Series]
"""From the times at which orders were placed to when they have to leave; null where nothing is promised."""

Billed = Callable[[Collection[int]], Collection[int]]
"""Those of these orders that stand on an invoice which may not change any more."""


WorkingDeadline = Callable[[datetime, timedelta], datetime]
"""From an instant and working time to when that much has been worked."""


def _nothing_promised(ordered_at: pl.Series) -> pl.Series:
    return pl.Series("ship_due_at", [None] * len(ordered_at), dtype=pl.Datetime("us", "UTC"))


def _around_the_clock(start: datetime, working: timedelta) -> datetime:
    return start + working


def _nothing_billed(_order_ids: Collection[int]) -> Collection[int]:
    return ()


_ship_due: ShipDue = _nothing_promised
_working_deadline: WorkingDeadline = _around_the_clock
_billed: Billed = _nothing_billed


def install(*, promised: ShipDue, worked: WorkingDeadline, invoiced: Billed) -> None:
    """Have `promised` say when orders have to leave, `worked` when working time is over, `invoiced` what is billed.

    Called once. Until then nothing is promised or billed, and everybody works around the clock.
    """
    global _ship_due, _working_deadline, _billed
    _ship_due, _working_deadline, _billed = promised, worked, invoiced


def billed(order_ids: Collection[int]) -> Collection[int]:
    """Those of these orders that stand on an invoice which may not change any more."""
    return _billed(order_ids)


def working_deadline(start: datetime, working: timedelta) -> datetime:
    """When so much working time from `start` on is over, in UTC."""
    return _working_deadline(start, working)


def today(at: datetime) -> date:
    """The day that it is in Japan."""
    return at.astimezone(TOKYO).date()


def ship_due(ordered_at: pl.Series) -> pl.Series:
    """When orders placed at these times have to leave, as ship_due_at (UTC), null where nothing is promised."""
    return _ship_due(ordered_at).cast(pl.Datetime("us", "UTC")).alias("ship_due_at")
