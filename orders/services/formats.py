"""Layouts that a client maps itself: begun from a sample, worked on as a draft, kept in versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from uuid import uuid4

from django.db import transaction

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from documents import names
from orders import registry
from orders.intake import mapped, sampling
from orders.models import Channel, FileFormat, FormatVersion, Intake

KIND = "order-file-format"
LARGEST_JSON = 256 * 1024
PAIR, LONGEST_NAME = 2, 255

Files = Sequence[tuple[str, BinaryIO]]
"""Files with their names."""


@transaction.atomic
def begin(*, name: str, files: Files) -> FileFormat:
    """A new layout from a sample, with a draft that maps what is known by name.

    files: one, or the two that belong together, of the orders and of their items. Refused where that is no table, or
    where the two have nothing to be joined on.
    """
    joined = _sampled(files)
    draft = sampling.suggested(sampling.columns_of(joined.sample), registry.profiles().values())
    if joined.pair:
        draft["pair"] = joined.pair
        # What joins the two is what an order is known by.
        draft["fields"]["number"] = {"columns": [joined.pair["key"]]}
    return FileFormat.objects.create(
        code=f"own-{uuid4().hex[:8]}", name=name, draft=draft, sample=joined.sample, sample_name=_called(files)
    )


@transaction.atomic
def sample_again(format_id: int, *, files: Files, definition: Mapping[str, Any]) -> FileFormat:
    """Try the mapping on another sample; what is mapped stays. Refused where it is of another number of files."""
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    if bool(definition.get("pair")) != (len(files) == PAIR):
        sentence = _("この取込形式の見本は1つのファイルです。1つだけ選んでください。")
        if definition.get("pair"):
            sentence = _("この取込形式は二つのファイルを合わせて読み取ります。注文と明細の二つを選んでください。")
        raise Refused(Sentence(sentence), code="other_files")
    own.sample, own.sample_name = _sampled(files).sample, _called(files)
    own.save(update_fields=["sample", "sample_name"])
    return own


def _sampled(files: Files) -> sampling.Joined:
    """What the beginnings of the files come to."""
    if len(files) > PAIR:
        raise Refused(Sentence(_("見本にできるのは1つか2つのファイルです。")), code="too_many_files")
    if len(files) == PAIR:
        return sampling.sample_of_pair(files[0][1], files[1][1], registry.profiles().values())
    return sampling.Joined(sampling.sample_of(files[0][1]), {})


def _called(files: Files) -> str:
    return " + ".join(names.safe(name) for name, _stream in files)[:LONGEST_NAME]


@transaction.atomic
def rename(format_id: int, name: str, *, actor: Actor, at: datetime) -> FileFormat:
    """Call it otherwise, earlier imports included: they name it by its code."""
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    if name != own.name:
        own.name = name
        own.save(update_fields=["name"])
        _tell("format.renamed", own, actor=actor, at=at)
    return own


@transaction.atomic
def remove(format_id: int, *, actor: Actor, at: datetime) -> bool:
    """Put it away. True where it is gone, False where it was kept in the archive because something was read by it.

    Refused while a channel in use is read by it.
    """
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    channels = list(Channel.objects.select_for_update().filter(profile=own.code).order_by("name"))
    reading = "、".join(channel.name for channel in channels if channel.is_active)
    if reading:
        sentence = _(
            "販売チャネル「%(channels)s」がこの取込形式を使っています。"
            "先に販売チャネルの取込形式を変えるか、使用をやめてください。"
        )
        raise Refused(Sentence(sentence, channels=reading), code="in_use")
    kept = bool(channels) or Intake.objects.filter(profile=own.code).exists()
    _tell("format.archived" if kept else "format.deleted", own, actor=actor, at=at)
    if kept:
        own.is_archived = True
        own.save(update_fields=["is_archived"])
    else:
        own.delete()
    return not kept


@transaction.atomic
def restore(format_id: int, *, actor: Actor, at: datetime) -> FileFormat:
    """Take it out of the archive."""
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    if own.is_archived:
        own.is_archived = False
        own.save(update_fields=["is_archived"])
        _tell("format.restored", own, actor=actor, at=at)
    return own


def keep_draft(format_id: int, definition: Mapping[str, Any]) -> None:
    """Keep what is being worked on, whether or not it makes sense yet."""
    FileFormat.objects.filter(pk=format_id).update(draft=definition)


@transaction.atomic
def save(format_id: int, definition: Mapping[str, Any], *, actor: Actor, at: datetime) -> FormatVersion:
    """Make a version of it that new files are read by; earlier imports keep theirs. Refused where it makes no sense."""
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    latest = own.versions.first()
    number = latest.version + 1 if latest else 1
    mapped.profile(definition, code=own.code, name=own.name, version=number)
    version = FormatVersion.objects.create(
        format=own, version=number, definition=definition, made_at=at, made_by=actor.name
    )
    own.current, own.draft = number, {}
    own.save(update_fields=["current", "draft"])
    _tell("format.saved", own, actor=actor, at=at)
    return version


@transaction.atomic
def use(format_id: int, version: int, *, actor: Actor, at: datetime) -> FileFormat:
    """Have new files read by this version."""
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    if not own.versions.filter(version=version).exists():
        raise Refused(Sentence(_("第%(version)s版はありません。"), version=version), code="no_version")
    own.current, own.draft = version, {}
    own.save(update_fields=["current", "draft"])
    _tell("format.switched", own, actor=actor, at=at)
    return own


def exported(own: FileFormat) -> bytes:
    """The version in force as JSON, without the sample."""
    version = own.versions.filter(version=own.current).first()
    if version is None:
        raise Refused(Sentence(_("保存した版がまだありません。")), code="no_version")
    content = {"kind": KIND, "name": own.name, "version": version.version, "definition": version.definition}
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


@transaction.atomic
def import_json(content: bytes, *, actor: Actor, at: datetime) -> FileFormat:
    """A layout from what `exported` gave. Refused, with the place, where it is none."""
    try:
        data = json.loads(content[: LARGEST_JSON + 1]) if len(content) <= LARGEST_JSON else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("kind") != KIND or not isinstance(data.get("name"), str):
        sentence = _("取込形式のJSONファイルではありません。この画面から書き出したファイルを選んでください。")
        raise Refused(Sentence(sentence), code="no_format")
    own = FileFormat.objects.create(code=f"own-{uuid4().hex[:8]}", name=data["name"].strip()[:60])
    save(own.pk, data.get("definition"), actor=actor, at=at)  # type: ignore[arg-type]
    own.refresh_from_db()
    return own


def _tell(name: str, own: FileFormat, *, actor: Actor, at: datetime) -> None:
    data = {"code": own.code, "name": own.name, "version": own.current}
    publish([Happening(name, "format", own.pk, data)], actor=actor, at=at)
