from __future__ import annotations

from django.db import models


class Series(models.Model):
    """A gapless number series of the operator ("invoice", "2026"): `last` is the number last taken."""

    kind = models.CharField(max_length=20)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "period"], name="series_once")]
