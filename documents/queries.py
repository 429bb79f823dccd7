"""What is asked about documents. Figures and names come as pages show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Literal

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import Event
from core.paging import Page, page_of
from core.sheets import csv_file
from core.text import search_key
from documents import names, verdicts
from documents.kinds import KINDS
from documents.models import Document, IssuedPaper, Letterhead, PrintRun

Side = Literal["client", "operator"]

SORTS = {
    "date": ("transaction_date", "id"),
    "-date": ("-transaction_date", "-id"),
    "created": ("created_at", "id"),
    "-created": ("-created_at", "-id"),
}
NEWEST = "-date"
IN_BROWSER = frozenset({"application/pdf", "image/png", "image/jpeg"})
HISTORY_ROWS = 100
_LOOK = ("letterhead__logo", "letterhead__seal")
ICONS = {"application/pdf": "file-type-pdf", "image/png": "photo", "image/jpeg": "photo", "text/csv": "file-type-csv"}


@dataclass(frozen=True)
class Wanted:
    """Which documents are looked for; what is left out matches everything. All of it must hold at once.

    kinds: the codes that the asker may see. first, last: 取引年月日, both included. least, most: yen including tax,
    both included. counterparty: part of the name. text: words of title, counterparty or file name. standing: "current"
    (kept, newest versions), "old" (superseded), "rejected", "deleted" or "all".
    """

    kinds: Collection[str]
    kind: str = ""
    direction: str = ""
    first: date | None = None
    last: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    counterparty: str = ""
    text: str = ""
    standing: str = "current"


@dataclass(frozen=True)
class Row:
    """A line of the list. tone, state: how it stands, "" where it simply is there."""

    pk: int
    title: str
    kind: str
    direction: str
    counterparty: str
    transaction_date: date
    amount: Decimal | None
    file_name: str
    icon: str
    size: int
    state: str
    tone: str
    readable: bool
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class Listing:
    """A page of documents, and of all that match: how many, and the sum of their amounts (None: none has one)."""

    page: Page[Document]
    rows: list[Row]
    count: int
    total: Decimal | None


def matching(wanted: Wanted) -> QuerySet[Document]:
    """The documents that are looked for."""
    kinds = [kind for kind in wanted.kinds if wanted.kind in ("", kind)]
    found = Document.objects.filter(_standing(wanted.standing), kind__in=kinds)
    bounds = {
        "direction": wanted.direction or None,
        "transaction_date__gte": wanted.first,
        "transaction_date__lte": wanted.last,
        "amount__gte": wanted.least,
        "amount__lte": wanted.most,
        "counterparty_key__contains": search_key(wanted.counterparty) or None,
    }
    found = found.filter(**{name: bound for name, bound in bounds.items() if bound is not None})
    for word in wanted.text.split():
        found = found.filter(search__contains=search_key(word))
    return found


def _standing(standing: str) -> Q:
    newer = Q(Exists(Document.objects.filter(supersedes=OuterRef("pk")).exclude(state=Document.REJECTED)))
    kept = Q(deleted_at__isnull=True) & ~Q(state=Document.REJECTED)
    standings: dict[str, Q] = {
        "current": kept & ~newer,
        "old": kept & newer,
        "rejected": Q(state=Document.REJECTED),
        "deleted": Q(deleted_at__isnull=False),
        "all": Q(),
    }
    return standings.get(standing, standings["current"])


def search(
    wanted: Wanted, *, side: Side, sort: str = NEWEST, after: str = "", before: str = "", size: int = 50
) -> Listing:
    """A page of the documents that are looked for, newest 取引日 first unless `sort` is another key of SORTS."""
    found = matching(wanted)
    whole = found.aggregate(count=Count("pk"), total=Sum("amount"))
    page = page_of(found, order=SORTS.get(sort, SORTS[NEWEST]), after=after, before=before, size=size)
    return Listing(page, [row_of(document, side) for document in page.rows], whole["count"], whole["total"])


def row_of(document: Document, side: Side) -> Row:
    """The document as a line of a list."""
    state, tone = _state(document)
    return Row(
        pk=document.pk,
        title=document.title,
        kind=kind_label(document.kind),
        direction=direction_label(document.direction, side),
        counterparty=document.counterparty,
        transaction_date=document.transaction_date,
        amount=document.amount,
        file_name=document.file_name,
        icon=ICONS.get(document.content_type, "file"),
        size=document.size,
        state=state,
        tone=tone,
        readable=document.state == Document.READY and document.deleted_at is None,
        created_at=document.created_at,
        created_by=document.created_by,
    )


def kind_label(code: str) -> str:
    """The name of a kind of document, in the reader's language."""
    return _(KINDS[code].label) if code in KINDS else code


def direction_label(direction: str, side: Side) -> str:
    """Which way a document went, as that side says it: what the operator issues, the client receives."""
    labels = {
        Document.ISSUED: _("発行") if side == "operator" else _("受領"),
        Document.RECEIVED: _("受領") if side == "operator" else _("送付"),
        Document.EXCHANGED: _("共有"),
        Document.OUTWARD: _("購入者へ発行"),
    }
    return labels.get(direction, direction)


def _state(document: Document) -> tuple[str, str]:
    if document.deleted_at is not None:
        return _("削除済み"), "waiting"
    return {
        Document.QUARANTINE: (_("検査中"), "moving"),
        Document.REJECTED: (_("受取不可"), "trouble"),
    }.get(document.state, ("", ""))


def of(document_id: int, kinds: Collection[str]) -> Document | None:
    """The document, where there is one of these kinds."""
    return Document.objects.filter(pk=document_id, kind__in=list(kinds)).first()


def of_order(order_id: int, kinds: Collection[str], *, side: Side) -> list[Row]:
    """The papers of one order, newest first."""
    found = Document.objects.filter(order_id=order_id, kind__in=list(kinds)).order_by("-transaction_date", "-id")
    return [row_of(document, side) for document in found]


def without_order(kinds: Collection[str], *, most: int) -> list[Document]:
    """The newest documents of these kinds that came from somebody and belong to no order or invoice yet."""
    came = Document.objects.filter(kind__in=list(kinds), order_id__isnull=True, invoice_id__isnull=True)
    kept = came.filter(deleted_at__isnull=True, content_type__in=IN_BROWSER).exclude(state=Document.REJECTED)
    return list(kept.exclude(direction=Document.OUTWARD).order_by("-created_at", "-id")[:most])


@dataclass(frozen=True)
class Version:
    """One version of a document: its number from 1, and whether it is the one at hand."""

    pk: int
    number: int
    created_at: datetime
    created_by: str
    sha256: str
    here: bool


@dataclass(frozen=True)
class Past:
    """Something that happened to a document."""

    at: datetime
    title: str
    actor: str
    tone: str
    icon: str
    note: str = ""


@dataclass(frozen=True)
class Detail:
    """Everything about one document. refusal: why it was refused, "" where it was not. newest: the id of its newest
    version, None where that is itself.
    """

    document: Document
    row: Row
    versions: list[Version]
    history: list[Past]
    in_browser: bool
    is_image: bool
    refusal: str
    newest: int | None
    may_be_replaced: bool
    reads_in_words: str
    retention_in_words: str


def detail(document: Document, *, side: Side) -> Detail:
    """The document with its versions, how often it was read, and what happened to it of late. Three queries."""
    versions = _versions(document)
    told = _told_of(document)
    reads = told.filter(name="document.read").aggregate(times=Count("pk"), people=Count("actor_id", distinct=True))
    row = row_of(document, side)
    newest = versions[-1].pk
    return Detail(
        document=document,
        row=row,
        versions=versions,
        history=[_past(event) for event in told.order_by("-at", "-id")[:HISTORY_ROWS]],
        in_browser=row.readable and document.content_type in IN_BROWSER,
        is_image=document.content_type.startswith("image/"),
        refusal=str(verdicts.explain(document.rejection)) if document.rejection else "",
        newest=newest if newest != document.pk else None,
        may_be_replaced=row.readable and newest == document.pk and document.invoice_id is None,
        reads_in_words=_("閲覧・ダウンロード %(times)s回（%(people)s人）") % reads,
        retention_in_words=_retention(document.kind),
    )


def _retention(code: str) -> str:
    kind = KINDS[code]
    pattern = _("取引のあった事業年度の申告期限から%(years)s年") if kind.tax else _("取引日から%(years)s年")
    return pattern % {"years": kind.years}


_CHAIN = """
    WITH RECURSIVE older AS (
        SELECT id, supersedes_id FROM documents_document WHERE id = %s
        UNION ALL
        SELECT d.id, d.supersedes_id FROM documents_document d JOIN older o ON d.id = o.supersedes_id
    ), newer AS (
        SELECT id FROM documents_document WHERE id = %s
        UNION ALL
        SELECT d.id FROM documents_document d JOIN newer n ON d.supersedes_id = n.id WHERE d.state <> 'rejected'
    )
    SELECT * FROM documents_document WHERE id IN (SELECT id FROM older UNION SELECT id FROM newer) ORDER BY id
"""


def _versions(document: Document) -> list[Version]:
    chain = Document.objects.raw(_CHAIN, [document.pk, document.pk])
    return [
        Version(one.pk, number, one.created_at, one.created_by, one.sha256, one.pk == document.pk)
        for number, one in enumerate(chain, 1)
    ]


def _told_of(document: Document) -> QuerySet[Event]:
    return Event.objects.filter(name__in=list(_past_words()), subject_kind="document", subject_id=document.pk)


def _past_words() -> dict[str, tuple[str, str, str]]:
    return {
        "document.received": (_("受け取りました（ウイルス検査へ）"), "moving", "upload"),
        "document.filed": (_("保管しました"), "done", "archive"),
        "document.assigned": (_("受注に結び付けました"), "moving", "link"),
        "document.rejected": (_("検査で受け取れませんでした"), "trouble", "ban"),
        "document.read": (_("閲覧しました"), "waiting", "eye"),
        "document.hold_placed": (_("法的保全を始めました"), "attention", "lock"),
        "document.hold_lifted": (_("法的保全を解きました"), "waiting", "lock-open"),
        "document.deleted": (_("保存期間の満了により削除しました"), "waiting", "trash"),
    }


def _past(event: Event) -> Past:
    title, tone, icon = _past_words()[event.name]
    ways = {
        "downloaded": (_("ダウンロードしました"), "download"),
        "archived": (_("一括ダウンロードに含めました"), "archive"),
    }
    title, icon = ways.get(str(event.data.get("how")), (title, icon))
    actor = _("システム") if event.actor_kind == "system" else event.actor_name
    return Past(event.at, title, actor, tone, icon)


def archive_name(document: Document) -> str:
    """The document's name in an archive: 取引年月日, counterparty, amount, as is usual where no system searches."""
    parts = [
        f"{document.transaction_date:%Y%m%d}",
        document.counterparty or kind_label(document.kind),
        f"{document.amount:f}" if document.amount is not None else "",
        str(document.pk),
    ]
    stem = "_".join(part.replace("/", "_").replace("\\", "_") for part in parts if part)
    return names.safe(f"{stem}{PurePath(document.file_name).suffix.lower()}")


def index_file(documents: Collection[Document], *, side: Side) -> bytes:
    """The index of an archive: a CSV file that opens in a spreadsheet, one line for each document."""
    head = (
        _("番号"),
        _("種類"),
        _("授受"),
        _("取引日"),
        _("取引先名"),
        _("金額（税込）"),
        _("件名"),
        _("ファイル"),
        _("元のファイル名"),
        _("サイズ（バイト）"),
        "SHA-256",
        _("登録日時"),
        _("登録者"),
        _("訂正前の番号"),
        _("保存期限"),
    )
    return csv_file(head, [_index_line(document, side) for document in documents])


def _index_line(document: Document, side: Side) -> list[object]:
    return [
        document.pk,
        kind_label(document.kind),
        direction_label(document.direction, side),
        document.transaction_date.isoformat(),
        document.counterparty,
        document.amount,
        document.title,
        archive_name(document),
        document.file_name,
        document.size,
        document.sha256,
        timezone.localtime(document.created_at).strftime("%Y-%m-%d %H:%M:%S"),
        document.created_by,
        document.supersedes_id,
        document.retain_until.isoformat(),
    ]


def find(text: str, kinds: Collection[str], *, side: Side, limit: int) -> tuple[list[Row], bool]:
    """The newest documents with all these words, and whether there are more. One query."""
    found = matching(Wanted(kinds=kinds, text=text)).order_by("-transaction_date", "-id")[: limit + 1]
    rows = [row_of(document, side) for document in found]
    return rows[:limit], len(rows) > limit


def letterhead() -> Letterhead | None:
    """The version of the letterhead that is in force; None where nothing was set or issued yet. One query."""
    return Letterhead.objects.select_related("logo", "seal").order_by("-version").first()


def letterheads(*, limit: int) -> list[Letterhead]:
    """The versions of the letterhead, newest first."""
    return list(Letterhead.objects.order_by("-version")[:limit])


def newest_papers(kind: str, subjects: Collection[tuple[str, int | None]]) -> dict[tuple[str, int | None], IssuedPaper]:
    """The newest revision of this paper for each subject (kind, id) that has one. One query."""
    ids = [subject_id for _kind, subject_id in subjects if subject_id is not None]
    found = IssuedPaper.objects.filter(kind=kind, subject_id__in=ids).order_by(
        "subject_kind", "subject_id", "-revision"
    )
    newest = found.distinct("subject_kind", "subject_id").select_related("document", *_LOOK)
    return {(paper.subject_kind, paper.subject_id): paper for paper in newest}


def papers_of_order(order_id: int) -> list[IssuedPaper]:
    """The papers that were issued for an order, each in all its revisions, newest first. One query."""
    found = IssuedPaper.objects.filter(order_id=order_id).select_related("document", "letterhead")
    return list(found.order_by("-issued_at", "-id"))


@dataclass(frozen=True)
class RunProgress:
    """How far a print run is; total 0 where it has not begun."""

    done: int
    total: int


def run_progress(run: PrintRun) -> RunProgress | None:
    """How far the printing is; None where it has ended."""
    if run.state != PrintRun.WAITING:
        return None
    shown: dict[str, int] = cache.get(f"print_run:{run.pk}") or {}
    return RunProgress(shown.get("done", 0), shown.get("total", 0))
