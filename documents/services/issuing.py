"""Papers are issued: numbered, set in type from data that is frozen with them, and filed.

Issuing again makes the next revision, from the facts and the letterhead of then; the paper says 再発行 or 改訂, and its
document supersedes the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection, transaction

from core.events import Actor
from core.periods import local_day
from documents import queries
from documents.barcodes import code128
from documents.models import Document, IssuedPaper, Letterhead
from documents.papers import PAPERS, Draft, Paper
from documents.papers.common import Head, Run, Sender
from documents.services import letterheads
from documents.services.keeping import Filing, file_all
from documents.typesetting import compile_paper, picture_of_paper, plain

Subject = tuple[str, int | None]

AT_ONCE = 50
"""Papers whose bytes are held in memory before they are filed together."""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/paper/' || %s, 0))"
_TAKE = """
    INSERT INTO documents_paperseries (kind, period, last) VALUES (%s, %s, %s)
    ON CONFLICT (kind, period) DO UPDATE SET last = documents_paperseries.last + EXCLUDED.last RETURNING last
"""


@transaction.atomic
def issue(
    kind: str,
    drafts: Sequence[Draft],
    *,
    actor: Actor,
    at: datetime,
    watch: Callable[[int], object] = lambda _done: None,
) -> list[IssuedPaper]:
    """Issue a paper for each draft, in their order; what was issued before gets its next revision.

    Papers of one kind are issued one transaction after the other, so that revisions follow and a series has no gaps.
    watch: told after every few papers how many are done.
    """
    paper = PAPERS[kind]
    one_at_a_time(kind)
    before = queries.newest_papers(kind, [(draft.subject_kind, draft.subject_id) for draft in drafts])
    letterhead = letterheads.in_force(at=at)
    issued = _headed(paper, drafts, before, letterhead, actor=actor, at=at)
    sender = {str(letterhead.version): letterheads.sender_of(letterhead)}
    for start in range(0, len(issued), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        _file(paper, issued[part], drafts[part], before, sender, actor=actor, at=at)
        watch(min(start + AT_ONCE, len(issued)))
    return IssuedPaper.objects.bulk_create(issued)


def set_in_type(papers: Sequence[IssuedPaper], *, title: str, at: datetime) -> bytes:
    """These papers of one kind as one file to print, in their order, each as it was issued."""
    template = PAPERS[papers[0].kind].template
    versions = {paper.letterhead.version: paper.letterhead for paper in papers}
    senders = {str(version): letterheads.sender_of(letterhead) for version, letterhead in versions.items()}
    run = Run(title=title, senders=senders, papers=[paper.data for paper in papers])
    return compile_paper(template, dict(run), issued_at=at, tagged=False)


def picture(kind: str, draft: Draft, sender: Sender, *, at: datetime) -> bytes:
    """The first page of a draft as PNG, with the number it would have or, of a series, one that stands for it."""
    paper = PAPERS[kind]
    number = f"{paper.series}-{local_day(at):%Y}-00001" if paper.series else draft.number
    one = {**draft.data, **_head(number, 1, "0", at=at)}
    return picture_of_paper(paper.template, dict(Run(title=paper.label, senders={"0": sender}, papers=[one])))


def _head(number: str, revision: int, sender: str, *, at: datetime) -> Head:
    return Head(sender=sender, number=number, barcode=code128(number), revision=revision, issued_on=local_day(at))


def one_at_a_time(kind: str) -> None:
    """Wait until whoever issues papers of this kind has committed; nobody else does until we have."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [kind])


def _headed(
    paper: Paper,
    drafts: Sequence[Draft],
    before: Mapping[Subject, IssuedPaper],
    letterhead: Letterhead,
    *,
    actor: Actor,
    at: datetime,
) -> list[IssuedPaper]:
    """The papers with number, revision and frozen data, not saved yet."""
    earlier = [before.get((draft.subject_kind, draft.subject_id)) for draft in drafts]
    new = sum(1 for one in earlier if one is None)
    fresh = iter(_numbers(paper, new, at=at) if paper.series else ())
    issued = []
    for draft, one in zip(drafts, earlier, strict=True):
        number = one.number if one else next(fresh, draft.number)
        revision = one.revision + 1 if one else 1
        head = _head(number, revision, str(letterhead.version), at=at)
        issued.append(
            IssuedPaper(
                kind=paper.code,
                subject_kind=draft.subject_kind,
                subject_id=draft.subject_id,
                order_id=draft.order_id,
                number=number,
                revision=revision,
                letterhead=letterhead,
                data=plain({**draft.data, **head}),
                issued_at=at,
                issued_by=actor.name,
            )
        )
    return issued


def _numbers(paper: Paper, count: int, *, at: datetime) -> Iterable[str]:
    """The next numbers of the paper's series in this year; taken for good with the transaction, else given back."""
    if not count:
        return []
    year = f"{local_day(at):%Y}"
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [paper.code, year, count])
        last = cursor.fetchone()[0]
    return [f"{paper.series}-{year}-{nth:05}" for nth in range(last - count + 1, last + 1)]


def _file(
    paper: Paper,
    issued: Sequence[IssuedPaper],
    drafts: Sequence[Draft],
    before: Mapping[Subject, IssuedPaper],
    senders: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Set these papers in type, one file each, and keep the files."""
    filings = [
        _filing(paper, one, draft, before.get((draft.subject_kind, draft.subject_id)), senders, at=at)
        for one, draft in zip(issued, drafts, strict=True)
    ]
    for one, document in zip(issued, file_all(filings, actor=actor, at=at), strict=True):
        one.document = document


def _filing(
    paper: Paper,
    one: IssuedPaper,
    draft: Draft,
    earlier: IssuedPaper | None,
    senders: Mapping[str, Any],
    *,
    at: datetime,
) -> Filing:
    title = title_of(paper, one)
    run = Run(title=title, senders=senders, papers=[cast(Mapping[str, Any], one.data)])
    amount = "" if draft.amount is None else f"_{draft.amount:f}"
    return Filing(
        kind=paper.code,
        title=title,
        file_name=f"{draft.transaction_date:%Y%m%d}_{draft.counterparty}{amount}_{paper.label}_{one.number}.pdf",
        content=compile_paper(paper.template, dict(run), issued_at=at),
        content_type="application/pdf",
        direction=Document.OUTWARD if paper.outward else Document.EXCHANGED,
        transaction_date=draft.transaction_date,
        amount=draft.amount,
        counterparty=draft.counterparty,
        order_id=draft.order_id,
        supersedes=earlier.document if earlier else None,
    )


def title_of(paper: Paper, one: IssuedPaper) -> str:
    """What the paper is called among the documents: 領収書 R-2026-00012（第2版）."""
    return f"{paper.label} {one.number}" + (f"（第{one.revision}版）" if one.revision > 1 else "")
