from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Job(models.Model):
    """One piece of slow or outside work, written with the facts that ask for it. Written by core.tasks alone.

    The row is the truth, the broker's message only a nudge. While a worker runs a job it holds the row's lock; a
    worker that dies lets go of it, and the next sweep nudges again. client "" is the operator's own work.
    """

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    id = models.BigAutoField(primary_key=True)
    client = models.CharField(max_length=30, blank=True)
    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING)
    run_at = models.DateTimeField(db_default=Now())
    nudged_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["run_at"], name="job_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["client", "id"], name="job_client"),
        ]
