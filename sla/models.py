from __future__ import annotations

from django.db import models
from django.db.models import Q


class PromiseVersion(models.Model):
    """One version of a promise: its whole definition, frozen. Written by sla.services alone.

    A clock is judged by the version it started under. `is_active` says which versions start new clocks.
    """

    code = models.CharField(max_length=30)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    valid_from = models.DateTimeField()
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="promise_version_once")]
        ordering = ["code", "-version"]


class Clock(models.Model):
    """How an order, or a question in a thread, stands with one promise: the reading of its clock at its last event,
    kept for lists and sums.

    The record of events is the truth; sla.queries.replayed gives the same from it. phase: a value of sla.clock.Phase.
    elapsed, idle: working seconds. told: what was said of it already, 0 nothing, 1 warned, 2 missed.
    """

    id = models.BigAutoField(primary_key=True)
    promise = models.ForeignKey(PromiseVersion, on_delete=models.PROTECT, related_name="clocks", db_index=False)
    order_id = models.BigIntegerField(null=True)
    question_id = models.BigIntegerField(null=True)
    phase = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    elapsed = models.PositiveIntegerField(db_default=0)
    idle = models.PositiveIntegerField(db_default=0)
    told = models.PositiveSmallIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_id", "promise"], name="clock_once"),
            models.UniqueConstraint(
                fields=["question_id", "promise"], condition=Q(question_id__isnull=False), name="clock_of_question_once"
            ),
            models.CheckConstraint(
                name="clock_for_something", condition=Q(order_id__isnull=False) ^ Q(question_id__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["promise", "started_at"], name="clock_month"),
            models.Index(fields=["warn_at"], name="clock_to_tell", condition=Q(stopped_at__isnull=True, told__lt=2)),
        ]

    @property
    def subject_id(self) -> int:
        """The id of the order or question that it runs for."""
        found: int | None = self.order_id if self.question_id is None else self.question_id
        assert found is not None  # the table says so
        return found


class Statement(models.Model):
    """A month's result, frozen: what was promised, how often it was kept, and every miss."""

    month = models.DateField(unique=True)
    figures = models.JSONField()
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField(max_length=100)
