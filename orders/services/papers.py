"""Papers of orders and shipments: issued one by one, or many as one file. What they say is Japanese, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.tasks import declared
from core.wording import Sentence, _
from documents.models import IssuedPaper, Letterhead, PrintRun
from documents.pictures import Picture
from documents.services import issuing, letterheads, printing
from orders.queries.papers import OF_ORDERS, OF_SHIPMENTS, Drafts, newest_subjects

TASK = "orders.tasks.print_papers"


@transaction.atomic
def issue(kind: str, subject_ids: Sequence[int], *, actor: Actor, at: datetime) -> tuple[list[IssuedPaper], Outcome]:
    """Issue this paper for the orders or shipments; where there is one already, its next revision.

    Returns the papers, and of which subjects they are; the others are refused one by one.
    """
    with translation.override("ja"):
        drafts, refused = drafts_of(kind, list(dict.fromkeys(subject_ids)), at=at)
        papers = issuing.issue(kind, drafts, actor=actor, at=at) if drafts else []
    return papers, Outcome.of((paper.subject_id or 0 for paper in papers), refused)


def drafts_of(kind: str, subject_ids: Sequence[int], *, at: datetime) -> Drafts:
    """What the papers would say, and why some subjects can have none. Refused for a kind that comes from no order."""
    build = OF_ORDERS.get(kind) or OF_SHIPMENTS.get(kind)
    if build is None:
        raise Refused(Sentence(_("この帳票は受注からは発行できません。")), code="unknown_paper", field="kind")
    return build(subject_ids, letterheads.in_force(at=at))


@transaction.atomic
def ask_for_print(kind: str, subject_ids: Sequence[int], *, actor: Actor, at: datetime) -> PrintRun:
    """Ask for these papers as one file, in this order. A task makes it; its run says how far it is."""
    if kind not in OF_ORDERS and kind not in OF_SHIPMENTS:
        raise Refused(Sentence(_("この帳票は受注からは発行できません。")), code="unknown_paper", field="kind")
    subject = "order" if kind in OF_ORDERS else "shipment"
    run = printing.ask(kind, subject, subject_ids, actor=actor, at=at)
    run.job_id = declared()[TASK].enqueue(run_id=run.pk)
    run.save(update_fields=["job_id"])
    return run


def fulfil(run_id: int, *, at: datetime) -> None:
    """Make the file that was asked for. Done once, however often it is asked for."""
    run = PrintRun.objects.select_for_update().get(pk=run_id)
    if run.state == PrintRun.WAITING:
        with translation.override("ja"):
            drafts, refused = drafts_of(run.kind, run.subjects, at=at)
            printing.fulfil(run, drafts, refused, at=at)


def picture(kind: str, letterhead: Letterhead, given: Mapping[str, Picture | None], *, at: datetime) -> bytes | None:
    """The paper as this letterhead would print it for the newest order that can have it, as PNG; None without one.

    given: pictures that stand for those of the letterhead. Nothing is issued, numbered or kept.
    """
    with translation.override("ja"):
        build = OF_ORDERS.get(kind) or OF_SHIPMENTS[kind]
        drafts, _refused = build(newest_subjects(kind), letterhead)
        if not drafts:
            return None
        return issuing.picture(kind, drafts[0], letterheads.sender_of(letterhead, given), at=at)
