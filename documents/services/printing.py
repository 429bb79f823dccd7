"""Many papers of one kind as one file: asked for, made by a task, and kept as a document."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.cache import cache
from redis.exceptions import RedisError

from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from documents import queries
from documents.models import IssuedPaper, PrintRun
from documents.papers import PAPERS, Draft
from documents.services.issuing import issue, one_at_a_time, set_in_type
from documents.services.keeping import file

MOST = 1000
PROGRESS_SECONDS = 24 * 60 * 60


def ask(kind: str, subject_kind: str, subject_ids: Sequence[int], *, actor: Actor, at: datetime) -> PrintRun:
    """Note that these are to be printed, in this order; the asker enqueues the work. Refused for too many."""
    ids = list(dict.fromkeys(subject_ids))
    if not ids:
        raise Refused(Sentence(_("印刷するものを選んでください。")), code="nothing_selected")
    if len(ids) > MOST:
        sentence = _("一度に印刷できるのは%(most)s件までです（%(count)s件選ばれています）。絞り込んでください。")
        raise Refused(Sentence(sentence, most=f"{MOST:,}", count=f"{len(ids):,}"), code="too_many")
    return PrintRun.objects.create(
        kind=kind,
        subject_kind=subject_kind,
        subjects=ids,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=at,
    )


def actor_of(run: PrintRun) -> Actor:
    """Who asked for it, and so issues what is issued by it."""
    return Actor(run.actor_kind, run.actor_id, run.actor_name)  # type: ignore[arg-type]


def fulfil(run: PrintRun, drafts: Sequence[Draft], skipped: Mapping[int, Refused], *, at: datetime) -> None:
    """Issue what was not issued yet and put all of it into one file, in the order that was asked for.

    drafts: a paper for each subject that can have one, in order. What was issued before comes as it was issued, but for
    papers of which each print is an original: they are skipped. skipped: why the other subjects have none.
    """
    paper, actor = PAPERS[run.kind], actor_of(run)
    one_at_a_time(run.kind)
    before = queries.newest_papers(run.kind, [(draft.subject_kind, draft.subject_id) for draft in drafts])
    new = [draft for draft in drafts if (draft.subject_kind, draft.subject_id) not in before]
    issued = issue(run.kind, new, actor=actor, at=at, watch=lambda done: _show(run, done, len(new))) if new else []
    left_out = dict(skipped)
    if paper.single:
        sentence = Sentence(_("発行済みです。再発行は受注の画面から行えます。"))
        left_out |= {key: Refused(sentence, code="issued") for (_subject, key) in before if key is not None}
        before = {}
    known = {**before, **{(one.subject_kind, one.subject_id): one for one in issued}}
    places = [(draft.subject_kind, draft.subject_id) for draft in drafts]
    _finish(run, [known[place] for place in places if place in known], left_out, actor=actor, at=at)


def _finish(
    run: PrintRun, papers: Sequence[IssuedPaper], skipped: Mapping[int, Refused], *, actor: Actor, at: datetime
) -> None:
    run.papers, run.finished_at, run.state = len(papers), at, PrintRun.EMPTY
    run.skipped = {str(key): _sentence(refusal) for key, refusal in skipped.items()}
    if papers:
        label = PAPERS[run.kind].label
        title = f"{label} {len(papers):,}件（{papers[0].number} 〜 {papers[-1].number}）"
        run.document = file(
            kind="print_run",
            title=title[:200],
            file_name=f"{at:%Y%m%d}_{label}_{len(papers)}件_{run.pk}.pdf",
            content=set_in_type(papers, title=title, at=at),
            content_type="application/pdf",
            direction="exchanged",
            actor=actor,
            at=at,
        )
        run.state = PrintRun.DONE
    run.save()


def _sentence(refusal: Refused) -> dict[str, object]:
    said = refusal.message if isinstance(refusal.message, Sentence) else Sentence("%(words)s", words=str(refusal))
    return {"template": said.template, "figures": {name: str(value) for name, value in said.figures.items()}}


def _show(run: PrintRun, done: int, total: int) -> None:
    with contextlib.suppress(RedisError):  # a cache that is away must not stop the work
        cache.set(f"print_run:{run.pk}", {"done": done, "total": total}, PROGRESS_SECONDS)
