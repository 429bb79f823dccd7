from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


class Buyer(models.Model):
    """Somebody who bought from the client. Written by customers.services alone.

    identity: what makes two orders those of the same buyer without asking anybody (customers.keys). Buyers that a
    person found to be one hang in a tree: merged_into is the buyer that one of them was merged into, head the top of
    the tree, which stands for all of them. latest_order_at: of the whole tree, kept on its head. erased_at: when who
    they are was erased because they asked for it.
    """

    id = models.BigAutoField(primary_key=True)
    identity = models.TextField(unique=True)
    head = models.ForeignKey("self", on_delete=models.PROTECT, related_name="members")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    name = models.CharField(max_length=100)
    kana = models.CharField(max_length=100, db_default="")
    name_key = models.CharField(max_length=200)
    kana_key = models.CharField(max_length=200, db_default="")
    search = models.TextField(db_default="")
    first_order_at = models.DateTimeField()
    last_order_at = models.DateTimeField()
    latest_order_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="buyer_head_or_merged", condition=Q(merged_into=None, head=F("id")) | ~Q(head=F("id"))
            )
        ]
        indexes = [
            models.Index(fields=["-latest_order_at", "-id"], name="buyer_latest", condition=Q(merged_into=None)),
            GinIndex(fields=["search"], name="buyer_search", opclasses=["public.gin_trgm_ops"], fastupdate=True),
        ]


class Mark(models.Model):
    """Something by which a buyer may be recognised; kind: a key of customers.keys.MARKS, value: as compared."""

    id = models.BigAutoField(primary_key=True)
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="marks", db_index=False)
    kind = models.CharField(max_length=20)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "kind", "value"], name="mark_once")]
        indexes = [models.Index(fields=["kind", "value"], name="mark_shared")]


class Address(models.Model):
    """An address that a buyer ordered from, as it was first written; key: as compared."""

    id = models.BigAutoField(primary_key=True)
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="addresses", db_index=False)
    key = models.TextField()
    postcode = models.CharField(max_length=10)
    prefecture = models.CharField(max_length=10)
    address = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "key"], name="address_once")]


class Proposal(models.Model):
    """Two buyers that may be one, why, and what a person said to it. first is the one known for longer.

    reasons: keys of customers.keys.MARKS; score: up to 100. kept, gone: which head was merged into which.
    """

    OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"

    id = models.BigAutoField(primary_key=True)
    first = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField()
    score = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=OPEN)
    made_at = models.DateTimeField()
    kept = models.ForeignKey(Buyer, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    gone = models.ForeignKey(Buyer, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="proposal_once"),
            models.CheckConstraint(name="proposal_older_first", condition=Q(first__lt=F("second"))),
        ]
        indexes = [models.Index(fields=["state", "-score", "id"], name="proposal_by_score")]
