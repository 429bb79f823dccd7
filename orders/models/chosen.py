"""What people chose to see: their names for phases, and their views of the list."""

from __future__ import annotations

from django.db import models


class PhaseLabel(models.Model):
    """What the client calls a phase (a key of orders.lifecycle.BY_CODE) instead of the usual name; "" is the usual."""

    phase = models.CharField(max_length=20, primary_key=True)
    ja = models.CharField(max_length=20, blank=True)
    en = models.CharField(max_length=40, blank=True)


class SavedView(models.Model):
    """A named filter of the order list, of one person."""

    person_id = models.BigIntegerField()
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    side = models.CharField(max_length=10, default="client")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "side", "name"], name="saved_view_once")]
