"""The day in figures: what came in and what went out, added up as it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
from django.conf import settings
from django.db import connection

from core import scope
from core.events import Told
from operations.models import Tally

Count = Callable[[pl.DataFrame], tuple[int, int]]


def _units(frame: pl.DataFrame) -> tuple[int, int]:
    return frame.height, int(frame["units"].sum())


def _each(frame: pl.DataFrame) -> tuple[int, int]:
    return frame.height, 0


def _refused(frame: pl.DataFrame) -> tuple[int, int]:
    return int(frame["orders_refused"].sum()), 0


_COUNTED: dict[str, tuple[str, Count]] = {
    "order.received": (Tally.RECEIVED, _units),
    "shipment.shipped": (Tally.SHIPPED, _units),
    "order.cancelled": (Tally.CANCELLED, _units),
    "intake.finished": (Tally.REFUSED, _refused),
    "sla.missed": (Tally.MISSED, _each),
}


def tally(told: Told) -> None:
    """Add what was told to the client's figures."""
    name, count = _COUNTED[told.name]
    orders, units = count(told.frame)
    latest = told.frame["at"].max()
    assert isinstance(latest, datetime)
    if orders:
        Tally.objects.bulk_create(
            [Tally(client=scope.current_client(), name=name, at=latest, orders=orders, units=units)]
        )


_FOLD = """
    WITH old AS (DELETE FROM operations_tally WHERE at < %(before)s RETURNING client, name, at, orders, units)
    INSERT INTO operations_tally (client, name, at, orders, units)
    SELECT client, name, date_trunc('day', at, %(zone)s), sum(orders), sum(units) FROM old
     GROUP BY client, name, date_trunc('day', at, %(zone)s)
"""


def fold_tallies(*, before: datetime) -> None:
    """Fold what was counted before that time into one row a client, day and figure. Harmless to repeat."""
    with scope.operator(), connection.cursor() as cursor:
        cursor.execute(_FOLD, {"before": before, "zone": settings.TIME_ZONE})
