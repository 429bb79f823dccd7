from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from core.periods import Period


class Contract(models.Model):
    """On which terms the client is billed. Written by billing.services alone.

    closing_day, pay_day: 1 to 28, or 31 for the last of the month. commitment: yen a whole month at least, without tax.
    """

    plan = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    closing_day = models.PositiveSmallIntegerField(default=31)
    month_offset = models.PositiveSmallIntegerField(default=1)
    pay_day = models.PositiveSmallIntegerField(default=31)
    roll = models.CharField(max_length=10, default="next")
    rounding = models.CharField(max_length=10, default="down")
    commitment = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    recipient = models.JSONField(default=dict)

    class Meta:
        ordering = ["-starts_on"]


class RateCard(models.Model):
    """A version of the prices. included: meters that are counted but covered by other charges, so never unrated."""

    version = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    included = models.JSONField(default=list)
    created_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["-starts_on", "-version"]


class Charge(models.Model):
    """One line of a rate card: what a meter counts, priced one way. meter "" charges no count (月額固定).

    rate: the JSON of billing.pricing.Rate. tax_rate: percent.
    """

    card = models.ForeignKey(RateCard, on_delete=models.PROTECT, related_name="charges")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    meter = models.CharField(max_length=30, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    rate = models.JSONField()
    tax_rate = models.PositiveSmallIntegerField(default=10)

    class Meta:
        ordering = ["card_id", "position"]
        constraints = [models.UniqueConstraint(fields=["card", "code"], name="charge_code_once")]


class Invoice(models.Model):
    """A closing of one period: a draft until it is finalised, then a paper that never changes.

    The period is half-open. number, issuer, recipient and breakdown are filled and fixed by finalising.
    """

    DRAFT, APPROVED, FINAL, ISSUED = "draft", "approved", "final", "issued"

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=10, default=DRAFT)
    number = models.CharField(max_length=30, null=True, unique=True)  # noqa: DJ001 (unique, and a draft has none)
    period_start = models.DateField(unique=True)
    period_end = models.DateField()
    due_on = models.DateField()
    issued_on = models.DateField(null=True)
    plan = models.CharField(max_length=60)
    card = models.ForeignKey(RateCard, null=True, on_delete=models.PROTECT, related_name="+")
    rounding = models.CharField(max_length=10)
    subtotal = models.DecimalField(max_digits=14, decimal_places=0, default=0)
    tax = models.DecimalField(max_digits=14, decimal_places=0, default=0)
    total = models.DecimalField(max_digits=14, decimal_places=0, default=0)
    breakdown = models.JSONField(default=list)
    unrated = models.JSONField(default=list)
    issuer = models.JSONField(default=dict)
    recipient = models.JSONField(default=dict)
    drafted_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=100, blank=True)
    finalised_at = models.DateTimeField(null=True)
    finalised_by = models.CharField(max_length=100, blank=True)
    document_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-period_start"]
        constraints = [
            models.CheckConstraint(
                name="invoice_number_when_final",
                condition=Q(state__in=["draft", "approved"], number=None)
                | Q(state__in=["final", "issued"], number__isnull=False),
            )
        ]

    @property
    def period(self) -> Period:
        """The days that it closes."""
        return Period(self.period_start, self.period_end)


class InvoiceLine(models.Model):
    """One charge on an invoice, with the steps that explain its amount. amount: whole yen without tax."""

    id = models.BigAutoField(primary_key=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    charge_code = models.CharField(max_length=30)
    description = models.CharField(max_length=100)
    meter = models.CharField(max_length=30, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit = models.CharField(max_length=10, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=0)
    tax_rate = models.PositiveSmallIntegerField()
    steps = models.JSONField(default=list)
    late = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["invoice_id", "position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "charge_code"], name="invoice_line_once")]


class RatedFact(models.Model):
    """One event that stands behind an invoice line. The same event is never billed twice by the same charge."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(InvoiceLine, on_delete=models.CASCADE, related_name="facts")
    charge_code = models.CharField(max_length=30)
    event_id = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    cell = models.JSONField(null=True)
    late = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "charge_code"], name="fact_billed_once")]


class Dispute(models.Model):
    """A line of a draft that the client does not agree with, and the operator's answer."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="disputes")
    charge_code = models.CharField(max_length=30)
    text = models.TextField()
    raised_by = models.CharField(max_length=100)
    raised_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "charge_code"], condition=Q(answered_at__isnull=True), name="dispute_open_once"
            )
        ]
