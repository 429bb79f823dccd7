"""The clocks of a month, one by one: which were missed, which are at risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core.paging import Page, page_of
from core.periods import Period
from core.sheets import csv_file
from orders.models import Order, Question
from sla.clock import PHASE_LABELS, Phase
from sla.models import Clock
from sla.queries.promises import ZONE

STANDINGS = ("missed", "risk", "running", "kept", "excluded")
"""How clocks stand, as people ask for them. `running` is all that is not over, `risk` what nears its due time."""

TONES = {
    Phase.WAITING: "waiting",
    Phase.RUNNING: "moving",
    Phase.PAUSED: "waiting",
    Phase.HIT: "done",
    Phase.MISS: "trouble",
    Phase.CANCELLED: "waiting",
}


@dataclass(frozen=True)
class Clocks:
    """Which clocks are looked for: those that started in the period, of one promise version (None: of all)."""

    period: Period
    standing: str = "missed"
    promise_id: int | None = None


@dataclass(frozen=True)
class ClockRow:
    """A clock as a line of a list. order_id, thread_id: what it runs for, one of them; number: what that is called.

    elapsed_minutes: None while it is not over.
    """

    pk: int
    order_id: int | None
    thread_id: int | None
    number: str
    promise: str
    started_at: datetime
    due_at: datetime
    warn_at: datetime
    stopped_at: datetime | None
    paused: bool
    judged: bool
    state: str
    tone: str
    elapsed_minutes: int | None
    idle_minutes: int


def matching(wanted: Clocks, *, at: datetime) -> QuerySet[Clock]:
    """The clocks that are looked for, as they stand at `at`."""
    start, end = wanted.period.instants(ZONE)
    found = Clock.objects.filter(_standing(wanted.standing, at), started_at__gte=start, started_at__lt=end)
    return found.filter(promise_id=wanted.promise_id) if wanted.promise_id else found


def _standing(standing: str, at: datetime) -> Q:
    running = Q(phase=Phase.RUNNING.value)
    return {
        "missed": Q(phase=Phase.MISS.value),
        "risk": running & Q(warn_at__lte=at),
        "running": running | Q(phase=Phase.PAUSED.value),
        "kept": Q(phase=Phase.HIT.value),
        "excluded": Q(phase=Phase.CANCELLED.value),
    }.get(standing, Q(phase=Phase.MISS.value))


def listing(wanted: Clocks, *, at: datetime, after: str = "", before: str = "", size: int = 50) -> Page[ClockRow]:
    """A page of the clocks, those that are due first at the top. Two queries."""
    found = matching(wanted, at=at).select_related("promise")
    page = page_of(found, order=("due_at", "id"), after=after, before=before, size=size)
    return Page(rows_of(page.rows), page.after, page.before)


def count(wanted: Clocks, *, at: datetime) -> int:
    """How many clocks are looked for."""
    return matching(wanted, at=at).count()


def misses(period: Period, *, limit: int = 100) -> list[ClockRow]:
    """The clocks of the period that missed, those that were due first at the top."""
    start, end = period.instants(ZONE)
    found = Clock.objects.filter(started_at__gte=start, started_at__lt=end, phase=Phase.MISS.value)
    return rows_of(list(found.select_related("promise").order_by("due_at", "id")[:limit]))


def clocks_of_order(order_id: int) -> list[Clock]:
    """Every clock of one order."""
    return list(Clock.objects.filter(order_id=order_id).select_related("promise").order_by("pk"))


def rows_of(clocks: list[Clock]) -> list[ClockRow]:
    """These clocks, with their promises, as lines of a list. A query each for the names of their orders and threads."""
    ids = {clock.order_id for clock in clocks if clock.order_id}
    numbers = dict(Order.objects.filter(pk__in=ids).values_list("pk", "number")) if ids else {}
    threads = _threads({clock.question_id for clock in clocks if clock.question_id})
    return [
        _row(clock, *threads.get(clock.question_id, (None, "")))
        if clock.question_id
        else _row(clock, None, numbers.get(clock.subject_id, str(clock.subject_id)))
        for clock in clocks
    ]


def _threads(question_ids: set[int]) -> dict[int | None, tuple[int, str]]:
    """By question the id of its thread and what that is about."""
    if not question_ids:
        return {}
    rows = Question.objects.filter(pk__in=question_ids).annotate(
        title=Coalesce("thread__order__number", "thread__subject")
    )
    return {pk: (thread_id, title) for pk, thread_id, title in rows.values_list("pk", "thread_id", "title")}


def _row(clock: Clock, thread_id: int | None, number: str) -> ClockRow:
    phase = Phase(clock.phase)
    return ClockRow(
        pk=clock.pk,
        order_id=clock.order_id,
        thread_id=thread_id,
        number=number,
        promise=_(clock.promise.definition["name"]),
        started_at=clock.started_at,
        due_at=clock.due_at,
        warn_at=clock.warn_at,
        stopped_at=clock.stopped_at,
        paused=phase is Phase.PAUSED,
        judged=phase is not Phase.CANCELLED,
        state=_(PHASE_LABELS[phase]),
        tone=TONES[phase],
        elapsed_minutes=clock.elapsed // 60 if clock.stopped_at else None,
        idle_minutes=clock.idle // 60,
    )


def export(wanted: Clocks, *, at: datetime) -> bytes:
    """The clocks as a CSV file."""
    head = (_("受注番号"), _("取り決め"), _("状態"), _("開始"), _("期限"), _("完了"), _("計測（分）"), _("停止（分）"))
    rows = rows_of(list(matching(wanted, at=at).select_related("promise").order_by("due_at", "id")))
    return csv_file(head, [_cells(row) for row in rows])


def _cells(row: ClockRow) -> tuple[object, ...]:
    times = (_stamp(at) for at in (row.started_at, row.due_at, row.stopped_at))
    return (row.number, row.promise, row.state, *times, row.elapsed_minutes, row.idle_minutes)


def _stamp(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
