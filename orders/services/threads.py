"""Conversations between client and operator: written, changed, closed, read.

The thread's row is locked first by whoever writes in it, so that its messages' ids are in the order in which others see
them come. What happens to internal notes has events of its own, `conversation.INTERNAL_EVENTS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import connection, transaction

from core.errors import Refused
from core.events import Actor, Happening, publish
from core.text import search_key
from core.wording import Sentence, _
from documents import services as documents
from documents.models import Document
from orders import conversation
from orders.conversation import LONGEST, LONGEST_REASON, LONGEST_SUBJECT, MOST_FILES
from orders.lifecycle import not_found
from orders.models import Attachment, Message, Order, Question, Thread
from orders.queries import threads as queries
from orders.queries.naming import Side
from orders.services.verification import check_words

EXCERPT = 500


@dataclass(frozen=True)
class Sent:
    """A file that comes with a message."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class Words:
    """What somebody writes. internal: a note for the operator's people alone. answer_awaited: the other side has to
    answer it.
    """

    body: str
    internal: bool = False
    answer_awaited: bool = True
    files: Sequence[Sent] = field(default_factory=tuple)


@transaction.atomic
def open_general(subject: str, words: Words, *, side: Side, actor: Actor, at: datetime) -> Message:
    """Begin a thread that is about no order, with its first message."""
    _check_subject(subject)
    _check(words, side)
    thread = Thread.objects.create(subject=subject.strip(), opened_at=at, touched_at=at)
    return _write(thread, words, side=side, actor=actor, at=at)


@transaction.atomic
def write_about(order_id: int, words: Words, *, side: Side, actor: Actor, at: datetime) -> Message:
    """Write in the thread of an order, which begins with it where there is none."""
    _check(words, side)
    if not Order.objects.filter(pk=order_id).exists():
        raise not_found([order_id])[order_id]
    Thread.objects.bulk_create([Thread(order_id=order_id, opened_at=at, touched_at=at)], ignore_conflicts=True)
    thread = Thread.objects.select_for_update().get(order_id=order_id)
    return _write(thread, words, side=side, actor=actor, at=at)


@transaction.atomic
def write(thread_id: int, words: Words, *, side: Side, actor: Actor, at: datetime) -> Message:
    """Write in a thread. Refused where the side sees none of that id."""
    _check(words, side)
    return _write(_locked(thread_id, side), words, side=side, actor=actor, at=at)


def _locked(thread_id: int, side: Side) -> Thread:
    thread = queries.threads_for(side).select_for_update().filter(pk=thread_id).first()
    if thread is None:
        raise Refused(Sentence(_("このやりとりは見つかりません。")), code="no_thread")
    return thread


def _check_subject(subject: str) -> None:
    if not subject.strip():
        raise Refused(Sentence(_("件名を入れてください。")), code="missing", field="subject")
    if len(subject.strip()) > LONGEST_SUBJECT:
        sentence = Sentence(_("件名は%(longest)s文字以内で入れてください。"), longest=LONGEST_SUBJECT)
        raise Refused(sentence, code="too_long", field="subject")


def _check(words: Words, side: Side) -> None:
    _check_body(words.body)
    if words.internal and side != "operator":
        raise Refused(Sentence(_("社内メモは書けません。")), code="not_internal", field="internal")
    if words.internal and words.files:
        why = Sentence(_("社内メモにはファイルを付けられません。書類は委託元からも見えるためです。"))
        raise Refused(why, code="files_in_note", field="files")
    if len(words.files) > MOST_FILES:
        sentence = Sentence(_("一度に付けられるファイルは%(most)s個までです。"), most=MOST_FILES)
        raise Refused(sentence, code="too_many", field="files")


def _check_body(body: str) -> None:
    if not body.strip():
        raise Refused(Sentence(_("メッセージを入れてください。")), code="missing", field="body")
    if "\0" in body:
        raise Refused(Sentence(_("使えない文字が入っています。入れ直してください。")), code="bad_text", field="body")
    if len(body) > LONGEST:
        sentence = Sentence(_("メッセージは%(longest)s文字以内で入れてください。"), longest=f"{LONGEST:,}")
        raise Refused(sentence, code="too_long", field="body")


def _write(thread: Thread, words: Words, *, side: Side, actor: Actor, at: datetime) -> Message:
    message = Message.objects.create(
        thread=thread,
        side=side,
        internal=words.internal,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        written_at=at,
        **_read(thread, words.body, side, internal=words.internal),
    )
    _attach(message, thread, words.files, actor=actor, at=at)
    told = [_of_message("thread.noted" if words.internal else "thread.written", message, thread)]
    if not words.internal:
        thread.last_at = at
        told += _turn(thread, message, answer_awaited=words.answer_awaited, actor=actor, at=at)
    _touch(thread, at=at, internal=words.internal)
    _note_read(thread, message, actor)
    publish(told, actor=actor, at=at)
    return message


def _read(thread: Thread, body: str, side: Side, *, internal: bool) -> dict[str, Any]:
    """The columns that follow from what was written."""
    clean = body.replace("\r\n", "\n").strip()
    people = queries.nameable(thread.pk, side, internal=internal) if "@" in clean or "＠" in clean else []
    return {
        "body": clean,
        "mentions": conversation.mentioned(clean, people),
        "links": queries.orders_named(clean),
        "search": search_key(clean),
    }


def _attach(message: Message, thread: Thread, files: Sequence[Sent], *, actor: Actor, at: datetime) -> None:
    direction = Document.ISSUED if message.side == "operator" else Document.RECEIVED
    for sent in files:
        document = documents.upload(
            sent.stream,
            file_name=sent.name,
            kind="message",
            title=sent.name[:200],
            direction=direction,
            order_id=thread.order_id,
            actor=actor,
            at=at,
        )
        Attachment.objects.create(message=message, document=document)


def _turn(thread: Thread, message: Message, *, answer_awaited: bool, actor: Actor, at: datetime) -> list[Happening]:
    """Whose turn it is after a message that both sides see, and what that asks or answers."""
    question = _open_question(thread)
    if message.side == "client":
        if question is None and answer_awaited:
            question = Question.objects.create(thread=thread, message=message, asked_at=at)
            thread.waits_for = Thread.OPERATOR
            return [_of_question("thread.asked", question, thread)]
        thread.waits_for = Thread.OPERATOR if question else Thread.NOBODY
        return []
    thread.waits_for = Thread.CLIENT if answer_awaited else Thread.NOBODY
    if question is None:
        return []
    question.answer = message
    return [_end(question, thread, Question.ANSWERED, actor=actor, at=at)]


_ENDED = {
    Question.ANSWERED: "thread.answered",
    Question.CLOSED: "thread.closed",
    Question.WITHDRAWN: "thread.question_withdrawn",
}


def _end(question: Question, thread: Thread, how: str, *, actor: Actor, at: datetime, reason: str = "") -> Happening:
    question.ended, question.ended_at, question.ended_by, question.reason = how, at, actor.name, reason
    question.save(update_fields=["ended", "ended_at", "ended_by", "reason", "answer"])
    return _of_question(_ENDED[how], question, thread, **({"text": reason} if reason else {}))


def _open_question(thread: Thread) -> Question | None:
    return Question.objects.filter(thread=thread, ended_at=None).first()


def _touch(thread: Thread, *, at: datetime, internal: bool) -> None:
    thread.touched_at = at
    thread.version += 1
    thread.public_version += not internal
    thread.save(update_fields=["waits_for", "touched_at", "last_at", "version", "public_version"])


@transaction.atomic
def edit(message_id: int, body: str, *, side: Side, actor: Actor, at: datetime) -> Message:
    """Change what one has written, within ten minutes. The record keeps what stood there."""
    message, thread = _own(message_id, side, actor=actor, at=at)
    _check_body(body)
    before = message.body
    for name, value in _read(thread, body, side, internal=message.internal).items():
        setattr(message, name, value)
    if message.body == before:
        return message
    message.edited_at = at
    message.save(update_fields=["body", "mentions", "links", "search", "edited_at"])
    _touch(thread, at=at, internal=message.internal)
    name = "thread.note_edited" if message.internal else "thread.edited"
    publish([_of_message(name, message, thread, before=before)], actor=actor, at=at)
    return message


@transaction.atomic
def withdraw(message_id: int, *, side: Side, actor: Actor, at: datetime) -> Message:
    """Take back what one has written, within ten minutes; that it was there stays to be seen. A question that was
    asked with it is withdrawn too, and one that was answered with it is open again.
    """
    message, thread = _own(message_id, side, actor=actor, at=at)
    before = message.body
    message.body, message.mentions, message.links, message.search, message.withdrawn_at = "", [], {}, "", at
    message.save(update_fields=["body", "mentions", "links", "search", "withdrawn_at"])
    name = "thread.note_withdrawn" if message.internal else "thread.withdrawn"
    told = [_of_message(name, message, thread, before=before), *_turned_back(thread, message, actor=actor, at=at)]
    _touch(thread, at=at, internal=message.internal)
    publish(told, actor=actor, at=at)
    return message


def _turned_back(thread: Thread, message: Message, *, actor: Actor, at: datetime) -> list[Happening]:
    later = Message.objects.filter(
        thread=thread, pk__gt=message.pk, side=message.side, internal=False, withdrawn_at=None
    )
    question = _open_question(thread)
    if message.internal or later.exists():
        return []
    if question is not None:
        if question.message_id != message.pk:
            return []
        thread.waits_for = Thread.NOBODY
        return [_end(question, thread, Question.WITHDRAWN, actor=actor, at=at)]
    return _reopened(thread, message)


def _reopened(thread: Thread, message: Message) -> list[Happening]:
    """The question that the message had answered waits again."""
    answered = Question.objects.filter(thread=thread, answer=message).first()
    if answered is None:
        thread.waits_for = Thread.NOBODY
        return []
    answered.ended, answered.ended_at, answered.ended_by, answered.answer = "", None, "", None
    answered.save(update_fields=["ended", "ended_at", "ended_by", "answer"])
    thread.waits_for = Thread.OPERATOR
    return [_of_question("thread.reopened", answered, thread)]


def _own(message_id: int, side: Side, *, actor: Actor, at: datetime) -> tuple[Message, Thread]:
    """A message that the person may still change, with its thread locked."""
    found = queries.seen_by(side).filter(pk=message_id).values_list("thread_id", flat=True).first()
    if found is None:
        raise Refused(Sentence(_("このメッセージは見つかりません。")), code="no_message")
    thread = _locked(found, side)
    message = Message.objects.get(pk=message_id)
    if (message.side, message.actor_kind, message.actor_id) != (side, actor.kind, actor.id):
        raise Refused(Sentence(_("ほかの人のメッセージは変えられません。")), code="not_yours")
    if message.withdrawn_at is not None:
        raise Refused(Sentence(_("このメッセージはすでに取り消されています。")), code="withdrawn")
    if not conversation.is_changeable(message.written_at, at=at):
        minutes = conversation.CHANGEABLE.seconds // 60
        sentence = Sentence(
            _("送ってから%(minutes)s分が過ぎたため変えられません。続けて書いてください。"), minutes=minutes
        )
        raise Refused(sentence, code="too_late")
    return message, thread


@transaction.atomic
def close(thread_id: int, *, reason: str = "", side: Side, actor: Actor, at: datetime) -> Thread:
    """Nobody has to answer any more. Where the client waits, the operator says why nothing is answered; the client's
    people withdraw their question with it. Refused where nobody had to answer.
    """
    thread = _locked(thread_id, side)
    if thread.waits_for == Thread.NOBODY:
        raise Refused(Sentence(_("このやりとりはすでに対応済みです。")), code="closed")
    question = _open_question(thread)
    thread.waits_for = Thread.NOBODY
    if question is None:
        told = [Happening("thread.settled", "thread", thread.pk, {}, order_id=thread.order_id)]
    elif side == "operator":
        check_words(reason, field="reason", longest=LONGEST_REASON)
        told = [_end(question, thread, Question.CLOSED, actor=actor, at=at, reason=reason.strip())]
    else:
        told = [_end(question, thread, Question.WITHDRAWN, actor=actor, at=at)]
    _touch(thread, at=at, internal=False)
    publish(told, actor=actor, at=at)
    return thread


_MARK = """
    INSERT INTO orders_readmark (person_id, thread_id, message_id) VALUES (%s, %s, %s)
        ON CONFLICT (thread_id, person_id) DO UPDATE SET message_id = EXCLUDED.message_id
     WHERE orders_readmark.message_id < EXCLUDED.message_id
"""


def mark_read(thread_id: int, *, upto: int, person_id: int) -> None:
    """The person has read the thread up to the message with the id `upto`. Never goes back."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [person_id, thread_id, upto])


def _note_read(thread: Thread, message: Message, actor: Actor) -> None:
    if actor.kind == "person":
        mark_read(thread.pk, upto=message.pk, person_id=int(actor.id))


def _of_message(name: str, message: Message, thread: Thread, **more: str) -> Happening:
    """What is told of a message: whoever sends notices of it finds here who wrote what, and who is named.

    The events of internal notes are for the operator's people alone.
    """
    data: dict[str, Any] = {
        "message_id": message.pk,
        "side": message.side,
        "title": _title(thread),
        "author": message.actor_name,
        "mentioned": [person_id for person_id, _name in message.mentions],
        "excerpt": message.body[:EXCERPT],
        **more,
    }
    return Happening(name, "thread", thread.pk, data, order_id=thread.order_id)


def _of_question(name: str, question: Question, thread: Thread, **more: str) -> Happening:
    data = {"question_id": question.pk, "thread_id": thread.pk, "title": _title(thread), **more}
    return Happening(name, "question", question.pk, data, order_id=thread.order_id)


def _title(thread: Thread) -> str:
    return thread.order.number if thread.order else thread.subject
