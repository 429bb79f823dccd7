"""Files are kept, checked, opened and, when their time has come, deleted."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import BinaryIO
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from core import scope
from core.errors import Refused
from core.events import Actor, Happening, publish
from documents import names, sniffing
from documents.kinds import KINDS
from documents.models import Document
from documents.ports import Store, key_for
from documents.stores.envelope import Keyring
from documents.stores.local import LocalStore
from documents.stores.s3 import S3Store, connect

TOKYO = ZoneInfo("Asia/Tokyo")
LARGEST = 50 * 1024 * 1024


@cache
def store() -> Store:
    """Where the bytes lie: S3 where one is configured, else the local disk, encrypted."""
    s3 = settings.S3
    if s3["bucket"]:
        client = connect(
            access_key=s3["access_key"],
            secret_key=s3["secret_key"],
            endpoint_url=s3["endpoint_url"] or None,
            region=s3["region"],
        )
        return S3Store(client, bucket=s3["bucket"])
    return LocalStore(settings.VAR / "files", keyring=Keyring(settings.ENCRYPTION_KEY.split(",")))


def file(
    *,
    kind: str,
    title: str,
    file_name: str,
    content: bytes | BinaryIO,
    content_type: str,
    actor: Actor,
    at: datetime,
    direction: str = Document.ISSUED,
    transaction_date: date | None = None,
    amount: Decimal | None = None,
    counterparty: str = "",
    order_id: int | None = None,
    invoice_id: int | None = None,
    supersedes: Document | None = None,
    state: str = Document.READY,
) -> Document:
    """Keep a file of the client at hand and say so. The bytes are stored before the row: a row always has its bytes.

    transaction_date: 取引年月日, today where it is left out. Raises what the store raises.
    """
    public_id = uuid4()
    key = key_for(scope.current_client(), public_id)
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    stored = store().put(stream, key=key)
    day = transaction_date or at.astimezone(TOKYO).date()
    document = Document.objects.create(
        public_id=public_id,
        kind=kind,
        direction=direction,
        state=state,
        title=title,
        counterparty=counterparty,
        transaction_date=day,
        amount=amount,
        order_id=order_id,
        invoice_id=invoice_id,
        file_name=names.safe(file_name),
        content_type=content_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_key=key,
        supersedes=supersedes,
        retain_until=_years_after(day, KINDS[kind].years),
        created_at=at,
        created_by=actor.name,
    )
    publish([_happening("document.filed", document)], actor=actor, at=at)
    return document


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March, so that nothing is kept a day too short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _happening(name: str, document: Document) -> Happening:
    data = {"kind": document.kind, "title": document.title, "sha256": document.sha256}
    return Happening(name, "document", document.pk, data, order_id=document.order_id)


def upload(
    stream: BinaryIO,
    *,
    file_name: str,
    kind: str,
    title: str,
    actor: Actor,
    at: datetime,
    transaction_date: date | None = None,
    amount: Decimal | None = None,
    counterparty: str = "",
    direction: str = Document.RECEIVED,
) -> Document:
    """Keep a file that a person sent, after a look whether it is what its name claims. Refused with what is wrong."""
    if kind not in KINDS:
        raise Refused(_("書類の種類を選んでください。"), code="kind", field="kind")
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > LARGEST:
        raise Refused(
            _("ファイルが大きすぎます（%(size)s MB）。%(most)s MB以下にしてください。")
            % {"size": size // 1048576, "most": LARGEST // 1048576},
            code="too_large",
            field="file",
        )
    found = sniffing.inspect(stream, name=file_name)
    stream.seek(0)
    return file(
        kind=kind,
        title=title or file_name,
        file_name=file_name,
        content=stream,
        content_type=found.content_type,
        actor=actor,
        at=at,
        direction=direction,
        transaction_date=transaction_date,
        amount=amount,
        counterparty=counterparty,
    )


def open_content(document: Document) -> BinaryIO:
    """The bytes of a document, as a seekable stream. Refused where it is not (or no longer) to be opened."""
    if document.deleted_at is not None:
        raise Refused(_("この書類は保存期間の満了により削除されました。"), code="deleted")
    if document.state != Document.READY:
        raise Refused(_("この書類は検査が終わっていないため、まだ開けません。"), code="quarantine")
    return store().open(document.storage_key)


def delete(document_id: int, *, actor: Actor, at: datetime) -> Document:
    """Delete the bytes of a document whose time has come; its row stays. Refused before time or under legal hold."""
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.legal_hold:
        raise Refused(_("法的保全の対象のため削除できません。"), code="legal_hold")
    if at.astimezone(TOKYO).date() < document.retain_until:
        raise Refused(
            _("保存期間中のため削除できません。%(day)s 以降に削除できます。") % {"day": document.retain_until},
            code="retained",
        )
    store().delete(document.storage_key)
    document.deleted_at = at
    document.save(update_fields=["deleted_at"])
    publish([_happening("document.deleted", document)], actor=actor, at=at)
    return document
