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


def _less(count: Count) -> Count:
    """What was counted and is so no longer."""

    def taken_off(frame: pl.DataFrame) -> tuple[int, int]:
        orders, units = count(frame)
        return -orders, -units

    return taken_off


def _came_cancelled(frame: pl.DataFrame) -> tuple[int, int]:
    return _units(frame.filter("cancelled"))


_COUNTED: dict[str, tuple[tuple[str, Count], ...]] = {
    "order.received": ((Tally.RECEIVED, _units),),
    "shipment.shipped": ((Tally.SHIPPED, _units),),
    "order.cancelled": ((Tally.CANCELLED, _units),),
    "order.undone": ((Tally.RECEIVED, _less(_units)), (Tally.CANCELLED, _less(_came_cancelled))),
    "intake.finished": ((Tally.REFUSED, _refused),),
    "intake.undone": ((Tally.REFUSED, _less(_refused)),),
    "sla.missed": ((Tally.MISSED, _each),),
}


def tally(told: Told) -> None:
    """Add what was told to the client's figures; what was taken back is taken off on the day on which it came."""
    day = "received_at" if "received_at" in told.frame.columns else "at"
    latest = told.frame[day].max()
    assert isinstance(latest, datetime)
    counted = [(name, count(told.frame)) for name, count in _COUNTED[told.name]]
    Tally.objects.bulk_create(
        Tally(client=scope.current_client(), name=name, at=latest, orders=orders, units=units)
        for name, (orders, units) in counted
        if orders
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
