"""The quote of a project, written from it without retyping; it lives on as every quote does."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from core.events import Actor
from core.periods import local_day
from orders.models import QuoteVersion
from orders.queries import quoting as quotes
from orders.quoting import Terms, Wanted
from orders.services import quoting
from projects.models import Milestone, Project, Requirement
from projects.services.locking import one, tell

UNIT = "式"
LONGEST_NOTES = 1000


@transaction.atomic
def propose(project_id: int, *, actor: Actor, at: datetime) -> QuoteVersion:
    """A draft for the project's buyer: its milestones as lines, the requirements agreed on as notes."""
    project = one("quote", project_id)
    usual = quotes.settings()
    terms = Terms(
        valid_until=local_day(at) + timedelta(days=usual.validity_days),
        delivery_time=usual.delivery_time,
        payment=usual.payment,
        notes=_notes(project),
    )
    draft = quoting.Draft(project.subject, project.owner or actor.name, _buyer(project), _lines(project), terms)
    version = quoting.create(draft, inquiry_id=project.inquiry_id, actor=actor, at=at)
    if Project.objects.filter(pk=project.pk, quote=None).update(quote=version.quote_id):  # else its inquiry led there
        tell("project.quoted", [(project.pk, {"quote_id": version.quote_id})], actor=actor, at=at)
    return version


def _buyer(project: Project) -> quoting.Buyer:
    parts = ("company", "name", "email", "phone", "postcode", "address")
    return quoting.Buyer(**{part: getattr(project, f"buyer_{part}") for part in parts})


def _lines(project: Project) -> list[Wanted]:
    """A line for each milestone; one for the whole where there is none."""
    milestones = list(Milestone.objects.filter(project=project).order_by("pk"))
    if not milestones:
        return [Wanted(f"{project.number}-1", project.subject, 1, Decimal(0), UNIT)]
    return [
        Wanted(f"{project.number}-{nth}", one.name, 1, one.amount, UNIT, one.tax_rate)
        for nth, one in enumerate(milestones, 1)
    ]


def _notes(project: Project) -> str:
    agreed = Requirement.objects.filter(project=project, agreed_at__isnull=False).order_by("pk")
    lines = [f"・{one.question}: {one.answer}" for one in agreed]
    return "\n".join(["【ご要望】", *lines])[:LONGEST_NOTES] if lines else ""
