"""What is typed by hand, before it is an order."""

from __future__ import annotations

from django.db import models


class EntryDraft(models.Model):
    """An order that a person has begun to type, or has handed in. Written by orders.services.entering alone.

    key: in its address, made before there is a row. content: the form as typed, field to text. version counts the
    times it was kept and tab names who did so last, so that two tabs notice one another. document_id: the FAX or mail
    that is typed from. order: what became of it; sent again it is this order once more.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    person_id = models.BigIntegerField()
    content = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    tab = models.CharField(max_length=20, blank=True)
    document_id = models.BigIntegerField(null=True)
    order = models.ForeignKey(
        "orders.Order", null=True, on_delete=models.CASCADE, related_name="drafts", db_index=False
    )
    made_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person_id", "-saved_at"], name="draft_of_person")]
