from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One thing that happened, in the client's append-only record. Written by core.events.publish alone.

    The client's role may insert and read, never change or delete. `at` is when it happened, `recorded_at` when it was
    written; both differ where late facts arrive. `subject` is the kind and id of what it happened to ("order", 12).
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=100)
    batch_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["order_id", "id"], name="event_order", condition=models.Q(order_id__isnull=False)),
            models.Index(fields=["name", "at"], name="event_name_at"),
            models.Index(
                fields=["subject_id", "id"], name="event_question", condition=models.Q(subject_kind="question")
            ),
            models.Index(fields=["subject_id", "id"], name="event_supply", condition=models.Q(subject_kind="supply")),
            models.Index(fields=["subject_id", "id"], name="event_quote", condition=models.Q(subject_kind="quote")),
            models.Index(fields=["subject_id", "id"], name="event_project", condition=models.Q(subject_kind="project")),
        ]


class IdempotentCall(models.Model):
    """An answer given to a program under its Idempotency-Key, to be given again for the same call."""

    key = models.CharField(max_length=100, primary_key=True)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    answered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["answered_at"], name="idempotent_call_age")]
