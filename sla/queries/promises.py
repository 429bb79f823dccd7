"""Promises as they were defined, and their clocks as the record gives them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from django.db.models import QuerySet

from core import copying
from core.models import Event
from core.periods import Period
from orders.queries.facts import among
from sla.calendars import moment
from sla.clock import PAUSING_PARTIES, Act, ClockEvent, Reading, replay
from sla.clock_columns import ACTS, Events, Readings, replay_many
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


_WHOSE = {"order_id": "e.order_id", "question_id": "e.subject_kind = 'question' AND e.subject_id"}
_RECORD = {
    whose: f"""
        SELECT {column.rpartition(" ")[2]}, e.name,
               (extract(epoch FROM CASE WHEN e.name = ANY(%s) THEN coalesce(nullif(e.data->>%s, '')::timestamptz, e.at)
                                        ELSE e.at END) * 1000000)::bigint,
               CASE WHEN e.data ? 'exception_id' THEN '{EXCEPTION}' || (e.data->>'exception_id')
                    ELSE e.data->>'hold_id' END,
               CASE WHEN e.data ? 'exception_id' THEN e.data->>'waits_for' ELSE e.data->>'party' END
          FROM core_event e
         WHERE e.name = ANY(%s) AND {column} = ANY(%s::bigint[])
         ORDER BY e.at, e.id
    """  # noqa: S608 (our own words)
    for whose, column in _WHOSE.items()
}
_RECORDED = pl.Schema({"subject_id": pl.Int64, "name": pl.String, "at": pl.Int64, "key": pl.String, "party": pl.String})


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
    columns = _columns(promise, subject_ids)
    if len(columns.at):
        at = max(at, moment(int(columns.at.max())))
    return replay_many(columns, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)


def _columns(promise: Promise, subject_ids: Sequence[int]) -> Events:
    """clock_events as columns, without an object for each event."""
    acts, whose = promise.metric.acts, promise.metric.runs_for
    starts = [name for name, act in acts.items() if act is Act.START]
    ids = copying.array(pl.Series(subject_ids, dtype=pl.Int64))
    found = copying.read(_RECORD[whose], [starts, promise.metric.own_time, list(acts), ids], _RECORDED)
    clocks = pl.DataFrame({"subject_id": subject_ids}, schema={"subject_id": pl.Int64}).with_row_index("clock")
    found = found.join(clocks, on="subject_id", maintain_order="left")
    return Events(
        clocks=len(subject_ids),
        clock=found["clock"].cast(pl.Int64).to_numpy(),
        act=found["name"]
        .replace_strict({name: ACTS.index(act) for name, act in acts.items()}, return_dtype=pl.Int8)
        .to_numpy(),
        at=found["at"].to_numpy(),
        hold=found["key"].rank("dense").cast(pl.Int64).to_numpy(),
        pauses=found["party"].is_in(list(PAUSING_PARTIES)).to_numpy(),
    )


def replayed(clock: Clock, *, at: datetime) -> Reading:
    """One clock with its intervals, from the record: what explains it minute by minute."""
    ((_row, promise),) = promises_of([clock.promise_id])
    return replayed_with(promise, clock.subject_id, at=at)


def replayed_with(promise: Promise, subject_id: int, *, at: datetime) -> Reading:
    """The clock of the promise on one order or question, with its intervals, from the record."""
    events = clock_events(promise, [subject_id])[subject_id]
    return replay(events, goal=promise.goal, calendar=promise.calendar, at=at, warn_percent=promise.warn_percent)
