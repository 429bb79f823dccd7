"""Promises as they were defined, and their clocks as the record gives them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from core.models import Event
from core.periods import Period
from sla.calendars import moment
from sla.clock import Act, ClockEvent, Reading, replay
from sla.clock_columns import Events, Readings, replay_many
from sla.models import Clock, PromiseVersion
from sla.promises import Promise

ZONE = ZoneInfo("Asia/Tokyo")
YEARS_OF_CLOSURES = 10
EXCEPTION = "exception-"
"""What the keys of pauses begin with that exceptions cause; those of holds are their ids."""

Pair = tuple[PromiseVersion, Promise]


def moment_of(at: np.int64) -> datetime:
    """An instant of a column as an aware datetime."""
    return moment(int(at))


def new_year_closures(at: datetime) -> tuple[Period, ...]:
    """年末年始, 12/29 to 1/3, for the years ahead."""
    return tuple(Period(date(y, 12, 29), date(y + 1, 1, 4)) for y in range(at.year - 1, at.year + YEARS_OF_CLOSURES))


def promises_in_force() -> list[Pair]:
    """The promises that start new clocks."""
    return [(row, Promise.from_json(row.definition)) for row in PromiseVersion.objects.filter(is_active=True)]


def working_deadline(start: datetime, working: timedelta) -> datetime:
    """When so much working time is over, in the hours of the promises in force; around the clock where there are none.

    For orders.ports.
    """
    for _row, promise in promises_in_force():
        return promise.calendar.due(start, working)
    return start + working


def promises_of(ids: Iterable[int]) -> list[Pair]:
    """Promise versions by id."""
    return [(row, Promise.from_json(row.definition)) for row in PromiseVersion.objects.filter(pk__in=list(ids))]


def clock_events(promise: Promise, order_ids: Sequence[int]) -> dict[int, list[ClockEvent]]:
    """What the record says for the promise's clocks on these orders, oldest first, by order id."""
    acts = promise.metric.acts
    rows = Event.objects.filter(order_id__in=order_ids, name__in=list(acts)).order_by("at", "id")
    found: dict[int, list[ClockEvent]] = {order_id: [] for order_id in order_ids}
    for name, at, order_id, data in rows.values_list("name", "at", "order_id", "data"):
        act = acts[name]
        when = _own_time(promise, data, at) if act is Act.START else at
        assert order_id is not None  # the filter above
        found[order_id].append(ClockEvent(act, when, *_pause_of(data)))
    return found


def _pause_of(data: dict[str, Any]) -> tuple[str, str]:
    """What a pause is known by, and whose it is: a hold's, or an exception's that waits for somebody."""
    if "exception_id" in data:
        return f"{EXCEPTION}{data['exception_id']}", str(data.get("waits_for", ""))
    return str(data.get("hold_id", "")), str(data.get("party", ""))


def _own_time(promise: Promise, data: dict[str, str], at: datetime) -> datetime:
    key = promise.metric.own_time
    if not key or not data.get(key):
        return at
    own = datetime.fromisoformat(data[key])
    return own if own.tzinfo else own.replace(tzinfo=ZoneInfo("UTC"))


def fold(promise: Promise, order_ids: Sequence[int], *, at: datetime) -> Readings:
    """The clocks of these orders, in the order given, read from the record at `at`, or at its last event if later.

    Facts come late and out of order: what was known of a clock is not to be lost when an older event arrives.
    """
    events = clock_events(promise, order_ids)
    columns = Events.of(events[order_id] for order_id in order_ids)
    if len(columns.at):
        at = max(at, moment(int(columns.at.max())))
    return replay_many(columns, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)


def replayed(clock: Clock, *, at: datetime) -> Reading:
    """One clock with its intervals, from the record: what explains it minute by minute."""
    ((_row, promise),) = promises_of([clock.promise_id])
    return replayed_with(promise, clock.order_id, at=at)


def replayed_with(promise: Promise, order_id: int, *, at: datetime) -> Reading:
    """The clock of the promise on one order, with its intervals, from the record."""
    events = clock_events(promise, [order_id])[order_id]
    return replay(events, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)
