"""Promises as they were defined, and their clocks as the record gives them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import QuerySet

from core.models import Event
from core.periods import Period
from orders.queries.facts import among
from sla.calendars import moment
from sla.clock import Act, ClockEvent, Reading, replay
from sla.clock_columns import Events, Readings, replay_many
from sla.hours import WorkingHours, every
from sla.models import Clock, PromiseVersion
from sla.promises import DEFAULTS, Promise

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


def usual_hours(at: datetime) -> Sequence[WorkingHours]:
    """The hours that a further promise is measured in: those of what is promised already, or else the operator's."""
    for _row, promise in promises_in_force():
        return promise.hours
    week = every(("mon", "tue", "wed", "thu", "fri"), ("9:00", "12:00"), ("13:00", "18:00"))
    return [WorkingHours(week=week, closures=new_year_closures(at), zone=str(ZONE))]


def missing_defaults(at: datetime) -> list[Promise]:
    """What everybody is promised and this client never was, as it would be."""
    known = set(PromiseVersion.objects.values_list("code", flat=True))
    hours = usual_hours(at) if set(DEFAULTS) - known else ()
    return [make(hours) for code, make in DEFAULTS.items() if code not in known]


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


def record_of(promise: Promise, subject_ids: Sequence[int]) -> QuerySet[Event]:
    """What the record says for the promise's clocks on these orders or questions, oldest first."""
    told = Event.objects.filter(name__in=list(promise.metric.acts)).order_by("at", "id")
    if promise.metric.runs_for == "question_id":
        return told.filter(subject_kind="question", subject_id__in=among(subject_ids))
    return told.filter(order_id__in=among(subject_ids))


def clock_events(promise: Promise, subject_ids: Sequence[int]) -> dict[int, list[ClockEvent]]:
    """What the record says for the promise's clocks, oldest first, by the id of the order or question."""
    acts = promise.metric.acts
    whose = "subject_id" if promise.metric.runs_for == "question_id" else "order_id"
    found: dict[int, list[ClockEvent]] = {subject_id: [] for subject_id in subject_ids}
    for name, at, subject_id, data in record_of(promise, subject_ids).values_list("name", "at", whose, "data"):
        act = acts[name]
        when = _own_time(promise, data, at) if act is Act.START else at
        assert subject_id is not None  # what the record was asked for
        found[subject_id].append(ClockEvent(act, when, *_pause_of(data)))
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


def fold(promise: Promise, subject_ids: Sequence[int], *, at: datetime) -> Readings:
    """The clocks of these orders or questions, in the order given, read from the record at `at`, or at its last event
    if that is later.

    Facts come late and out of order: what was known of a clock is not to be lost when an older event arrives.
    """
    events = clock_events(promise, subject_ids)
    columns = Events.of(events[subject_id] for subject_id in subject_ids)
    if len(columns.at):
        at = max(at, moment(int(columns.at.max())))
    return replay_many(columns, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)


def replayed(clock: Clock, *, at: datetime) -> Reading:
    """One clock with its intervals, from the record: what explains it minute by minute."""
    ((_row, promise),) = promises_of([clock.promise_id])
    return replayed_with(promise, clock.subject_id, at=at)


def replayed_with(promise: Promise, subject_id: int, *, at: datetime) -> Reading:
    """The clock of the promise on one order or question, with its intervals, from the record."""
    events = clock_events(promise, [subject_id])[subject_id]
    return replay(events, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)
