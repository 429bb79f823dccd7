from __future__ import annotations

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Document(models.Model):
    """A file that is kept: what it is, whose, of when, and where its bytes lie. Written by documents.services alone.

    What is kept never changes; a correction is a new document that `supersedes` the old one. direction: as the operator
    sees it (issued to the client, received from it; outward: in the client's name to somebody else). amount: yen
    including tax, for the search that 電子帳簿保存法 asks for. rejection: why it was refused, of documents.verdicts.
    retain_until: not deleted before that day; the row stays when the bytes are gone. search, counterparty_key:
    core.text.search_key of what it is found by.
    """

    QUARANTINE, READY, REJECTED = "quarantine", "ready", "rejected"
    ISSUED, RECEIVED, EXCHANGED, OUTWARD = "issued", "received", "exchanged", "outward"

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


class Picture(models.Model):
    """A logo or seal, cleaned by documents.pictures; its bytes lie in the store and never change."""

    id = models.BigAutoField(primary_key=True)
    content_type = models.CharField(max_length=30)
    storage_key = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()


class Letterhead(models.Model):
    """How the client's papers look and in whose name they go out: one version, which never changes.

    Written by documents.services.letterheads alone; the newest version is in force. registration: T and 13 digits, ""
    where not registered. receipt_for: 但し書き. show_prices: whether a delivery note shows them (a gift's never does).
    """

    id = models.BigAutoField(primary_key=True)
    version = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=100)
    registration = models.CharField(max_length=14, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    logo = models.ForeignKey(Picture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    seal = models.ForeignKey(Picture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    greeting = models.CharField(max_length=300, blank=True)
    footer = models.CharField(max_length=300, blank=True)
    return_policy = models.CharField(max_length=1000, blank=True)
    receipt_for = models.CharField(max_length=60, blank=True)
    show_prices = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)


class PaperSeries(models.Model):
    """A gapless number series of the client ("buyer_receipt", "2026"): `last` is the number last taken."""

    kind = models.CharField(max_length=30)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "period"], name="paper_series_once")]


class IssuedPaper(models.Model):
    """A paper as it was issued: one revision of it. Written by documents.services.issuing alone, and never changed.

    subject_kind, subject_id: what it is about (order, shipment, batch); a batch has no id and no second revision.
    data: what it says, as its shape in documents.papers; with the letterhead it can be printed again to the letter.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField(null=True)
    number = models.CharField(max_length=80)
    revision = models.PositiveSmallIntegerField(default=1)
    letterhead = models.ForeignKey(Letterhead, on_delete=models.PROTECT, related_name="+", db_index=False)
    data = models.JSONField()
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="paper")
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "revision"], name="paper_revision_once"
            )
        ]
        indexes = [models.Index(fields=["order_id"], name="paper_of_order", condition=Q(order_id__isnull=False))]


class PrintRun(models.Model):
    """Many papers of one kind as one file, in the order of `subjects`. Written by documents.services.printing alone.

    skipped: subject id to the sentence why it has no page, as {"template", "figures"} of a core.wording.Sentence.
    """

    WAITING, DONE, EMPTY = "waiting", "done", "empty"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    subject_kind = models.CharField(max_length=10)
    subjects = models.JSONField()
    state = models.CharField(max_length=10, default=WAITING)
    papers = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
