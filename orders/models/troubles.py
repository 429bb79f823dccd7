"""What stands in an order's way: exceptions, cancelling and changes that are asked for, returns."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CancelRequest(models.Model):
    """The client asks to cancel an order that the warehouse is working on; the operator answers."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="cancel_requests")
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=100)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    accepted = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(answered_at__isnull=True), name="cancel_asked_once")
        ]


class ChangeRequest(models.Model):
    """The client asks for a change; kind: of orders.exceptions.CHANGES. wanted: the new values by field."""

    ASKED, ACCEPTED, DECLINED, EXPIRED = "asked", "accepted", "declined", "expired"

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="change_requests")
    kind = models.CharField(max_length=10)
    wanted = models.JSONField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=100)
    answer_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], condition=Q(state="asked"), name="change_once")
        ]


class OrderException(models.Model):
    """Something went wrong with an order and somebody has to decide. kind: a key of orders.exceptions.KINDS.

    lines: line id to the pieces concerned, empty for all. decider: who decides, party: who answers for it (責任区分).
    expected_date: the day that was proposed. decision: a code of CHOICES, "withdrawn" where none was needed.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="exceptions")
    kind = models.CharField(max_length=20)
    decider = models.CharField(max_length=10, db_default="operator")
    party = models.CharField(max_length=10)
    billable = models.BooleanField(db_default=True)
    note = models.TextField(blank=True)
    lines = models.JSONField(default=dict)
    expected_date = models.DateField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100, db_default="")
    decide_by = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(db_default=0)
    closed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=20, blank=True)
    decided_by = models.CharField(max_length=100, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], condition=Q(closed_at=None), name="exception_open_once")
        ]
        indexes = [models.Index(fields=["decide_by"], name="exception_due", condition=Q(closed_at__isnull=True))]


class Return(models.Model):
    """Goods on their way back: asked for, received, inspected. party, billable: as the exception behind it says."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey("orders.Order", on_delete=models.CASCADE, related_name="returns")
    reason = models.CharField(max_length=200)
    party = models.CharField(max_length=10)
    billable = models.BooleanField()
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=100)
    received_at = models.DateTimeField(null=True)
    inspected_at = models.DateTimeField(null=True)
    inspected_by = models.CharField(max_length=100, blank=True)
    finding = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(inspected_at=None), name="return_open_once")
        ]


class ReturnLine(models.Model):
    """The pieces of a line that come back, and what became of them. Missing ones were never received."""

    back = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.Line", on_delete=models.PROTECT, related_name="return_lines")
    requested = models.PositiveIntegerField()
    received = models.PositiveIntegerField(db_default=0)
    accepted = models.PositiveIntegerField(db_default=0)
