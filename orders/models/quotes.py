"""What comes before an order: inquiries, quotes with their versions, contracts. Written by orders.services.quoting."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Buyer(models.Model):
    """Who asks. company is "" for a person; buyer_phone as core.text.phone gives it, or as it was written."""

    buyer_company = models.CharField(max_length=100, blank=True)
    buyer_name = models.CharField(max_length=100)
    buyer_email = models.CharField(max_length=254, blank=True)
    buyer_phone = models.CharField(max_length=30, blank=True)
    buyer_postcode = models.CharField(max_length=10, blank=True)
    buyer_address = models.CharField(max_length=255, blank=True)

    class Meta:
        abstract = True


class QuoteSettings(models.Model):
    """What quotes begin with, and what an acceptance does: one row, or none for the usual."""

    VALIDITY_DAYS = 30

    validity_days = models.PositiveSmallIntegerField(default=VALIDITY_DAYS)
    payment = models.CharField(max_length=60, blank=True)
    delivery_time = models.CharField(max_length=100, blank=True)
    orders_at_once = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)


class Inquiry(Buyer):
    """Somebody asks for a price. state: a key of orders.quoting.INQUIRIES."""

    OPEN, ANSWERED, CLOSED = "open", "answered", "closed"

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, default=OPEN)
    owner = models.CharField(max_length=100)
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=100)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    search = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="inquiry_state_newest")]


class Quote(Buyer):
    """An offer to a buyer, called by one number through all its versions. number is "" until the first was sent.

    ship_*: where it is delivered, "" where that is the buyer's own address. name_key, email_key: by which the buyer's
    past is found. owner: whose work it is.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=30, blank=True)
    inquiry = models.ForeignKey(Inquiry, null=True, on_delete=models.PROTECT, related_name="quotes")
    subject = models.CharField(max_length=100)
    owner = models.CharField(max_length=100)
    ship_name = models.CharField(max_length=100, blank=True)
    ship_phone = models.CharField(max_length=30, blank=True)
    ship_postcode = models.CharField(max_length=10, blank=True)
    ship_address = models.CharField(max_length=255, blank=True)
    name_key = models.CharField(max_length=200)
    email_key = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    search = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="quote_number_once")]
        indexes = [
            models.Index(fields=["name_key"], name="quote_of_name"),
            models.Index(fields=["email_key"], name="quote_of_email", condition=~Q(email_key="")),
            models.Index(fields=["buyer_phone"], name="quote_of_phone", condition=~Q(buyer_phone="")),
            GinIndex(fields=["search"], name="quote_search", opclasses=["public.gin_trgm_ops"]),
        ]


class QuoteVersion(models.Model):
    """One version of a quote; once it was sent its content never changes. state: a key of orders.quoting.QUOTES.

    is_current: the one that stands for the quote in lists, one of each quote. Amounts are yen, prices without tax,
    total with it. paper_id: the issued document. serial: of the buyer's link, which is derived and kept nowhere;
    link_closed_at: since when it leads nowhere.
    """

    DRAFT, SENT, ACCEPTED, DECLINED = "draft", "sent", "accepted", "declined"
    EXPIRED, WITHDRAWN, SUPERSEDED = "expired", "withdrawn", "superseded"

    id = models.BigAutoField(primary_key=True)
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=DRAFT)
    is_current = models.BooleanField(default=True)
    valid_until = models.DateField()
    delivery_time = models.CharField(max_length=100, blank=True)
    payment = models.CharField(max_length=60, blank=True)
    postage = models.DecimalField(max_digits=14, decimal_places=0, default=0)
    notes = models.TextField(blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=0, default=0)
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)
    paper_id = models.BigIntegerField(null=True)
    serial = models.PositiveIntegerField(default=0)
    link_closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quote", "version"], name="quote_version_once"),
            models.UniqueConstraint(fields=["quote"], condition=Q(is_current=True), name="quote_current_once"),
            models.UniqueConstraint(fields=["quote"], condition=Q(state="sent"), name="quote_sent_once"),
        ]
        indexes = [
            models.Index(fields=["-id"], name="quote_newest", condition=Q(is_current=True)),
            models.Index(fields=["valid_until"], name="quote_waiting", condition=Q(state="sent")),
        ]


class QuoteLine(models.Model):
    """A line of a version, as orders.quoting.Wanted."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(QuoteVersion, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    unit = models.CharField(max_length=10)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=2)
    tax_rate = models.PositiveSmallIntegerField(default=10)
    discount = models.DecimalField(max_digits=14, decimal_places=0, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="quote_line_once")]


class QuoteQuestion(models.Model):
    """What the buyer asks about a version on their page, and the answer they read there."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(QuoteVersion, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)


class Contract(models.Model):
    """What was agreed on by accepting a quote. state: a key of orders.quoting.CONTRACTS.

    kind: by what it came about. accepted_*: who accepted, when, and from which address (evidence, never changed).
    document_id: the file, of documents. order: what it became. ending_told_at: when the client was told that it ends.
    """

    ELECTRONIC, PAPER, PURCHASE_ORDER = "electronic", "paper", "purchase_order"
    DRAFT, IN_FORCE, ENDED = "draft", "in_force", "ended"

    id = models.BigAutoField(primary_key=True)
    version = models.OneToOneField(QuoteVersion, on_delete=models.PROTECT, related_name="contract")
    kind = models.CharField(max_length=15)
    state = models.CharField(max_length=10, default=DRAFT)
    accepted_at = models.DateTimeField()
    accepted_by = models.CharField(max_length=100)
    accepted_from = models.CharField(max_length=45, blank=True)
    accepted_with = models.CharField(max_length=300, blank=True)
    recorded_by = models.CharField(max_length=100)
    reference = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    terms = models.TextField(blank=True)
    document_id = models.BigIntegerField(null=True)
    order = models.OneToOneField("orders.Order", null=True, on_delete=models.PROTECT, related_name="contract")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    ending_told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["ends_on"],
                name="contract_to_tell",
                condition=Q(state="in_force", ends_on__isnull=False, ending_told_at__isnull=True),
            )
        ]
