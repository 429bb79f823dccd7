"""A project needs no contract of its own, or is given up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from core.batches import Outcome
from core.events import Actor
from orders.services.verification import check_words
from projects.models import Project
from projects.services.locking import locked, tell


@transaction.atomic
def waive(project_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """Write down that these need no quote and contract of their own, and why (a framework contract, say)."""
    check_words(reason, field="reason")
    going, refused = locked("waive", project_ids)
    Project.objects.filter(pk__in=going).update(waived_at=at, waived_reason=reason.strip())
    tell("project.contract_waived", [(pk, {"text": reason.strip()}) for pk in going], actor=actor, at=at)
    return Outcome.of(going, refused)


@transaction.atomic
def cancel(project_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """Give projects up. What was accepted and worked stays, and is billed."""
    check_words(reason, field="reason")
    going, refused = locked("cancel", project_ids)
    Project.objects.filter(pk__in=going).update(cancelled_at=at, cancel_reason=reason.strip())
    tell("project.cancelled", [(pk, {"text": reason.strip()}) for pk in going], actor=actor, at=at)
    return Outcome.of(going, refused)
