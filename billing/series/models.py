from __future__ import annotations

from django.db import models

from core.periods import Period


class Series(models.Model):
    """A gapless number series of the operator ("invoice", "2026"): `last` is the number last taken."""

    kind = models.CharField(max_length=20)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "period"], name="series_once")]


class Issuer(models.Model):
    """The operator as it stands on its papers: one row. registration: T and 13 digits, "" where not registered."""

    name = models.CharField(max_length=100)
    registration = models.CharField(max_length=14, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.CharField(max_length=254, blank=True)
    accounts = models.JSONField(default=list)
    payment_note = models.CharField(max_length=200, blank=True)


class Standing(models.Model):
    """How one closing of a client stands, for the operator's list over all. Written by billing.services.floor.

    A projection of the client's invoice, in the same transaction; the invoice is the truth.
    """

    client = models.CharField(max_length=30)
    period_start = models.DateField()
    period_end = models.DateField()
    invoice_id = models.BigIntegerField()
    state = models.CharField(max_length=10)
    number = models.CharField(max_length=30, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=0)
    disputes = models.PositiveIntegerField(default=0)
    unrated = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "period_start"], name="standing_once")]
        indexes = [models.Index(fields=["-period_start", "client"], name="standing_newest")]

    @property
    def period(self) -> Period:
        """The days that it closes."""
        return Period(self.period_start, self.period_end)
