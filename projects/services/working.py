"""The work log: minutes are written down, and taken back by rows of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.periods import Period, local_day
from core.wording import Sentence, _
from projects import ports
from projects.models import Task, WorkLog
from projects.services.locking import below, not_found, one, tell

MOST_MINUTES = 24 * 60
"""Of one row: a day."""


@dataclass(frozen=True)
class Worked:
    """What somebody did on a day. billable: whether the time may be charged. key: of the form, which counts once."""

    person: str
    day: date
    minutes: int
    note: str = ""
    task_id: int | None = None
    billable: bool = True
    key: UUID | None = None


@transaction.atomic
def log(project_id: int, entries: Sequence[Worked], *, actor: Actor, at: datetime) -> list[WorkLog]:
    """Write down who worked how long on what. It counts on the day of the work, also for the bill.

    Returns the new rows: none for a form that is sent again.
    """
    project = one("log", project_id)
    keys = [entry.key for entry in entries if entry.key]
    known = set(WorkLog.objects.filter(key__in=keys).values_list("key", flat=True))
    entries = [entry for entry in entries if entry.key not in known]
    for entry in entries:
        _check(entry, today=local_day(at))
    tasks = {entry.task_id for entry in entries if entry.task_id is not None}
    if Task.objects.filter(project=project, pk__in=tasks).count() < len(tasks):
        raise not_found()
    rows = WorkLog.objects.bulk_create(
        WorkLog(
            project=project,
            task_id=entry.task_id,
            person=entry.person.strip()[:100],
            day=entry.day,
            minutes=entry.minutes,
            note=entry.note.strip()[:500],
            billable=entry.billable,
            key=entry.key,
            logged_at=at,
            logged_by=actor.name,
        )
        for entry in entries
    )
    told = [(project.pk, _figures(row)) for row in rows]
    happened = tell("project.worked", told, actor=actor, at=at, when=[_when(row.day, at) for row in rows])
    for row, event in zip(rows, happened, strict=True):
        row.event_id = event.event_id
    WorkLog.objects.bulk_update(rows, ["event_id"])
    return rows


@transaction.atomic
def undo(work_ids: Collection[int], *, reason: str = "", actor: Actor, at: datetime) -> Outcome:
    """Take rows of the work log back, each by a row with its minutes below zero. Nothing is changed or deleted.

    Refused are rows that take back, or were taken back, and those on an invoice that may not change any more.
    """
    going, refused = below("log", WorkLog.objects.all(), work_ids)
    refused |= _not_undoable(going)
    going = [row for row in going if row.pk not in refused]
    backs = WorkLog.objects.bulk_create(
        WorkLog(
            project_id=row.project_id,
            task_id=row.task_id,
            person=row.person,
            day=row.day,
            minutes=-row.minutes,
            note=reason.strip()[:500],
            billable=row.billable,
            undoes=row,
            logged_at=at,
            logged_by=actor.name,
        )
        for row in going
    )
    told = [(row.project_id, {**_figures(row), "worked_event": row.event_id, "text": reason.strip()}) for row in going]
    happened = tell("project.work_undone", told, actor=actor, at=at)
    for back, event in zip(backs, happened, strict=True):
        back.event_id = event.event_id
    WorkLog.objects.bulk_update(backs, ["event_id"])
    return Outcome.of((row.pk for row in going), refused)


def _not_undoable(rows: Sequence[WorkLog]) -> dict[int, Refused]:
    undone = set(WorkLog.objects.filter(undoes__in=rows).values_list("undoes_id", flat=True))
    billed = set(ports.invoiced([row.event_id for row in rows if row.event_id]))
    refused = {}
    for row in rows:
        if row.undoes_id is not None or row.pk in undone:
            refused[row.pk] = Refused(Sentence(_("取り消し済みの作業記録です。")), code="undone")
        elif row.event_id in billed:
            sentence = _("請求が確定した作業記録は取り消せません。請求の画面で値引などの調整をしてください。")
            refused[row.pk] = Refused(Sentence(sentence), code="invoiced")
    return refused


def _check(entry: Worked, *, today: date) -> None:
    if not entry.person.strip():
        raise Refused(Sentence(_("作業した人を入れてください。")), code="missing", field="person")
    if not 0 < entry.minutes <= MOST_MINUTES:
        raise Refused(Sentence(_("作業時間は1分から24時間までです。")), code="bad_minutes", field="hours")
    if entry.day > today:
        raise Refused(Sentence(_("まだ来ていない日の作業は記録できません。")), code="future", field="day")


def _figures(row: WorkLog) -> dict[str, object]:
    return {
        "work_id": row.pk,
        "person": row.person,
        "day": row.day.isoformat(),
        "minutes": row.minutes,
        "billable": row.billable,
        "note": row.note,
    }


def _when(day: date, at: datetime) -> datetime:
    """Now for work of today, else the beginning of the day."""
    return at if day == local_day(at) else Period(day, day).instants()[0]
