from __future__ import annotations

from django.db import models


class Preference(models.Model):
    """How a person wants one kind of notice: at once, gathered, or not at all. Written by integrations.services alone.

    client: at which company, "" for the operator's own people, who want it the same way whatever client it is about.
    kind: a key of integrations.notices.catalogue.KINDS; mode: of its MODES. No row: the kind's usual mode.
    """

    client = models.CharField(max_length=30, blank=True)
    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    mode = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "person_id", "kind"], name="preference_once")]
