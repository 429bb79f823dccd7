"""Layouts that a client maps itself: begun from a sample, worked on as a draft, kept in versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
from orders.models import FileFormat, FormatVersion

KIND = "order-file-format"
LARGEST_JSON = 256 * 1024


@transaction.atomic
def begin(*, name: str, file_name: str, source: BinaryIO) -> FileFormat:
    """A new layout from a sample, with a draft that maps what is known by name. Refused where that is no table."""
    sample = sampling.sample_of(source)
    draft = sampling.suggested(sampling.columns_of(sample), registry.profiles().values())
    return FileFormat.objects.create(
        code=f"own-{uuid4().hex[:8]}", name=name, draft=draft, sample=sample, sample_name=names.safe(file_name)
    )


@transaction.atomic
def sample_again(format_id: int, *, file_name: str, source: BinaryIO) -> FileFormat:
    """Try the mapping on another sample; what is mapped stays."""
    own = FileFormat.objects.select_for_update().get(pk=format_id)
    own.sample, own.sample_name = sampling.sample_of(source), names.safe(file_name)
    own.save(update_fields=["sample", "sample_name"])
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
