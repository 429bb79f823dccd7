"""Quality checks: written down before a milestone, and how they went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from orders.services.verification import check_words
from projects.models import Check, Milestone
from projects.services.locking import below, tell

RESULTS = (Check.PASSED, Check.FAILED, Check.REDO)


@transaction.atomic
def add_checks(milestone_id: int, names: Sequence[str], *, actor: Actor, at: datetime) -> list[Check]:
    """Add checks to a milestone that was not handed in yet."""
    for name in names:
        check_words(name, field="name")
    going, refused = below("plan", Milestone.objects.all(), [milestone_id])
    for why in refused.values():
        raise why
    (milestone,) = going
    if milestone.reached_at is not None:
        raise _handed_in()
    made = Check.objects.bulk_create(Check(milestone=milestone, name=name.strip()[:200]) for name in names)
    tell("project.check_added", [(milestone.project_id, {"text": one.name}) for one in made], actor=actor, at=at)
    return made


@transaction.atomic
def record_checks(check_ids: Collection[int], *, result: str, note: str = "", actor: Actor, at: datetime) -> Outcome:
    """Write down how checks went: passed, failed, or mended and to be looked at again (redo). A failure wants a note.

    Refused are those of a milestone that was handed in: what was checked stands.
    """
    if result not in RESULTS:
        raise Refused(Sentence(_("検査の結果を選んでください。")), code="bad_result", field="result")
    if result == Check.FAILED and not note.strip():
        raise Refused(Sentence(_("不合格のときは、何が足りないかを書いてください。")), code="no_note", field="note")
    checks = Check.objects.select_related("milestone")
    going, refused = below("plan", checks, check_ids, project="milestone__project_id")
    refused |= {one.pk: _handed_in() for one in going if one.milestone.reached_at is not None}
    going = [one for one in going if one.pk not in refused]
    Check.objects.filter(pk__in=[one.pk for one in going]).update(
        state=result, note=note.strip()[:500], checked_at=at, checked_by=actor.name
    )
    told = [
        (one.milestone.project_id, {"check": one.name, "result": result, "text": note.strip(), "check_id": one.pk})
        for one in going
    ]
    tell("project.checked", told, actor=actor, at=at)
    return Outcome.of((one.pk for one in going), refused)


def _handed_in() -> Refused:
    return Refused(Sentence(_("検収を依頼したマイルストーンの検査は変えられません。")), code="handed_in")
