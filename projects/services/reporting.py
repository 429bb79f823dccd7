"""定期報告: what was done in a month, numbered, printed and kept as a document."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import translation

from core.errors import Refused
from core.events import Actor
from core.periods import local_day
from core.wording import Sentence, _
from documents.services import issuing
from projects.models import Report
from projects.queries import papers
from projects.services.locking import one, tell


@transaction.atomic
def report(project_id: int, *, month: date, actor: Actor, at: datetime) -> Report:
    """Issue the report of the month that `month` is in, from the facts of now; again, as its next revision."""
    first = month.replace(day=1)
    if first > local_day(at):
        raise Refused(Sentence(_("まだ来ていない月の報告は作れません。")), code="future", field="month")
    project = one("report", project_id)
    made, _created = Report.objects.select_for_update().get_or_create(
        project=project, month=first, defaults={"issued_at": at, "issued_by": actor.name}
    )
    made.project = project
    with translation.override("ja"):
        draft = papers.monthly(made, today=local_day(at))
        (paper,) = issuing.issue(papers.REPORT, [draft], actor=actor, at=at)
    made.number, made.revision, made.document_id = paper.number, paper.revision, paper.document_id
    made.issued_at, made.issued_by = at, actor.name
    made.save()
    figures = {"text": f"{first:%Y-%m}", "report": made.number, "revision": made.revision}
    tell("project.reported", [(project.pk, figures)], actor=actor, at=at)
    return made
