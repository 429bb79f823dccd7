"""The operator's floor: what there is to do, who is there, and what the day has brought. All in the shared schema."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now


class Rank(Func):
    """The place in the queue as one number, least first: priority, then due time, then those without one.

    Milliseconds since 2020, less 139 years for each step of priority.
    """

    template = (
        "coalesce((extract(epoch from due_at - timestamptz '2020-01-01 00:00+00') * 1000)::bigint, 4398046511103)"
        " - priority::bigint * 4398046511104"
    )
    output_field = models.BigIntegerField()


class ThisTransaction(Func):
    """The number of the transaction at hand."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class WorkItem(models.Model):
    """One piece of work that an operator has to do. Written by operations.services alone.

    Lives in the shared schema, so that the queue over all clients is one table; written in the transaction of the
    client's fact that asks for it. kind: a key of operations.kinds.KINDS. hint: codes that say more, such as the
    reasons to verify, parted by commas. rank follows from priority and due_at. holder: who works on an item, then who
    did it.
    """

    OPEN, CLAIMED, DONE, VOID = "open", "claimed", "done", "void"
    ACTIVE = (OPEN, CLAIMED)

    id = models.BigAutoField(primary_key=True)
    client = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=120)
    hint = models.CharField(max_length=100, db_default="")
    units = models.PositiveIntegerField(db_default=0)
    priority = models.SmallIntegerField(db_default=0)
    due_at = models.DateTimeField(null=True)
    rank: Any = models.GeneratedField(expression=Rank(), output_field=models.BigIntegerField(), db_persist=True)
    state = models.CharField(max_length=10, db_default=OPEN)
    holder_id = models.BigIntegerField(null=True)
    holder_name = models.CharField(max_length=100, db_default="")
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "order_id", "kind", "subject_id"],
                condition=Q(state__in=["open", "claimed"]),
                nulls_distinct=False,
                name="workitem_active_once",
            )
        ]
        indexes = [
            models.Index(fields=["rank", "id"], name="workitem_next", condition=Q(state="open")),
            models.Index(fields=["holder_id"], name="workitem_held", condition=Q(state="claimed")),
            models.Index(fields=["finished_at"], name="workitem_done", condition=Q(state="done")),
        ]


class Refill(models.Model):
    """Items of a client and kind entered the pool, the first of them at this place. See operations.bookmarks."""

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=ThisTransaction())
    client = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    rank = models.BigIntegerField()
    item_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["xid"], name="refill_since")]


class Presence(models.Model):
    """When an operator last gave a sign of being at work."""

    person_id = models.BigIntegerField(primary_key=True)
    seen_at = models.DateTimeField()


class Tally(models.Model):
    """So many orders and pieces were received, shipped … at one time, for one client: what the day's figures add up.

    refused: orders that a file had and that could not be taken; missed: promises.
    Only ever added to, a row per batch, so that nobody waits for anybody; folded into one row a day later on. What was
    taken back counts below zero.
    """

    RECEIVED, SHIPPED, CANCELLED, REFUSED, MISSED = "received", "shipped", "cancelled", "refused", "missed"

    id = models.BigAutoField(primary_key=True)
    client = models.CharField(max_length=30)
    name = models.CharField(max_length=20)
    at = models.DateTimeField()
    orders = models.IntegerField(db_default=0)
    units = models.IntegerField(db_default=0)

    class Meta:
        indexes = [models.Index(fields=["at"], name="tally_time")]
