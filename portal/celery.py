"""The Celery application. Its one task is core.tasks.run_job; the timetable is portal/schedule.py."""

from __future__ import annotations

import os

import django
from celery import Celery
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
if not apps.models_ready:  # in a process that `celery` started; elsewhere Django starts first and imports this
    django.setup(set_prefix=False)

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")

from portal import schedule  # noqa: E402 (the timetable needs the application and its models)

app.conf.beat_schedule = schedule.TIMETABLE
