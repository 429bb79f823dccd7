"""Reading what arrived: part by part, in one transaction, with progress that can be watched from outside."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, BinaryIO, TypeVar

import polars as pl
from django.core.cache import cache
from django.db import connection, transaction
from redis.exceptions import RedisError

from core import copying, events
from core.errors import Refused
from core.events import SYSTEM, Actor, Happening
from core.jobs.models import Job
from core.wording import Sentence, _
from documents.services import store
from orders import intake as reading
from orders import registry
from orders.models import Intake
from orders.services.intake import checking
from orders.services.intake.writing import Arrived, write

PROGRESS_SECONDS = 24 * 60 * 60
ROWS_AT_ONCE = 10_000
"""Rows of a file that are read and written together: enough for columns to pay, few enough to begin writing soon."""

Item = TypeVar("Item")

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/intake/' || %s::text, 0))"
_MENDED = """
    UPDATE orders_refusedrow r SET mended_by_id = %s
      FROM orders_intake i, orders_order o
     WHERE i.id = r.intake_id AND i.channel_id = %s AND i.id <> %s AND r.mended_by_id IS NULL AND r.number <> ''
       AND o.channel_id = i.channel_id AND o.number = r.number
"""


def run(intake_id: int, *, at: datetime) -> Intake:
    """Read the file of this arrival and write what it holds. Done once, however often it is asked for.

    The orders came in when the file did: that is their time, not the time of reading. A file that turns out to be none
    leaves the arrival refused, with the sentence.
    """
    intake = Intake.objects.select_for_update(of=("self",)).select_related("channel").get(pk=intake_id)
    if intake.state not in (Intake.DONE, Intake.REFUSED):
        try:
            with transaction.atomic():
                _read_file(intake)
                _finish(intake, at=at)
        except Refused as refusal:
            _refuse(intake, refusal, at=at)
    return intake


def take_records(intake: Intake, records: Sequence[Mapping[str, Any]], *, at: datetime) -> Intake:
    """Write the orders that came as records."""
    _one_at_a_time(intake)
    _take(intake, reading.from_records(records), checking.earlier(intake.channel))
    _finish(intake, at=at)
    return intake


def _one_at_a_time(intake: Intake) -> None:
    """Two arrivals of one channel follow one another, so that the second knows what the first brought."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [intake.channel_id])


def _read_file(intake: Intake) -> None:
    _one_at_a_time(intake)
    earlier = checking.earlier(intake.channel)
    with store().open(intake.storage_key) as stream:
        intake.size = stream.seek(0, 2)
        for part, read in _ahead(_parts(stream, intake)):
            _take(intake, part, earlier)
            _show_progress(intake, read)


def _parts(stream: BinaryIO, intake: Intake) -> Iterator[tuple[reading.Intake, int]]:
    """The file's parts, each with the bytes read so far."""
    for part in reading.read_batches(stream, registry.profile(intake.channel.profile), rows=ROWS_AT_ONCE):
        yield part, stream.tell()


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, the next one prepared by another thread while this one is worked on."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def _take(intake: Intake, part: reading.Intake, earlier: checking.Earlier) -> None:
    arrived = write(intake, part, earlier)
    intake.encoding, intake.separator = part.layout.encoding, part.layout.separator
    intake.sheet = part.layout.sheet
    _count(intake, part.counts, arrived)
    refused = part.refused.select(
        pl.lit(intake.pk).alias("intake_id"), "row", "column", "value", "code", pl.col("number").fill_null("")
    )
    copying.copy("orders_refusedrow", refused)


def _count(intake: Intake, counts: reading.Counts, arrived: Arrived) -> None:
    intake.rows += counts.rows
    intake.rows_refused += counts.refused_rows
    intake.orders_refused += counts.refused_orders
    intake.repairs += counts.repairs
    intake.orders_new += arrived.new
    intake.orders_known += arrived.known


def _show_progress(intake: Intake, read: int) -> None:
    shown = {"read": read, "size": intake.size, "rows": intake.rows, "orders": intake.orders_new}
    with contextlib.suppress(RedisError):  # a cache that is away must not stop the work
        cache.set(progress_key(intake.pk), shown, PROGRESS_SECONDS)


def progress_key(intake_id: int) -> str:
    """Where the cache holds how far the reading is: {"read", "size"} in bytes, {"rows", "orders"} so far."""
    return f"intake:{intake_id}"


def _finish(intake: Intake, *, at: datetime) -> None:
    intake.state, intake.finished_at = Intake.DONE, at
    intake.save()
    with connection.cursor() as cursor:
        cursor.execute(_MENDED, [intake.pk, intake.channel_id, intake.pk])
    names = ("rows", "orders_new", "orders_known", "orders_refused")
    data = {name: getattr(intake, name) for name in names}
    actor = Actor(intake.actor_kind, intake.actor_id, intake.actor_name)  # type: ignore[arg-type]
    events.publish([Happening("intake.finished", "intake", intake.pk, data)], actor=actor, at=at)


def give_up(*, at: datetime) -> int:
    """Close the arrivals whose reading failed for good; returns how many. Their files may come again."""
    waiting = {intake.job_id: intake for intake in Intake.objects.filter(state=Intake.WAITING, job_id__isnull=False)}
    failed = Job.objects.filter(pk__in=list(waiting), state=Job.FAILED).values_list("pk", flat=True)
    sentence = _("読み込みの途中で止まりました。同じファイルをもう一度送ってください。続くときはお問い合わせください。")
    for job_id in failed:
        _refuse(waiting[job_id], Refused(Sentence(sentence), code="reading_failed"), at=at)
    return len(failed)


def _refuse(intake: Intake, refusal: Refused, *, at: datetime) -> None:
    intake.refresh_from_db()
    intake.state, intake.finished_at = Intake.REFUSED, at
    message = refusal.message if isinstance(refusal.message, Sentence) else Sentence("%(why)s", why=str(refusal))
    figures = {name: str(figure) for name, figure in message.figures.items()}
    intake.error = {"code": refusal.code, "template": message.template, "figures": figures}
    intake.save()
    told = Happening("intake.refused", "intake", intake.pk, {"code": refusal.code, "reason": str(message)})
    events.publish([told], actor=SYSTEM, at=at)
