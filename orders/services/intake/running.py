"""Reading what arrived: part by part, in one transaction, with progress that can be watched from outside."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from documents import services as documents
from documents.models import Document
from documents.services import store
from orders import intake as reading
from orders import registry
from orders.intake.profiles import Profile
from orders.models import Intake, StopRequest
from orders.services.intake import checking, comparing, previewing
from orders.services.intake.updating import will_take
from orders.services.intake.writing import Arrived, note_differences, write

PROGRESS_SECONDS = 24 * 60 * 60
ROWS_AT_ONCE = 10_000
"""Rows of a file that are read and written together: enough for columns to pay, few enough to begin writing soon."""

MOST_SHOWN = 20
"""How many of the first orders of a file are shown before it is taken."""

_COUNTS = (
    "rows", "orders_new", "orders_known", "orders_changed", "orders_refused", "rows_refused", "repairs",
)  # fmt: skip
_TYPES = {"csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "zip": "application/zip"}

Item = TypeVar("Item")

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/intake/' || %s::text, 0))"
_MENDED = """
    UPDATE orders_refusedrow r SET mended_by_id = o.intake_id
      FROM orders_intake i, orders_order o
     WHERE i.id = r.intake_id AND i.channel_id = %s AND r.mended_by_id IS NULL AND r.number <> ''
       AND o.channel_id = i.channel_id AND o.number = r.number AND o.intake_id <> r.intake_id
"""


class Stopped(Exception):  # noqa: N818 (nothing went wrong: somebody wanted it)
    """Somebody wants the reading to end: nothing of it is to stay."""


def run(intake_id: int, *, at: datetime) -> Intake:
    """Read the file of this arrival and write what it holds. Done once, however often it is asked for.

    The orders came in when the file did: that is their time, not the time of reading. A file that turns out to be none
    leaves the arrival refused, with the sentence.
    """
    intake = _locked(intake_id)
    if intake.state in (Intake.WAITING, Intake.RUNNING):
        taking = _write_whole if intake.whole else _write_good
        _guarded(intake, lambda: taking(intake, at=at), at=at)
    return intake


def check(intake_id: int, *, at: datetime) -> Intake:
    """Read the file of this arrival without writing an order, so that somebody can say whether it is taken."""
    intake = _locked(intake_id)
    if intake.state == Intake.CHECKING:
        _guarded(intake, lambda: _look(intake), at=at)
    return intake


def _locked(intake_id: int) -> Intake:
    # Not against those who only point at it: a wish to stop must come in while it is read.
    locked = Intake.objects.select_for_update(of=("self",), no_key=True).select_related("channel")
    return locked.get(pk=intake_id)


def _guarded(intake: Intake, read: Callable[[], None], *, at: datetime) -> None:
    """Read, all or nothing: what refuses the file or stops the reading leaves the arrival saying so, and no order."""
    try:
        with transaction.atomic():
            read()
    except Stopped as stopped:
        intake.refresh_from_db()
        drop(intake, by=str(stopped), at=at)
    except Refused as refusal:
        _refuse(intake, refusal, at=at)
    StopRequest.objects.filter(intake=intake).delete()


def _write_good(intake: Intake, *, at: datetime) -> None:
    _begin(intake)
    _read_file(intake)
    _finish(intake, at=at)


def _write_whole(intake: Intake, *, at: datetime) -> None:
    """Take the file only where nothing of it is refused; what is stays to be seen, and to be mended."""
    _look(intake)
    if intake.rows_refused:
        refuse_whole(intake, at=at)
    else:
        _write_good(intake, at=at)


def refuse_whole(intake: Intake, *, at: datetime) -> None:
    """Take nothing of a file that has refused rows: whoever sent it wanted all or nothing."""
    template = _(
        "問題のある行が%(rows)s行あるため、このファイルからは何も取り込みませんでした。直して送り直してください。"
    )
    figures = {"rows": f"{intake.rows_refused:,}"}
    intake.error = {"code": "not_whole", "template": template, "figures": figures}
    intake.state, intake.finished_at, intake.shown = Intake.REFUSED, at, []
    intake.orders_new = intake.orders_known = intake.orders_changed = 0
    intake.save()


def drop(intake: Intake, *, by: str, at: datetime) -> None:
    """Nothing of this file is wanted: it goes, and what was read of it; only that it came is kept."""
    intake.refused_rows.all().delete()
    intake.differences.all().delete()
    intake.state, intake.finished_at, intake.decided_by = Intake.DISCARDED, at, by
    intake.shown, intake.error = [], {}
    key, intake.storage_key = intake.storage_key, ""
    intake.save()
    if key:
        transaction.on_commit(lambda: store().delete(key))
    publish_of(intake, "intake.discarded", at=at)


def publish_of(intake: Intake, name: str, *, at: datetime, actor: Actor | None = None, **more: object) -> None:
    """Tell of an arrival, by default as whoever sent it."""
    names = ("source", "rows", "orders_new", "orders_known", "orders_refused")
    data = {**{name: getattr(intake, name) for name in names}, **more}
    actor = actor or Actor(intake.actor_kind, intake.actor_id, intake.actor_name)  # type: ignore[arg-type]
    events.publish([Happening(name, "intake", intake.pk, data)], actor=actor, at=at)


def _begin(intake: Intake) -> None:
    """Forget what an earlier look at the file found: it is read anew."""
    intake.refused_rows.all().delete()
    intake.differences.all().delete()
    intake.shown = []
    for name in _COUNTS:
        setattr(intake, name, 0)


def _look(intake: Intake) -> None:
    """Read the file and note all that would come of it."""
    _begin(intake)
    form = registry.profile_of(intake.profile, intake.profile_version)
    with store().open(intake.storage_key) as stream:
        intake.size = stream.seek(0, 2)
        for part, read in _ahead(_parts(stream, form)):
            _heed(intake)
            known = comparing.known(intake, part)
            differing = will_take(intake.channel, comparing.differences(part, known))
            note_differences(intake, differing)
            changed = differing["order_id"].unique()
            _note(intake, part, Arrived(part.orders.height - known.height, known.height, len(changed)))
            intake.shown += previewing.shown(part, known, changed, most=MOST_SHOWN - len(intake.shown))
            _show_progress(intake, read)
    # Orders whose rows stand scattered over the file come last.
    intake.shown.sort(key=lambda order: order["row"])
    intake.state = Intake.READY
    intake.save()


def _heed(intake: Intake) -> None:
    """End the reading where somebody wants that."""
    asked = StopRequest.objects.filter(intake_id=intake.pk).first()
    if asked is not None:
        raise Stopped(asked.asked_by)


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
    form = registry.profile_of(intake.profile, intake.profile_version)
    with store().open(intake.storage_key) as stream:
        intake.size = stream.seek(0, 2)
        for part, read in _ahead(_parts(stream, form)):
            _heed(intake)
            _take(intake, part, earlier)
            _show_progress(intake, read)


def _parts(stream: BinaryIO, form: Profile) -> Iterator[tuple[reading.Intake, int]]:
    """The file's parts, each with the bytes read so far. Runs in a thread of its own, away from the database."""
    for part in reading.read_batches(stream, form, rows=ROWS_AT_ONCE):
        yield part, stream.tell()


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, the next one prepared by another thread while this one is worked on."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item


def _take(intake: Intake, part: reading.Intake, earlier: checking.Earlier) -> None:
    _note(intake, part, write(intake, part, earlier))


def _note(intake: Intake, part: reading.Intake, arrived: Arrived) -> None:
    """Keep how the file is read, what came of this part, and the rows that are refused."""
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
    intake.orders_changed += arrived.changed


def _show_progress(intake: Intake, read: int) -> None:
    shown = {"read": read, "size": intake.size, "rows": intake.rows, "orders": intake.orders_new}
    with contextlib.suppress(RedisError):  # a cache that is away must not stop the work
        cache.set(progress_key(intake.pk), shown, PROGRESS_SECONDS)


def forget_progress(intake: Intake) -> None:
    """What was read so far was another reading: the next one begins anew."""
    with contextlib.suppress(RedisError):
        cache.delete(progress_key(intake.pk))


def progress_key(intake_id: int) -> str:
    """Where the cache holds how far the reading is: {"read", "size"} in bytes, {"rows", "orders"} so far."""
    return f"intake:{intake_id}"


def _finish(intake: Intake, *, at: datetime) -> None:
    intake.state, intake.finished_at = Intake.DONE, at
    intake.save()
    with connection.cursor() as cursor:
        cursor.execute(_MENDED, [intake.channel_id])
    _keep_file(intake, at=at)
    publish_of(intake, "intake.finished", at=at)


def _keep_file(intake: Intake, *, at: datetime) -> None:
    """The file that was taken becomes a document, kept as long as its kind is."""
    if not intake.storage_key or intake.document_id is not None:
        return
    key = intake.storage_key
    name = named_file(intake)
    with store().open(key) as stream:
        document = documents.file(
            kind="order_file",
            title=name,
            file_name=name,
            content=stream,
            content_type=content_type(name),
            direction=Document.RECEIVED,
            actor=Actor(intake.actor_kind, intake.actor_id, intake.actor_name),  # type: ignore[arg-type]
            at=at,
        )
    intake.document_id, intake.storage_key = document.pk, document.storage_key
    intake.save(update_fields=["document_id", "storage_key"])
    transaction.on_commit(lambda: store().delete(key))


def named_file(intake: Intake) -> str:
    """What the file as it was sent is called; two files come as one archive."""
    return f"{intake.file_name}.zip" if " + " in intake.file_name else intake.file_name


def content_type(name: str) -> str:
    """The media type of an order file of that name."""
    ending = name.lower().rpartition(".")[2]
    return _TYPES.get(ending, "application/octet-stream")


def give_up(*, at: datetime) -> int:
    """Close the arrivals whose reading failed for good; returns how many. Their files may come again."""
    open_ones = Intake.objects.filter(state__in=Intake.READ_NOW, job_id__isnull=False)
    waiting = {intake.job_id: intake for intake in open_ones}
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
