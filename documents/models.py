from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Document(models.Model):
    """A file that is kept: what it is, whose, of when, and where its bytes lie. Written by documents.services alone.

    What is kept never changes; a correction is a new document that `supersedes` the old one. direction: as the operator
    sees it (issued to the client, received from it). amount: yen including tax, for the search that 電子帳簿保存法 asks
    for. rejection: why it was refused, of documents.verdicts. retain_until: not deleted
    before that day; the row stays when the bytes are gone. search, counterparty_key: core.text.search_key of what it is
    found by.
    """

    QUARANTINE, READY, REJECTED = "quarantine", "ready", "rejected"
    ISSUED, RECEIVED, EXCHANGED = "issued", "received", "exchanged"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=30)
    direction = models.CharField(max_length=10, default=EXCHANGED)
    state = models.CharField(max_length=10, default=READY)
    rejection = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200)
    counterparty = models.CharField(max_length=100, blank=True)
    transaction_date = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=0, null=True)
    order_id = models.BigIntegerField(null=True)
    invoice_id = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=100)
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    retain_until = models.DateField()
    legal_hold = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    deleted_at = models.DateTimeField(null=True)
    search = models.TextField(db_default="")
    counterparty_key = models.CharField(max_length=200, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(supersedes__isnull=False) & ~Q(state="rejected"),
                name="document_superseded_once",
            )
        ]
        indexes = [
            models.Index(fields=["-transaction_date", "-id"], name="document_by_date"),
            models.Index(fields=["order_id"], name="document_of_order", condition=Q(order_id__isnull=False)),
            models.Index(fields=["invoice_id"], name="document_of_invoice", condition=Q(invoice_id__isnull=False)),
            models.Index(fields=["retain_until"], name="document_expiry", condition=Q(deleted_at__isnull=True)),
            models.Index(fields=["created_at"], name="document_unchecked", condition=Q(state="quarantine")),
            GinIndex(fields=["search"], name="document_search", opclasses=["public.gin_trgm_ops"]),
        ]
