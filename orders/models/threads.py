"""What client and operator write to each other."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class Thread(models.Model):
    """A conversation of the client with the operator: of one order, or a general one with a subject line.

    Written by orders.services.threads alone. waits_for: whose turn it is, "" where nobody has to answer any more.
    version moves with everything that is written in it, public_version with what the client sees of that; so does
    last_at. Where nothing but internal notes stands, last_at is null and there is no thread for the client.
    """

    CLIENT, OPERATOR, NOBODY = "client", "operator", ""

    id = models.BigAutoField(primary_key=True)
    order = models.OneToOneField("orders.Order", null=True, on_delete=models.CASCADE, related_name="thread")
    subject = models.CharField(max_length=120, blank=True)
    waits_for = models.CharField(max_length=10, blank=True, default=NOBODY)
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    public_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="thread_about_something", condition=Q(order__isnull=False) | ~Q(subject=""))
        ]
        indexes = [
            models.Index(fields=["-touched_at", "-id"], name="thread_newest"),
            models.Index(fields=["-last_at", "-id"], name="thread_newest_seen", condition=Q(last_at__isnull=False)),
        ]


class Message(models.Model):
    """Something that a person, or a program of the client, wrote in a thread. Written by orders.services.threads alone.

    internal: a note of the operator's people, of which the client learns nothing. body: plain text; "" once it was
    withdrawn. mentions: [person id, name] of those who are named in it. links: order number to order id, for the
    numbers in it. search: core.text.search_key of the body.
    """

    id = models.BigAutoField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages", db_index=False)
    side = models.CharField(max_length=10)
    internal = models.BooleanField(default=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=100)
    body = models.TextField(blank=True)
    mentions = models.JSONField(default=list)
    links = models.JSONField(default=dict)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    search = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="message_internal_ours", condition=Q(internal=False) | Q(side="operator"))
        ]
        indexes = [
            models.Index(fields=["thread", "id"], name="message_of_thread"),
            GinIndex(fields=["search"], name="message_search", opclasses=["public.gin_trgm_ops"]),
        ]


class Attachment(models.Model):
    """A document that was sent with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+", db_index=False)


class Question(models.Model):
    """The client waits for the operator's answer, since a message of theirs; what the reply is timed by.

    ended: how it ended, one of ANSWERED (by the message `answer`), CLOSED (nothing to answer; reason says why) and
    WITHDRAWN. A thread has one that is open at most.
    """

    ANSWERED, CLOSED, WITHDRAWN = "answered", "closed", "withdrawn"

    id = models.BigAutoField(primary_key=True)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="questions")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, blank=True)
    ended_by = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    answer = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=Q(ended_at__isnull=True), name="question_open_once")
        ]


class ReadMark(models.Model):
    """Up to which message a person has read a thread."""

    person_id = models.BigIntegerField()
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="read_marks", db_index=False)
    message_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person_id"], name="read_mark_once")]
