"""要望書: what is asked of the buyer, what they answer, and what both sides agreed on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from projects.blueprints import Blueprint, Question, check
from projects.models import Requirement
from projects.services.locking import below, not_found, one, tell

LONGEST = 5000


@transaction.atomic
def ask(project_id: int, questions: Sequence[Question], *, actor: Actor, at: datetime) -> list[Requirement]:
    """Add questions to the sheet."""
    check(Blueprint(questions=tuple(questions)))
    project = one("clarify", project_id)
    made = Requirement.objects.bulk_create(
        Requirement(project=project, section=each.section.strip()[:60], question=each.question.strip()[:200])
        for each in questions
    )
    tell("project.questions_added", [(project.pk, {"count": len(made)})], actor=actor, at=at)
    return made


@transaction.atomic
def write_answers(
    project_id: int, answers: Mapping[int, str], *, agree: Collection[int] = (), actor: Actor, at: datetime
) -> int:
    """Write answers down, and agree on those of `agree`. What was agreed on and now reads otherwise is open again.

    Refused, and nothing is written, where one is to be agreed on without an answer. Returns how many are changed.
    """
    project = one("clarify", project_id)
    rows = {row.pk: row for row in Requirement.objects.select_for_update().filter(project=project)}
    if not set(answers) | set(agree) <= rows.keys():
        raise not_found()
    changed = [row for pk, row in rows.items() if pk in answers and answers[pk].strip() != row.answer]
    for row in changed:
        row.answer, row.answered_at, row.answered_by = answers[row.pk].strip()[:LONGEST], at, actor.name
        row.agreed_at, row.agreed_by = None, ""
    agreed = [rows[pk] for pk in agree if rows[pk].agreed_at is None]
    for row in agreed:
        if not row.answer:
            sentence = _("「%(question)s」の回答がありません。回答を入れてから合意してください。")
            raise Refused(Sentence(sentence, question=row.question), code="no_answer", field=f"answer_{row.pk}")
        row.agreed_at, row.agreed_by = at, actor.name
    touched = {row.pk: row for row in (*changed, *agreed)}
    Requirement.objects.bulk_update(
        touched.values(), ["answer", "answered_at", "answered_by", "agreed_at", "agreed_by"]
    )
    for name, moved in (("project.answers_written", changed), ("project.requirements_agreed", agreed)):
        if moved:
            tell(name, [(project.pk, {"count": len(moved)})], actor=actor, at=at)
    return len(touched)


@transaction.atomic
def drop_questions(requirement_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Take questions off the sheet."""
    going, refused = below("clarify", Requirement.objects.all(), requirement_ids)
    projects = [(row.project_id, {"question": row.question}) for row in going]
    Requirement.objects.filter(pk__in=[row.pk for row in going]).delete()
    tell("project.question_dropped", projects, actor=actor, at=at)
    return Outcome.of((pk for pk in requirement_ids if pk not in refused), refused)
