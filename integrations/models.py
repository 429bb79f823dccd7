from __future__ import annotations

from django.db import models
from django.db.models import Q


class NoticeSettings(models.Model):
    """How the client's mails look and when they go: one row, or none for the usual. Written by services.choosing alone.

    sender: the name beside the portal's address, "" for the company's. buyer_language: in which buyers are written to.
    """

    FOLLOW_UP_DAYS = 7

    sender = models.CharField(max_length=60, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    buyer_language = models.CharField(max_length=5, default="ja")
    follow_up_days = models.PositiveSmallIntegerField(default=FOLLOW_UP_DAYS)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)


class NoticeSwitch(models.Model):
    """Whether a kind of mail goes out to buyers, where the client chose otherwise than is usual."""

    kind = models.CharField(max_length=40, unique=True)
    is_on = models.BooleanField()


class NoticeText(models.Model):
    """A version of a mail's wording by the client. The newest is in force; one without words: the usual."""

    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "language", "version"], name="notice_text_once")]


class Notice(models.Model):
    """One mail about one event to one recipient; its words are frozen when it is written. Written by services alone.

    kind: a key of notices.catalogue.KINDS, or "bundle" for a mail that holds several others. person_id is null for
    buyers. due_at: not before then. sent_in: the bundle it went out with. version: of the wording, 0 for the usual.
    In subject and body notices.rendering.LINK stands where the buyer's own link goes: it is kept nowhere.
    """

    WAITING, QUEUED, SENT = "waiting", "queued", "sent"
    BOUNCED, SUPPRESSED, FAILED, DROPPED = "bounced", "suppressed", "failed", "dropped"
    BUNDLE = "bundle"

    id = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    audience = models.CharField(max_length=10)
    order_id = models.BigIntegerField(null=True)
    number = models.CharField(max_length=60, db_default="")
    person_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=100, db_default="")
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=5)
    version = models.PositiveIntegerField(db_default=0)
    subject = models.CharField(max_length=500)
    body = models.TextField()
    state = models.CharField(max_length=10, default=WAITING)
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, db_default="")
    error = models.TextField(db_default="")
    job_id = models.BigIntegerField(null=True)
    sent_in = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="holds", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "kind", "address"], condition=Q(event_id__isnull=False), name="notice_once"
            )
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="notice_waiting", condition=Q(state="waiting")),
            models.Index(fields=["id"], name="notice_queued", condition=Q(state="queued")),
            models.Index(fields=["order_id", "id"], name="notice_order", condition=Q(order_id__isnull=False)),
        ]


class SuppressedAddress(models.Model):
    """An address that takes no mail, in lower case: nothing is sent to it until somebody opens it again."""

    address = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=20)
    detail = models.TextField(blank=True)
    since = models.DateTimeField()


class TrackingLink(models.Model):
    """What became of an order's link for the buyer; without a row it is the first and open. Written by services alone.

    The link itself is derived from order and serial and kept nowhere. guesses: wrong postcodes on the day guessed_on;
    wrong: of all days since the link was made.
    """

    order_id = models.BigIntegerField(primary_key=True)
    serial = models.PositiveIntegerField(db_default=0)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=100, db_default="")
    guessed_on = models.DateField(null=True)
    guesses = models.PositiveSmallIntegerField(db_default=0)
    wrong = models.PositiveSmallIntegerField(db_default=0)


class TrackingVisit(models.Model):
    """How often an order's page was looked at on a day; who looked is not kept."""

    order_id = models.BigIntegerField()
    day = models.DateField()
    views = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "order_id"], name="tracking_visit_once")]


class HookSecret(models.Model):
    """A secret with which a shop signs its messages, sealed. Written by services.hooks alone.

    channel_id: of orders.Channel. ends_at: until when it is still taken, null for the one in force; of a channel at
    most two are taken at once. hint: its last characters, to tell them apart.
    """

    channel_id = models.BigIntegerField()
    sealed = models.TextField()
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel_id"], condition=Q(ends_at__isnull=True), name="hook_secret_in_force_once"
            )
        ]


class HookDelivery(models.Model):
    """A message of a shop that was rightly signed, and what became of it. Written by services.hooks alone.

    event: what the shop calls the message, the same each time it is sent. sealed: headers and body, sealed, "" once
    they are no longer kept. result: created, known, test, or a key of channels.hooks.REASONS or
    orders.intake.reasons.REASONS. columns: the fields that it speaks of.
    """

    WAITING, DONE, PASSED, REFUSED, FAILED = "waiting", "done", "passed", "refused", "failed"

    id = models.BigAutoField(primary_key=True)
    channel_id = models.BigIntegerField()
    event = models.CharField(max_length=100)
    topic = models.CharField(max_length=60, db_default="")
    number = models.CharField(max_length=60, db_default="")
    size = models.PositiveIntegerField()
    sealed = models.TextField(db_default="")
    is_test = models.BooleanField(db_default=False)
    state = models.CharField(max_length=10, default=WAITING)
    result = models.CharField(max_length=40, db_default="")
    columns = models.JSONField(default=list)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    repeats = models.PositiveSmallIntegerField(db_default=0)
    order_id = models.BigIntegerField(null=True)
    intake_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel_id", "event"], name="hook_delivery_once")]
        indexes = [models.Index(fields=["-received_at", "-id"], name="hook_delivery_newest")]
