"""Promises are made, clocks follow the record, and what is due is told.

Subscribers work on whole batches. A clock's row is only what its fold gave last: every event but the first makes the
clocks of its orders anew from the record (`follow`), so a row cannot drift from what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
import polars as pl
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import copying
from core.errors import Refused
from core.events import SYSTEM, Actor, Happening, Told, publish, publish_frame
from core.periods import Period
from orders.queries.facts import among
from orders.services.promising import move_ship_due
from sla import queries
from sla.calendars import Instants, WorkingCalendar
from sla.clock import Act, Phase
from sla.clock_columns import NEVER, Readings
from sla.models import Clock, PromiseVersion, Statement
from sla.promises import Promise

WARNED, MISSED = 1, 2
_KEYS = ("id", "promise_id", "order_id", "question_id")
_CLOCKS = pl.Schema([*((key, pl.Int64()) for key in _KEYS), ("due_at", pl.Datetime("us", "UTC"))])
_READ = ("id", "phase", "due_at", "warn_at", "stopped_at", "elapsed", "idle")
_READ_ANEW = """
    UPDATE sla_clock c SET due_at = t.due_at, warn_at = t.warn_at, stopped_at = t.stopped_at, phase = t.phase,
                           elapsed = t.elapsed, idle = t.idle
      FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::int[],
                  %s::int[]) AS t (id, phase, due_at, warn_at, stopped_at, elapsed, idle)
     WHERE c.id = t.id
       AND (c.phase, c.due_at, c.warn_at, c.stopped_at, c.elapsed, c.idle)
           IS DISTINCT FROM (t.phase, t.due_at, t.warn_at, t.stopped_at, t.elapsed, t.idle)
"""
TELL_AT_ONCE = 5000
SECOND = 1_000_000


def set_up_defaults(*, at: datetime) -> None:
    """Give a new client the built-in promises, on the operator's usual hours. Does nothing where there are some."""
    if not PromiseVersion.objects.exists():
        for promise in queries.missing_defaults(at):
            make(promise, valid_from=at)


def open_client(told: Told) -> None:
    """A client begins: it is promised what everybody is."""
    set_up_defaults(at=told.frame["at"][0])


def make(promise: Promise, *, valid_from: datetime) -> PromiseVersion:
    """Put a version of a promise into force. Clocks that started under an earlier version keep it."""
    PromiseVersion.objects.filter(code=promise.code, is_active=True).update(is_active=False)
    return PromiseVersion.objects.create(
        code=promise.code, version=promise.version, definition=promise.to_json(), valid_from=valid_from
    )


@transaction.atomic
def add_default(code: str, *, actor: Actor, at: datetime) -> PromiseVersion:
    """Promise from now on what everybody is promised and this client never was; what came before is not measured.

    Refused where it was promised already, or is none of those.
    """
    list(PromiseVersion.objects.select_for_update().order_by("pk"))
    promise = next((one for one in queries.missing_defaults(at) if one.code == code), None)
    if promise is None:
        raise Refused(_("この取り決めはすでに登録されています。画面を開き直してください。"), code="promised")
    made = make(promise, valid_from=at)
    publish([Happening("promise.made", "promise", made.pk, {"promise": code})], actor=actor, at=at)
    return made


def ship_due(ordered_at: pl.Series) -> pl.Series:
    """When orders placed at those times have to ship, by the promise in force; null where none is. For orders.ports."""
    for _row, promise in queries.promises_in_force():
        if promise.metric.code == "ship":
            starts = _instants(ordered_at)
            due, _warn = _first_reading(promise, starts)
            return _datetimes("ship_due_at", due)
    return pl.Series("ship_due_at", [None] * len(ordered_at), dtype=pl.Datetime("us", "UTC"))


def start(told: Told) -> None:
    """Start a clock for every promise that this event starts and that covers the order or question."""
    for row, promise in queries.promises_in_force():
        if promise.metric.acts.get(told.name) is Act.START:
            _start(row, promise, told)


def _start(row: PromiseVersion, promise: Promise, told: Told) -> None:
    key = promise.metric.runs_for
    frame = _covered(promise, told.frame).unique(key, maintain_order=True)
    if told.name != "order.received":
        known = Clock.objects.filter(promise=row, **{f"{key}__in": among(frame[key])})
        frame = frame.filter(~pl.col(key).is_in(list(known.values_list(key, flat=True))))
    if frame.is_empty():
        return
    starts = _instants(frame[promise.metric.own_time or "at"])
    due, warn = _first_reading(promise, starts)
    clocks = pl.DataFrame(
        {
            "promise_id": pl.Series([row.pk], dtype=pl.Int64).extend_constant(row.pk, len(starts) - 1),
            key: frame[key],
            "phase": pl.Series([Phase.RUNNING.value]).extend_constant(Phase.RUNNING.value, len(starts) - 1),
            "started_at": _datetimes("started_at", starts),
            "due_at": _datetimes("due_at", due),
            "warn_at": _datetimes("warn_at", warn),
        }
    )
    copying.copy("sla_clock", clocks)


def _covered(promise: Promise, frame: pl.DataFrame) -> pl.DataFrame:
    for name, values in promise.scope.items():
        frame = frame.filter(pl.col(name).is_in(list(values)) if name in frame.columns else pl.lit(False))
    return frame


def _first_reading(promise: Promise, starts: Instants) -> tuple[Instants, Instants]:
    idle = np.zeros_like(starts)
    calendar: WorkingCalendar = promise.calendar
    if not len(starts):
        return idle, idle
    return calendar.ask(
        int(starts.min()),
        int(starts.max()),
        lambda track: (
            promise.goal.due(track, starts, idle),
            promise.goal.warn(track, starts, idle, promise.warn_percent),
        ),
    )


def follow(told: Told) -> None:
    """Read the clocks of these orders anew from the record, and pass on whose due time has moved."""
    reread(told.frame["order_id"].unique().to_list(), at=told.frame["at"].max())  # type: ignore[arg-type]


def follow_question(told: Told) -> None:
    """Read the clocks of these questions anew from the record."""
    questions = told.frame["question_id"].unique().to_list()
    _reread(Clock.objects.filter(question_id__in=among(questions)), at=told.frame["at"].max())  # type: ignore[arg-type]


def forget(told: Told) -> None:
    """These orders were taken back: nothing was promised of them."""
    Clock.objects.filter(order_id__in=among(told.frame["order_id"])).delete()


def reread(order_ids: Sequence[int], *, at: datetime) -> None:
    """Read every clock of the orders from the record as it stands at `at`, and write what changed."""
    _reread(Clock.objects.filter(order_id__in=among(order_ids)), at=at)


def _reread(wanted: QuerySet[Clock], *, at: datetime) -> None:
    rows = (
        wanted.select_for_update().order_by("id").values_list("id", "promise_id", "order_id", "question_id", "due_at")
    )
    clocks = pl.DataFrame(list(rows), schema=_CLOCKS, orient="row")
    for row, promise in queries.promises_of(clocks["promise_id"].unique()):
        mine = clocks.filter(pl.col("promise_id") == row.pk)
        _write(mine, queries.fold(promise, mine[promise.metric.runs_for].to_list(), at=at), promise, at=at)


def _write(clocks: pl.DataFrame, readings: Readings, promise: Promise, *, at: datetime) -> None:
    read = clocks.select("id", "order_id", "question_id", before="due_at").with_columns(
        pl.Series("phase", [phase.value for phase in readings.phases()], dtype=pl.String),
        _datetimes("due_at", readings.due),
        _datetimes("warn_at", readings.warn_at),
        pl.Series("runs_on", readings.stopped == NEVER),
        _datetimes("stopped_at", np.where(readings.stopped == NEVER, 0, readings.stopped)),
        pl.Series("elapsed", readings.elapsed // SECOND, dtype=pl.Int64),
        pl.Series("idle", readings.idle // SECOND, dtype=pl.Int64),
    )
    read = read.with_columns(stopped_at=pl.when(~pl.col("runs_on")).then("stopped_at"))
    with connection.cursor() as cursor:
        cursor.execute(_READ_ANEW, [copying.array(read[name]) for name in _READ])
    _tell_moved(read.filter("runs_on", pl.col("due_at") != pl.col("before")), promise, at=at)


def _tell_moved(moved: pl.DataFrame, promise: Promise, *, at: datetime) -> None:
    if moved.is_empty():
        return
    if promise.metric.code == "ship":
        move_ship_due(moved)
    told = moved.select(
        pl.col("id").alias("subject_id"),
        "order_id",
        pl.lit(promise.code).alias("promise"),
        pl.lit(promise.metric.code).alias("metric"),
        pl.Series("due_at", [due.isoformat() for due in moved["due_at"]], dtype=pl.String),
    )
    publish_frame("sla.due_moved", "clock", told, actor=SYSTEM, at=at)


def tell(*, at: datetime) -> int:
    """Say once of every running clock that it nears its due time, and once that it has missed it; returns how many."""
    untold = Q(told=0, warn_at__lte=at) | Q(told__lt=MISSED, due_at__lt=at)
    running = Clock.objects.select_for_update(skip_locked=True).filter(
        untold, stopped_at__isnull=True, phase=Phase.RUNNING.value
    )
    clocks = list(running.order_by("warn_at")[:TELL_AT_ONCE])
    happenings: list[Happening] = []
    for row, promise in queries.promises_of({clock.promise_id for clock in clocks}):
        for clock in (c for c in clocks if c.promise_id == row.pk):
            missed = clock.due_at < at
            clock.told = MISSED if missed else WARNED
            clock.phase = Phase.MISS.value if missed else clock.phase
            happenings.append(_happening("sla.missed" if missed else "sla.warned", clock, promise))
    Clock.objects.bulk_update(clocks, ["told", "phase"])
    publish(happenings, actor=SYSTEM, at=at)
    return len(clocks)


def _happening(name: str, clock: Clock, promise: Promise) -> Happening:
    data = {"promise": promise.code, "metric": promise.metric.code, "due_at": clock.due_at.isoformat()}
    return Happening(name, "clock", clock.pk, data, order_id=clock.order_id)


def freeze(month: Period, *, actor: Actor, at: datetime) -> Statement:
    """Freeze a month's result. Refused before its end, while its clocks still run, or where it is frozen already."""
    if Statement.objects.filter(month=month.start).exists():
        raise Refused(
            _("%(month)s のSLA実績はすでに確定しています。") % {"month": f"{month.start:%Y-%m}"}, code="frozen"
        )
    if at < month.instants(queries.ZONE)[1]:
        raise Refused(
            _("%(month)s はまだ終わっていません。月が替わってから確定してください。")
            % {"month": f"{month.start:%Y-%m}"},
            code="not_over",
        )
    figures = queries.month(month)
    running = sum(figure.running for figure in figures)
    if running:
        raise Refused(
            _("計測中の受注が%(count)s件あるため、まだ確定できません。完了または対象外になってから確定してください。")
            % {"count": running},
            code="still_running",
        )
    return Statement.objects.create(
        month=month.start,
        figures=[figure.to_json() for figure in figures],
        frozen_at=at,
        frozen_by=actor.name,
    )


def _instants(series: pl.Series) -> Instants:
    if series.dtype == pl.String:
        series = series.str.to_datetime(time_unit="us", time_zone="UTC")
    return series.cast(pl.Datetime("us", "UTC")).dt.epoch("us").to_numpy().astype(np.int64)


def _datetimes(name: str, instants: Iterable[int]) -> pl.Series:
    return pl.Series(name, np.asarray(instants, dtype=np.int64)).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
