"""What arrives: a file is kept and queued, records are taken at once."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import scope
from core.errors import Refused
from core.events import Actor
from core.tasks import declared
from core.wording import Sentence, _
from documents import names
from documents.ports import key_for
from documents.services import store
from orders import intake as reading
from orders import registry
from orders.intake.pairs import Half
from orders.intake.profiles import Profile
from orders.models import Channel, Intake
from orders.services.intake.deciding import RUN_TASK
from orders.services.intake.running import give_up, take_records

CHECK_TASK = "orders.tasks.check_intake"
MAX_RECORDS = 10_000
LONGEST_NAME = 255
_BLOCK = 1 << 20


@transaction.atomic
def submit(
    channel: Channel,
    *,
    file_name: str,
    data: bytes | None = None,
    stream: BinaryIO | None = None,
    beside: tuple[str, BinaryIO] | None = None,
    mends: Intake | None = None,
    preview: bool = False,
    actor: Actor,
    at: datetime,
) -> Intake:
    """Keep an order file and have it read; returns at once, the reading is a task.

    preview: it is read without writing orders, and somebody who has seen what would come of it decides (deciding.take).

    The file as `data` or as a `stream` that can seek. Refused here already: what is no order file of the channel, and
    a file that came before, byte for byte. beside: the second file, with its name, where the channel hands over two; it
    may come later as well, until then the first waits. mends: the arrival whose refused rows this file brings again.
    """
    source = stream if stream is not None else io.BytesIO(data or b"")
    give_up(at=at)
    form = registry.profile(channel.profile)
    files = [(names.safe(file_name), source), *([(names.safe(beside[0]), beside[1])] if beside else [])]
    half = reading.half_of(source, form) if beside is None else None
    waiting = _waiting_for(channel, half, form)
    if waiting is not None:
        files.append((waiting.file_name, _stored(waiting)))
    if half is not None and waiting is None:
        return _keep_half(channel, half, files[0], actor=actor, at=at)
    whole = source if len(files) == 1 else io.BytesIO(reading.bundled(files, form))
    _refuse_what_is_none(channel, whole)
    digest = _digest(whole)
    _refuse_known(channel, digest)
    name = " + ".join(sorted(name for name, _stream in files))[:LONGEST_NAME]
    intake = _create(channel, digest, file_name=name, mends=mends, actor=actor, at=at)
    _keep(intake, whole)
    intake.state = Intake.CHECKING if preview else Intake.WAITING
    intake.job_id = declared()[CHECK_TASK if preview else RUN_TASK].enqueue(intake_id=intake.pk)
    intake.save(update_fields=["state", "job_id"])
    if waiting is not None:
        waiting.delete()
    return intake


def _waiting_for(channel: Channel, half: str | None, form: Profile) -> Intake | None:
    """The newest file of the channel that waits for this half."""
    if half is None:
        return None
    halves = (
        Intake.objects.select_for_update().filter(channel=channel, state=Intake.HALF).order_by("-created_at", "-id")
    )
    return next((kept for kept in halves if reading.half_of(_stored(kept), form) not in (half, None)), None)


def _stored(intake: Intake) -> BinaryIO:
    with store().open(intake.storage_key) as stream:
        return io.BytesIO(stream.read())


def _keep_half(channel: Channel, half: Half, file: tuple[str, BinaryIO], *, actor: Actor, at: datetime) -> Intake:
    """Keep one file of two until the other comes."""
    name, source = file
    digest = _digest(source)
    _refuse_known(channel, digest)
    intake = _create(channel, digest, file_name=name, mends=None, actor=actor, at=at)
    sentence = reading.what_is_missing(half)
    intake.state, intake.error = Intake.HALF, {"code": "half", "template": sentence.template, "figures": {}}
    intake.save(update_fields=["state", "error"])
    _keep(intake, source)
    return intake


def _keep(intake: Intake, source: BinaryIO) -> None:
    source.seek(0)
    store().put(source, key=intake.storage_key)


def _refuse_what_is_none(channel: Channel, source: BinaryIO) -> None:
    form = registry.profile(channel.profile)
    try:
        with reading.opened(source, form):
            return
    except Refused as refusal:
        other = refusal.code == "wrong_header" and _other_form(source, form)
        if not other:
            raise
        sentence = _("これは「%(other)s」のファイルのようです。選ばれている販売チャネルの形式は「%(form)s」です。")
        said = Sentence(sentence, other=other.name, form=form.name)
        raise Refused(said, code="other_channel", profile=other.code) from refusal


def _other_form(source: BinaryIO, form: Profile) -> Profile | None:
    others = [other for other in registry.profiles().values() if other.code != form.code]
    return reading.recognised(source, others) or next((o for o in others if reading.half_of(source, o)), None)


def _digest(source: BinaryIO) -> str:
    source.seek(0)
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _refuse_known(channel: Channel, digest: str) -> None:
    came = Intake.objects.filter(channel=channel, sha256=digest, orders_undone=0)
    known = came.exclude(state__in=Intake.CAME_TO_NOTHING).first()
    if known is not None:
        raise _came_before(known)


def _came_before(known: Intake) -> Refused:
    when = timezone.localtime(known.created_at)
    sentence = _("同じファイルが%(when)sに「%(name)s」として取り込まれています。注文は重ねて登録されません。")
    if known.state in (Intake.CHECKING, Intake.READY):
        sentence = _("同じファイルが%(when)sに「%(name)s」として届き、取り込むかどうかの確認を待っています。")
    return Refused(
        Sentence(sentence, when=f"{when:%Y/%m/%d %H:%M}", name=known.file_name), code="same_file", intake=known.pk
    )


def _create(
    channel: Channel, digest: str, *, file_name: str, mends: Intake | None, actor: Actor, at: datetime
) -> Intake:
    intake = _intake(channel, source="file", mends=mends, actor=actor, at=at)
    intake.file_name, intake.sha256 = file_name, digest
    intake.storage_key = key_for(scope.current_client(), uuid4())
    try:
        with transaction.atomic():
            intake.save(force_insert=True)
    except IntegrityError:  # the same file at the same time: whoever came second
        _refuse_known(channel, digest)
        raise
    return intake


def _intake(channel: Channel, *, source: str, mends: Intake | None, actor: Actor, at: datetime) -> Intake:
    form = None if source != "file" else registry.profile(channel.profile)
    return Intake(
        channel=channel,
        profile=form.code if form else "",
        profile_version=form.version if form else 0,
        source=source,
        mends=mends,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=at,
    )


@transaction.atomic
def accept(
    channel: Channel, records: Sequence[Mapping[str, Any]], *, actor: Actor, at: datetime, source: str = "api"
) -> Intake:
    """Take orders as records (orders.intake.from_records), through the same checks as those of a file, at once.

    What became of each is in the Intake: its orders, the known and the refused numbers. source: "api" or "hand".
    """
    if not records:
        raise Refused(Sentence(_("注文が1件もありません。")), code="no_rows")
    if len(records) > MAX_RECORDS:
        sentence = _("一度に送れる注文は%(limit)s件までです（%(count)s件ありました）。分けて送ってください。")
        raise Refused(Sentence(sentence, limit=MAX_RECORDS, count=len(records)), code="too_many")
    intake = _intake(channel, source=source, mends=None, actor=actor, at=at)
    intake.save(force_insert=True)
    return take_records(intake, records, at=at)
