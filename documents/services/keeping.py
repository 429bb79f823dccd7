"""Files are kept, checked, opened and, when their time has come, deleted."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any, BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import scope
from core.batches import Outcome
from core.errors import Refused
from core.events import SYSTEM, Actor, Happening, publish
from core.periods import TOKYO, local_day
from core.tasks import declared
from core.text import search_key
from documents import names, queries, sniffing
from documents.bundles import Member, bundle
from documents.kinds import KINDS, missing
from documents.models import Document
from documents.ports import DirectStore, Scanner, Store, key_for
from documents.scanners.clamav import ClamAV
from documents.stores.envelope import Keyring
from documents.stores.local import LocalStore
from documents.stores.s3 import S3Store, connect
from tenants.services import note_access

LARGEST = 50 * 1024 * 1024
ARCHIVE_MOST = 5000
ARCHIVE_BYTES = 4 << 30
CHECK_TASK = "documents.tasks.check"

VIEWED, DOWNLOADED, ARCHIVED = "opened", "downloaded", "archived"
"""How somebody read a document: in the browser, as a file, or in an archive with others."""


@cache
def store() -> Store:
    """Where the bytes lie: S3 where one is configured, else the local disk, encrypted."""
    s3 = settings.S3
    if not s3["bucket"]:
        return LocalStore(settings.VAR / "files", keyring=Keyring(settings.ENCRYPTION_KEY.split(",")))
    client, public = (
        connect(
            access_key=s3["access_key"],
            secret_key=s3["secret_key"],
            endpoint_url=endpoint or None,
            region=s3["region"],
        )
        for endpoint in (s3["endpoint_url"], s3["public_endpoint_url"] or s3["endpoint_url"])
    )
    return S3Store(client, bucket=s3["bucket"], public=public)


def scanner() -> Scanner | None:
    """Who looks for viruses, where one is configured."""
    return ClamAV(settings.CLAMAV_URL) if settings.CLAMAV_URL else None


@dataclass(frozen=True)
class Filing:
    """A file to be kept. transaction_date: 取引年月日, today where it is left out."""

    kind: str
    title: str
    file_name: str
    content: bytes | BinaryIO
    content_type: str
    direction: str = Document.ISSUED
    transaction_date: date | None = None
    amount: Decimal | None = None
    counterparty: str = ""
    order_id: int | None = None
    invoice_id: int | None = None
    supersedes: Document | None = None
    state: str = Document.READY


def file(
    *,
    kind: str,
    title: str,
    file_name: str,
    content: bytes | BinaryIO,
    content_type: str,
    actor: Actor,
    at: datetime,
    **more: Any,
) -> Document:
    """Keep one file, as `file_all` does; `more` are the other fields of a `Filing`."""
    filing = Filing(kind, title, file_name, content, content_type, **more)
    return file_all([filing], actor=actor, at=at)[0]


def file_all(filings: Sequence[Filing], *, actor: Actor, at: datetime) -> list[Document]:
    """Keep files of the client at hand and say so. The bytes are stored before the rows: a row always has its bytes.

    Returns the documents in the order of the filings. Raises what the store raises.
    """
    documents = Document.objects.bulk_create([_stored(filing, actor=actor, at=at) for filing in filings])
    told = {Document.READY: "document.filed"}
    publish([_happening(told.get(d.state, "document.received"), d) for d in documents], actor=actor, at=at)
    return documents


def _stored(filing: Filing, *, actor: Actor, at: datetime) -> Document:
    """The row of a file whose bytes are in the store now."""
    public_id = uuid4()
    key = key_for(scope.current_client(), public_id)
    content = filing.content
    stored = store().put(io.BytesIO(content) if isinstance(content, bytes) else content, key=key)
    day = filing.transaction_date or local_day(at)
    safe_name = names.safe(filing.file_name)
    return Document(
        public_id=public_id,
        kind=filing.kind,
        direction=filing.direction,
        state=filing.state,
        title=filing.title,
        counterparty=filing.counterparty,
        transaction_date=day,
        amount=filing.amount,
        order_id=filing.order_id,
        invoice_id=filing.invoice_id,
        file_name=safe_name,
        content_type=filing.content_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_key=key,
        supersedes=filing.supersedes,
        retain_until=KINDS[filing.kind].kept_until(day),
        created_at=at,
        created_by=actor.name,
        search=search_key(f"{filing.title}|{filing.counterparty}|{safe_name}"),
        counterparty_key=search_key(filing.counterparty)[:200],
    )


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
    order_id: int | None = None,
    supersedes_id: int | None = None,
) -> Document:
    """Keep a file that a person sent, after a look whether it is what its name claims. Refused with what is wrong.

    Where a virus scanner is configured the document waits in quarantine until that has looked at it. supersedes_id:
    the document of which this is the next version.
    """
    for lacking, sentence in missing(kind, counterparty=counterparty, amount=amount).items():
        raise Refused(sentence, code="missing", field=lacking)
    found = _inspected(stream, file_name)
    document = file(
        kind=kind,
        title=title or names.safe(file_name),
        file_name=file_name,
        content=stream,
        content_type=found.content_type,
        actor=actor,
        at=at,
        direction=direction,
        transaction_date=transaction_date,
        amount=amount,
        counterparty=counterparty,
        order_id=order_id,
        supersedes=_latest(supersedes_id) if supersedes_id else None,
        state=Document.QUARANTINE if scanner() else Document.READY,
    )
    if document.state == Document.QUARANTINE:
        declared()[CHECK_TASK].enqueue(document_id=document.pk)
    return document


def _inspected(stream: BinaryIO, file_name: str) -> sniffing.Kind:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > LARGEST:
        raise Refused(
            _("ファイルが大きすぎます（%(size)s MB）。%(most)s MB以下にしてください。")
            % {"size": -(-size // 1048576), "most": LARGEST // 1048576},
            code="too_large",
            field="file",
        )
    try:
        return sniffing.inspect(stream, name=file_name)
    except Refused as refusal:
        refusal.field = "file"
        raise


def _latest(document_id: int) -> Document:
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.superseded_by.exclude(state=Document.REJECTED).exists():
        raise Refused(_("この書類にはすでに新しい版があります。最新の版を開いて登録してください。"), code="superseded")
    return document


def check(document_id: int, *, at: datetime) -> None:
    """Have a document in quarantine looked through: it becomes ready, or is refused and its bytes are dropped.

    Does nothing where it was checked already or is being checked elsewhere. Raises ScannerAway: ask again later.
    """
    waiting = Document.objects.select_for_update(skip_locked=True).filter(pk=document_id, state=Document.QUARANTINE)
    document = waiting.first()
    if document is None:
        return
    document.rejection = _rejection(document)
    document.state = Document.REJECTED if document.rejection else Document.READY
    document.save(update_fields=["state", "rejection"])
    if document.rejection:
        store().delete(document.storage_key)
    name = "document.rejected" if document.rejection else "document.filed"
    publish([_happening(name, document, rejection=document.rejection)], actor=SYSTEM, at=at)


def _rejection(document: Document) -> str:
    looker = scanner()
    if looker is None:  # the scanner was taken away meanwhile: what is uploaded now is not looked at either
        return ""
    with store().open(document.storage_key) as content:
        return looker.scan(content).rejection


def belongs_to_order(
    document_id: int, *, order_id: int, counterparty: str, amount: Decimal, actor: Actor, at: datetime
) -> bool:
    """Note of a document that came before its order which one that is, from whom and for how much.

    False where it belongs to another one already, is gone or was refused; then nothing changes.
    """
    free = Document.objects.filter(pk=document_id, order_id__isnull=True, deleted_at__isnull=True)
    document = free.select_for_update().exclude(state=Document.REJECTED).first()
    if document is None:
        return False
    document.order_id = order_id
    document.counterparty = document.counterparty or counterparty[:100]
    document.amount = amount if document.amount is None else document.amount
    document.search = search_key(f"{document.title}|{document.counterparty}|{document.file_name}")
    document.counterparty_key = search_key(document.counterparty)[:200]
    document.save(update_fields=["order_id", "counterparty", "amount", "search", "counterparty_key"])
    told = _happening("document.assigned", document)
    publish([Happening(told.name, "document", document.pk, told.data, order_id=order_id)], actor=actor, at=at)
    return True


def open_content(document: Document) -> BinaryIO:
    """The bytes of a document, as a seekable stream. Refused where it is not (or no longer) to be opened."""
    check_readable(document)
    return store().open(document.storage_key)


def check_readable(document: Document) -> None:
    """Refused where the document is not (or no longer) to be opened."""
    if document.deleted_at is not None:
        raise Refused(_("この書類は保存期間の満了により削除されました。"), code="deleted")
    if document.state == Document.REJECTED:
        raise Refused(_("この書類は検査で受け取れなかったため、開けません。"), code="rejected")
    if document.state != Document.READY:
        raise Refused(
            _("この書類はウイルス検査が終わっていないため、まだ開けません。少し待って開き直してください。"),
            code="quarantine",
        )


def read(documents: Sequence[Document], *, how: str, actor: Actor, at: datetime) -> None:
    """Note that somebody reads these documents: in the client's record for each, in the access log once.

    how: VIEWED, DOWNLOADED or ARCHIVED. Refused where one of them is not to be opened.
    """
    for document in documents:
        check_readable(document)
    publish([_happening("document.read", document, how=how) for document in documents], actor=actor, at=at)
    one = documents[0].title if len(documents) == 1 else ""
    many = {"documents": len(documents)} if len(documents) > 1 else {}
    code = scope.current_client()
    note_access(action=f"document.{how}", subject=one, client=code, actor=actor, at=at, **many)


def archive(documents: QuerySet[Document], *, side: queries.Side, actor: Actor, at: datetime) -> Iterator[bytes]:
    """These documents as one ZIP archive with an index, piece by piece; what cannot be opened is left out.

    Refused where nothing is left, or too much. Noted as read before the first piece.
    """
    opened = documents.filter(state=Document.READY, deleted_at__isnull=True)
    chosen = list(opened.order_by("transaction_date", "id")[: ARCHIVE_MOST + 1])
    if not chosen:
        raise Refused(_("開ける書類がありません。書類を選び直してください。"), code="nothing")
    if len(chosen) > ARCHIVE_MOST or sum(document.size for document in chosen) > ARCHIVE_BYTES:
        sentence = _("一度にまとめられるのは%(most)s件、%(gigabytes)s GBまでです。期間などで絞り込んでください。")
        figures = {"most": f"{ARCHIVE_MOST:,}", "gigabytes": ARCHIVE_BYTES >> 30}
        raise Refused(sentence % figures, code="too_many")
    read(chosen, how=ARCHIVED, actor=actor, at=at)
    index = queries.index_file(chosen, side=side)
    files = [
        Member(queries.archive_name(one), one.created_at.astimezone(TOKYO), partial(store().open, one.storage_key))
        for one in chosen
    ]
    return bundle([Member("index.csv", at.astimezone(TOKYO), lambda: io.BytesIO(index)), *files])


def download_link(document: Document) -> str:
    """A short-lived link to the file at the store itself; "" where the store cannot be reached by browsers."""
    place = store()
    s3 = settings.S3
    reachable = bool(s3["public_endpoint_url"]) or not s3["endpoint_url"]
    if not reachable or not isinstance(place, DirectStore):
        return ""
    return place.download_url(document.storage_key, filename=document.file_name, content_type=document.content_type)


def set_legal_hold(document_ids: Iterable[int], *, on: bool, actor: Actor, at: datetime) -> Outcome:
    """Keep documents beyond their time (訴訟・調査), or no longer. Those that stand so already count as done."""
    locked = list(Document.objects.select_for_update().filter(pk__in=list(document_ids)).order_by("pk"))
    gone = {d.pk: Refused(_("すでに削除されています。"), code="deleted") for d in locked if d.deleted_at}
    changed = [d for d in locked if d.legal_hold is not on and d.pk not in gone]
    Document.objects.filter(pk__in=[d.pk for d in changed]).update(legal_hold=on)
    name = "document.hold_placed" if on else "document.hold_lifted"
    publish([_happening(name, document) for document in changed], actor=actor, at=at)
    return Outcome.of((d.pk for d in locked if d.pk not in gone), gone)


def delete(document_ids: Iterable[int], *, actor: Actor, at: datetime) -> Outcome:
    """Delete the bytes of documents whose time has come; their rows stay, and say what was deleted and when.

    Refused before time and under legal hold.
    """
    locked = list(Document.objects.select_for_update().filter(pk__in=list(document_ids)).order_by("pk"))
    refused = _kept(locked, today=local_day(at))
    going = [d for d in locked if d.pk not in refused and d.deleted_at is None]
    for document in going:
        store().delete(document.storage_key)
    Document.objects.filter(pk__in=[d.pk for d in going]).update(deleted_at=at)
    publish(
        [_happening("document.deleted", d, retain_until=d.retain_until.isoformat()) for d in going], actor=actor, at=at
    )
    return Outcome.of((d.pk for d in locked if d.pk not in refused), refused)


def _kept(documents: Sequence[Document], *, today: date) -> Mapping[int, Refused]:
    """Which of them may not be deleted yet, and why."""
    refused = {}
    for document in documents:
        if document.legal_hold:
            refused[document.pk] = Refused(_("法的保全の対象のため削除できません。"), code="legal_hold")
        elif today < document.retain_until:
            sentence = _("保存期間中のため削除できません。%(day)s 以降に削除できます。")
            refused[document.pk] = Refused(sentence % {"day": document.retain_until}, code="retained")
    return refused


def delete_expired(*, at: datetime, most: int = 500) -> int:
    """Delete up to `most` documents whose time is over; returns how many that were."""
    today = local_day(at)
    over = Document.objects.filter(deleted_at__isnull=True, retain_until__lte=today, legal_hold=False)
    ids = list(over.exclude(state=Document.REJECTED).order_by("retain_until").values_list("pk", flat=True)[:most])
    return len(delete(ids, actor=SYSTEM, at=at).done)


def _happening(name: str, document: Document, **more: str) -> Happening:
    data = {"kind": document.kind, "title": document.title, "sha256": document.sha256, **more}
    # To an order's story it belongs that a paper is there, not who looks at it.
    order_id = document.order_id if name == "document.filed" else None
    return Happening(name, "document", document.pk, data, order_id=order_id)
