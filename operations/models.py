from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class WorkItem(models.Model):
    """One piece of work that an operator has to do. Written by operations.services alone.

    Lives in the shared schema, so that the queue over all clients is one table; written in the transaction of the
    client's fact that asks for it. kind: a key of operations.kinds.KINDS. due_at comes from the SLA clock.
    """

    OPEN, CLAIMED, DONE, VOID = "open", "claimed", "done", "void"

    id = models.BigAutoField(primary_key=True)
    client = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=120)
    priority = models.SmallIntegerField(db_default=0)
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, db_default=OPEN)
    holder_id = models.BigIntegerField(null=True)
    holder_name = models.CharField(max_length=100, db_default="")
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "kind", "subject_id"],
                condition=Q(state__in=["open", "claimed"]),
                name="workitem_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "-priority", "due_at", "id"], name="workitem_next", condition=Q(state="open")),
            models.Index(fields=["holder_id"], name="workitem_held", condition=Q(state="claimed")),
        ]
