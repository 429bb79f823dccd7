"""Where orders come from, and what every arrival of them was."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q, Value


class Channel(models.Model):
    """Where orders come from: a shop of the client, or a way by which people order (orders.entering.WAYS).

    profile: a key of orders.registry.profiles(), BY_HAND where no file comes from there.
    checks: what differs from the usual orders.arrival.Checks, field to value. preview: files sent by a person are shown
    before anything is written. takes: which changes of orders that are here already are taken over from a file, keys of
    orders.changes.TAKEN.
    """

    BY_HAND = ""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    profile = models.CharField(max_length=30)
    checks = models.JSONField(default=dict)
    preview = models.BooleanField(default=True, db_default=True)
    takes = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    is_active = models.BooleanField(default=True)


class FileFormat(models.Model):
    """A layout of files that the client mapped itself. Written by orders.services.formats alone.

    code: what channels name it by, beside the built-in ones. current: the version that new files are read by, 0 before
    there is one. draft: a definition that is being worked on, empty where none is. sample: the beginning of a file as
    CSV, which the mapping is tried on (of two files that belong together: what they come to); sample_name: what it was
    called. is_archived: nothing new is read by it, and what was read by it can still be looked at.
    """

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    current = models.PositiveIntegerField(default=0)
    draft = models.JSONField(default=dict)
    sample = models.TextField(blank=True)
    sample_name = models.CharField(max_length=255, blank=True)
    is_archived = models.BooleanField(default=False, db_default=False)


class FormatVersion(models.Model):
    """One version of a mapped layout, never changed. definition: as orders.intake.mapped reads it."""

    format = models.ForeignKey(FileFormat, on_delete=models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["format", "version"], name="format_version_once")]


class Intake(models.Model):
    """One arrival of orders: a file, an API call or an entry by hand. Written by orders.services.intake alone.

    job_id: the task that reads the file. error: why the whole file was refused, as {"template", "figures"} of a
    core.wording.Sentence, so that everybody reads it in their own language; empty where it was not. half: one file of
    two that belong together, waiting for the other. separator, sheet: as in orders.intake.layouts.Layout.

    checking: it is read without writing an order; ready: somebody has to say whether it is taken. discarded: nobody
    wanted it; undone: all of its orders were taken back. shown: the first orders as they will be, while it is ready.
    whole: taken only where not one row is refused. profile, profile_version: what it is read by, whatever the channel
    is read by later. document_id: the file, kept.
    """

    WAITING, RUNNING, DONE, REFUSED, HALF = "waiting", "running", "done", "refused", "half"
    CHECKING, READY, DISCARDED, UNDONE = "checking", "ready", "discarded", "undone"
    READ_NOW = (WAITING, RUNNING, CHECKING)
    CAME_TO_NOTHING = (REFUSED, DISCARDED, UNDONE)

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="intakes")
    source = models.CharField(max_length=10, default="file")
    file_name = models.CharField(max_length=255, blank=True)
    storage_key = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=20, blank=True)
    separator = models.CharField(max_length=1, db_default="")
    sheet = models.CharField(max_length=100, db_default="")
    state = models.CharField(max_length=10, default=WAITING)
    error = models.JSONField(default=dict)
    job_id = models.BigIntegerField(null=True)
    rows = models.PositiveIntegerField(default=0)
    orders_new = models.PositiveIntegerField(default=0)
    orders_known = models.PositiveIntegerField(default=0)
    orders_refused = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    repairs = models.PositiveIntegerField(default=0)
    orders_changed = models.PositiveIntegerField(default=0, db_default=0)
    orders_undone = models.PositiveIntegerField(default=0, db_default=0)
    whole = models.BooleanField(default=False, db_default=False)
    shown = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    profile = models.CharField(max_length=30, default="", db_default="")
    profile_version = models.PositiveIntegerField(default=0, db_default=0)
    document_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=100, default="", db_default="")
    decided_at = models.DateTimeField(null=True)
    mends = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="mended_by")
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "sha256"],
                condition=~Q(sha256="") & ~Q(state__in=["refused", "discarded", "undone"]) & Q(orders_undone=0),
                name="intake_file_once",
            )
        ]
        indexes = [models.Index(fields=["-created_at"], name="intake_newest")]

    @property
    def came_at(self) -> datetime:
        """When its orders came in: when somebody took them, or with the file where nobody was asked."""
        return self.decided_at or self.created_at


class StopRequest(models.Model):
    """Somebody wants the reading of a file to end; whoever reads it looks here between its parts."""

    intake = models.OneToOneField(Intake, on_delete=models.CASCADE, primary_key=True)
    asked_by = models.CharField(max_length=100)


class Difference(models.Model):
    """What a file says differently of an order that was here already. taken: it was taken over."""

    id = models.BigAutoField(primary_key=True)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="differences", db_index=False)
    order_id = models.BigIntegerField()
    number = models.CharField(max_length=60)
    field = models.CharField(max_length=30)
    before = models.TextField(db_default="")
    after = models.TextField(db_default="")
    taken = models.BooleanField(db_default=False)

    class Meta:
        indexes = [models.Index(fields=["intake", "id"], name="difference_nth")]


class RefusedRow(models.Model):
    """One row of a file that did not become (part of) an order, and why. mended_by: what its order came with."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="refused_rows")
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=100, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=40)
    number = models.CharField(max_length=60, blank=True)
    mended_by = models.ForeignKey(
        Intake, null=True, on_delete=models.SET_NULL, related_name="mended_rows", db_index=False
    )

    class Meta:
        indexes = [models.Index(fields=["intake", "row"], name="refused_row_nth")]
