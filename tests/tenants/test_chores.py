"""What is cleared away by night, and what stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db.models import F
from django.test import Client
from django.utils import timezone

from core import scope
from core.jobs.models import Job
from tenants import tasks
from tenants.models import Session
from tests.factories.people import client_person, login, staff

pytestmark = pytest.mark.django_db


def test_sessions_that_are_over_go_and_the_others_stay() -> None:
    kept, gone = client_person(), client_person()
    for person in (kept, gone):
        login(Client(), person, "acme").get("/settings")
    login(Client(), staff("admin")).get("/admin")
    with scope.owner():
        over = UserSession.objects.filter(user=gone).values("session_key")
        Session.objects.filter(session_key__in=over).update(expire_date=timezone.now() - timedelta(seconds=1))
    with scope.operator():
        tasks.clear_expired()
    with scope.owner():
        assert Session.objects.count() == 2
        assert UserSession.objects.count() == 2
        assert not UserSession.objects.filter(user=gone).exists()


def test_jobs_are_kept_for_a_while_after_they_ended() -> None:
    with scope.operator():
        for state, days in ((Job.DONE, 6), (Job.DONE, 8), (Job.FAILED, 89), (Job.FAILED, 91), (Job.WAITING, 400)):
            ended = None if state == Job.WAITING else timezone.now() - timedelta(days=days)
            Job.objects.create(task="x", state=state, finished_at=ended, attempts=days % 100)
        tasks.clear_expired()
        left = Job.objects.order_by("pk").values_list("state", F("attempts"))
        assert list(left) == [(Job.DONE, 6), (Job.FAILED, 89), (Job.WAITING, 0)]
