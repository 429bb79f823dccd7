"""The buyer says what they think of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from orders.services.quoting import Evidence
from projects.models import Evaluation
from projects.services.locking import one, tell

LONGEST = 2000
BEST = 5


@transaction.atomic
def evaluate(
    project_id: int, evidence: Evidence, *, score: int, words: str = "", actor: Actor, at: datetime
) -> Evaluation:
    """Keep the evaluation of a project whose milestones are all accepted: 1 (bad) to 5 (good), and words."""
    if not 1 <= score <= BEST:
        raise Refused(Sentence(_("評価を1から5までで選んでください。")), code="bad_score", field="score")
    if not evidence.name.strip():
        raise Refused(Sentence(_("お名前を入れてください。")), code="missing", field="name")
    project = one("evaluate", project_id)
    given = Evaluation.objects.create(
        project=project,
        score=score,
        words=words.strip()[:LONGEST],
        given_by=evidence.name.strip()[:100],
        given_from=evidence.ip[:45],
        given_at=at,
        recorded_by=actor.name,
    )
    figures = {"score": score, "text": given.words, "by": given.given_by}
    tell("project.evaluated", [(project.pk, figures)], actor=actor, at=at)
    return given
