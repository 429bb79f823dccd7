from __future__ import annotations

from django.db import models


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
