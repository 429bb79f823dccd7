"""What is done for companies and people in the background."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone

from core import idempotency, scope
from core.jobs.models import Job
from core.tasks import task
from tenants import schemas
from tenants.models import Session, SpareSchema

SPARES = 3
KEEP_DONE = timedelta(days=7)
KEEP_FAILED = timedelta(days=90)


@task(queue="heavy")
def keep_spares() -> None:
    """Have some schemas ready for new clients: with one at hand a client is there in an instant."""
    for _n in range(SpareSchema.objects.count(), SPARES):
        schemas.make_spare()


@task()
def clear_expired() -> None:
    """Take away sessions that are over, and jobs that are done for long."""
    at = timezone.now()
    with scope.owner():  # no role but the owner sees the sessions of every host
        Session.objects.filter(expire_date__lt=at).delete()
        UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    done = Q(state=Job.DONE, finished_at__lt=at - KEEP_DONE)
    failed = Q(state=Job.FAILED, finished_at__lt=at - KEEP_FAILED)
    Job.objects.filter(done | failed).delete()


@task()
def forget_answers() -> None:
    """Forget what was answered to programs of the client at hand more than a day ago."""
    idempotency.forget_old()
