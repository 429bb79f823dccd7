"""検収: milestones are handed in, and the buyer accepts or rejects them, behind a link or on paper."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import translation

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.periods import local_day
from core.wording import Sentence, _
from documents.services import issuing
from orders.services.quoting import Evidence
from orders.services.verification import check_words
from projects.lifecycle import HAND_IN, refusal
from projects.models import Acceptance, Milestone
from projects.queries import facts, papers
from projects.services.locking import below, tell

LONGEST_NAME = 100
LONGEST_REASON = 1000


@transaction.atomic
def hand_in(milestone_ids: Collection[int], *, answer_by: date, actor: Actor, at: datetime) -> Outcome:
    """Say that these are reached, and ask the buyer to accept them by that day.

    Refused are those with a check that has not passed, and those that were accepted or wait for an answer.
    """
    if answer_by < local_day(at):
        raise Refused(Sentence(_("回答の期限を今日以降にしてください。")), code="past", field="answer_by")
    going, refused = below("hand_in", Milestone.objects.all(), milestone_ids)
    known = facts.of_milestones([one.pk for one in going])
    refused |= {one.pk: why for one in going if (why := refusal(HAND_IN, known[one.pk])) is not None}
    going = [one for one in going if one.pk not in refused]
    Milestone.objects.filter(pk__in=[one.pk for one in going]).update(reached_at=at)
    asked = Acceptance.objects.bulk_create(
        Acceptance(milestone=one, asked_at=at, asked_by=actor.name, answer_by=answer_by) for one in going
    )
    told = [(one.milestone.project_id, _figures(one, answer_by=answer_by.isoformat())) for one in asked]
    tell("project.acceptance_asked", told, actor=actor, at=at)
    return Outcome.of((one.pk for one in going), refused)


@transaction.atomic
def withdraw(acceptance_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Take the question back; the milestone is worked on again."""
    going, refused = _waiting(acceptance_ids)
    Acceptance.objects.filter(pk__in=[one.pk for one in going]).update(withdrawn_at=at)
    _not_reached(going)
    told = [(one.milestone.project_id, _figures(one)) for one in going]
    tell("project.acceptance_withdrawn", told, actor=actor, at=at)
    return Outcome.of((one.pk for one in going), refused)


@transaction.atomic
def answer(
    acceptance_id: int,
    evidence: Evidence,
    *,
    accept: bool,
    reason: str = "",
    document_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Acceptance:
    """The buyer accepts or, with a reason, rejects. document_id: their 検収書, where somebody records it for them.

    What is accepted gets its 検収書; what is rejected is not reached any more.
    """
    if not 0 < len(evidence.name.strip()) <= LONGEST_NAME:
        raise Refused(Sentence(_("お名前を入れてください。")), code="missing", field="name")
    if not accept:
        check_words(reason, field="reason", longest=LONGEST_REASON)
    going, refused = _waiting([acceptance_id])
    for why in refused.values():
        raise why
    (one,) = going
    one.verdict = Acceptance.ACCEPTED if accept else Acceptance.REJECTED
    one.answered_at, one.answered_by, one.recorded_by = at, evidence.name.strip(), actor.name
    one.answered_from, one.answered_with = evidence.ip[:45], evidence.agent[:300]
    one.reason, one.document_id = reason.strip(), document_id
    if accept:
        Milestone.objects.filter(pk=one.milestone_id).update(accepted_at=at)
        one.milestone.accepted_at = at
        one.paper_id = _certificate(one, actor=actor, at=at)
    else:
        _not_reached([one])
    one.save()
    told = {"by": one.answered_by, "from": one.answered_from, "text": one.reason}
    name = "project.accepted" if accept else "project.rejected"
    tell(name, [(one.milestone.project_id, _figures(one, **told))], actor=actor, at=at)
    return one


def renew_links(acceptance_ids: Collection[int]) -> int:
    """New links for buyers; the old ones stop working. Returns how many."""
    return Acceptance.objects.filter(pk__in=list(acceptance_ids), withdrawn_at=None).update(serial=F("serial") + 1)


def _waiting(acceptance_ids: Collection[int]) -> tuple[list[Acceptance], dict[int, Refused]]:
    rows = Acceptance.objects.select_related("milestone__project")
    going, refused = below("hand_in", rows, acceptance_ids, project="milestone__project_id")
    for one in going:
        if one.withdrawn_at is not None:
            refused[one.pk] = Refused(Sentence(_("この検収の依頼は取り下げられています。")), code="withdrawn")
        elif one.answered_at is not None:
            refused[one.pk] = Refused(Sentence(_("この検収にはすでに回答をいただいています。")), code="answered")
    return [one for one in going if one.pk not in refused], refused


def _not_reached(asked: Collection[Acceptance]) -> None:
    Milestone.objects.filter(pk__in=[one.milestone_id for one in asked]).update(reached_at=None)


def _certificate(one: Acceptance, *, actor: Actor, at: datetime) -> int | None:
    """The document of the 検収書."""
    with translation.override("ja"):
        (paper,) = issuing.issue(papers.CERTIFICATE, [papers.certificate(one)], actor=actor, at=at)
    return paper.document_id


def _figures(one: Acceptance, **more: Any) -> dict[str, Any]:
    milestone = one.milestone
    return {
        "acceptance_id": one.pk,
        "milestone_id": milestone.pk,
        "milestone": milestone.name,
        "amount": int(milestone.amount),
        "tax_rate": milestone.tax_rate,
        **more,
    }
