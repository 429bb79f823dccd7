"""Conversations as pages and the API show them: what a side may see, what is new for a person, whom one can name.

Whatever is asked here for the client's side leaves internal notes out in the query itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core import scope
from core.paging import Page, page_of
from core.text import search_key
from core.wording import Sentence, _
from documents import queries as documents
from documents.models import Document
from orders import conversation
from orders.conversation import Named, Part
from orders.models import Attachment, Channel, Message, Order, Question, ReadMark, Thread
from orders.queries.naming import Side
from tenants import queries as tenants
from tenants.roles import Permission

SHOWN = 100
"""Messages on a page."""
WATCHED = 200
"""Threads, the newest, among which what is new is counted."""
EXCERPT = 120
FRESH = timedelta(days=14)
"""How far back a thread in which nobody has to answer is new to somebody who has never opened it."""
_NEVER, _ALL = 0, 2**62

STANDINGS: dict[str, dict[Side, str]] = {
    Thread.OPERATOR: {"client": _("代行会社の返信待ち"), "operator": _("こちらの返信待ち")},
    Thread.CLIENT: {"client": _("こちらの返信待ち"), "operator": _("委託元の返信待ち")},
    Thread.NOBODY: {"client": _("対応済み"), "operator": _("対応済み")},
}


@dataclass(frozen=True)
class Who:
    """Who looks, and from which side."""

    person_id: int
    side: Side


@dataclass(frozen=True)
class File:
    """A document that came with a message. state: how its check stands, "" where it can be opened."""

    pk: int
    name: str
    icon: str
    size: int
    state: str
    tone: str


@dataclass(frozen=True)
class Entry:
    """A message as a page shows it. is_mine: its reader wrote it; is_ours: somebody of the reader's side did."""

    pk: int
    author: str
    is_mine: bool
    is_ours: bool
    side: str
    internal: bool
    body: str
    parts: Sequence[Part]
    files: Sequence[File]
    written_at: datetime
    edited_at: datetime | None
    withdrawn_at: datetime | None
    is_new: bool
    is_changeable: bool


@dataclass(frozen=True)
class Talk:
    """A conversation for one reader. thread: None where nothing was written yet that they may see.

    stamp: changes with everything that the reader can see of it. earlier: the cursor of what stands before, "" for
    nothing. question: the client's that waits for an answer.
    """

    thread: Thread | None
    order: Order | None
    side: Side
    entries: Sequence[Entry]
    stamp: int
    earlier: str = ""
    question: Question | None = None

    @property
    def title(self) -> str:
        """What it is about: the order's number or the subject line."""
        if self.order is not None:
            return self.order.number
        return self.thread.subject if self.thread else ""

    @property
    def standing(self) -> Sentence:
        """Whose turn it is, in words."""
        return standing_of(self.thread.waits_for if self.thread else Thread.NOBODY, self.side)

    @property
    def tone(self) -> str:
        """The colour of whose turn it is."""
        return tone_of(self.thread.waits_for if self.thread else Thread.NOBODY, self.side)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to answer."""
        return self.thread is not None and self.thread.waits_for != Thread.NOBODY

    @property
    def needs_reason(self) -> bool:
        """Whether the reader has to say why nothing is answered, when they close it."""
        return self.side == "operator" and self.question is not None

    @property
    def new(self) -> int:
        """How many messages the reader has not seen."""
        return sum(entry.is_new for entry in self.entries)


@dataclass(frozen=True)
class Row:
    """A thread as a line of the list. new: how many messages in it the reader has not seen."""

    pk: int
    title: str
    order_id: int | None
    excerpt: str
    author: str
    is_ours: bool
    internal: bool
    at: datetime
    standing: Sentence
    tone: str
    new: int


def standing_of(waits_for: str, side: Side) -> Sentence:
    """Whose turn it is, as that side says it."""
    return Sentence(STANDINGS[waits_for][side])


def tone_of(waits_for: str, side: Side) -> str:
    """The colour of whose turn it is: amber where the reader's side has to act."""
    if waits_for == Thread.NOBODY:
        return "done"
    return "attention" if waits_for == side else "waiting"


def seen_by(side: Side) -> QuerySet[Message]:
    """The messages that the side may see."""
    return Message.objects.all() if side == "operator" else Message.objects.filter(internal=False)


def threads_for(side: Side) -> QuerySet[Thread]:
    """The threads in which the side sees something."""
    return Thread.objects.all() if side == "operator" else Thread.objects.filter(last_at__isnull=False)


def of_thread(thread_id: int, who: Who, *, at: datetime, after: str = "") -> Talk | None:
    """The conversation, None where the reader sees none. after: the cursor of an earlier page."""
    thread = threads_for(who.side).select_related("order").filter(pk=thread_id).first()
    return _talk(thread, thread.order, who, at=at, after=after) if thread else None


def of_order(order: Order, who: Who, *, at: datetime) -> Talk:
    """The conversation about an order, also where nothing was written yet."""
    thread = threads_for(who.side).filter(order=order).first()
    if thread is None:
        return Talk(None, order, who.side, (), 0)
    return _talk(thread, order, who, at=at)


def _talk(thread: Thread, order: Order | None, who: Who, *, at: datetime, after: str = "") -> Talk:
    page = page_of(seen_by(who.side).filter(thread=thread), order=("-id",), after=after, size=SHOWN)
    read = _mark(thread, who, at=at)
    files = _files([message.pk for message in page.rows], who.side)
    return Talk(
        thread=thread,
        order=order,
        side=who.side,
        entries=[_entry(message, files[message.pk], who, read, at=at) for message in reversed(page.rows)],
        stamp=stamp_of(thread, who.side),
        earlier=page.after,
        question=Question.objects.filter(thread=thread, ended_at=None).first(),
    )


def stamp_of(thread: Thread, side: Side) -> int:
    """A number that changes with everything that the side can see of the thread."""
    return thread.version if side == "operator" else thread.public_version


def _mark(thread: Thread, who: Who, *, at: datetime) -> int:
    marked: Any = _with_mark(Thread.objects.filter(pk=thread.pk), who, at=at).get()
    return int(marked.read_id)


def _entry(message: Message, files: Sequence[File], who: Who, read: int, *, at: datetime) -> Entry:
    is_mine = message.actor_kind == "person" and message.actor_id == str(who.person_id)
    gone = message.withdrawn_at is not None
    return Entry(
        pk=message.pk,
        author=message.actor_name,
        is_mine=is_mine,
        is_ours=message.side == who.side,
        side=message.side,
        internal=message.internal,
        body=message.body,
        parts=conversation.parts(message.body, names=[name for _id, name in message.mentions], orders=message.links),
        files=() if gone else files,
        written_at=message.written_at,
        edited_at=message.edited_at,
        withdrawn_at=message.withdrawn_at,
        is_new=not is_mine and not gone and message.pk > read,
        is_changeable=is_mine and not gone and conversation.is_changeable(message.written_at, at=at),
    )


def _files(message_ids: Collection[int], side: Side) -> dict[int, list[File]]:
    found: dict[int, list[File]] = defaultdict(list)
    for one in Attachment.objects.filter(message_id__in=message_ids).select_related("document").order_by("pk"):
        found[one.message_id].append(_file(one.document, side))
    return found


def _file(document: Document, side: Side) -> File:
    row = documents.row_of(document, side)
    return File(row.pk, row.file_name, row.icon, row.size, row.state, row.tone)


def list_page(
    who: Who,
    *,
    at: datetime,
    waits_for: str | None = None,
    text: str = "",
    after: str = "",
    before: str = "",
    size: int = 50,
) -> Page[Row]:
    """A page of the threads: what the reader has not seen first, then the newest. Two queries.

    waits_for: only those where it is that side's turn ("" for nobody's). text: words of subject, number or messages.
    """
    found = matching(who, waits_for=waits_for, text=text).select_related("order")
    page = page_of(
        _with_news(found, who, at=at),
        order=("-is_new", f"-{_moment(who)}", "-id"),
        after=after,
        before=before,
        size=size,
    )
    lasts = Message.objects.in_bulk([row.last_id for row in page.rows])  # type: ignore[attr-defined]
    return Page([_row(row, lasts[row.last_id], who.side) for row in page.rows], page.after, page.before)  # type: ignore[attr-defined]


def matching(who: Who, *, waits_for: str | None = None, text: str = "") -> QuerySet[Thread]:
    """The threads that the reader sees and that are looked for."""
    found = threads_for(who.side)
    if waits_for is not None:
        found = found.filter(waits_for=waits_for)
    for key in filter(None, map(search_key, text.split())):
        said = seen_by(who.side).filter(thread=OuterRef("pk"), search__contains=key)
        found = found.filter(Exists(said) | Q(subject__icontains=key) | Q(order__search__contains=key))
    return found


def _with_news(threads: QuerySet[Thread], who: Who, *, at: datetime) -> QuerySet[Thread]:
    """With last_id, and `new`: how many messages there are that the person has not seen; is_new: whether any."""
    said = seen_by(who.side).filter(thread=OuterRef("pk"))
    unseen = said.filter(pk__gt=OuterRef("read_id"), withdrawn_at=None).exclude(
        actor_kind="person", actor_id=str(who.person_id)
    )
    counted = unseen.order_by().values("thread").annotate(n=Count("pk")).values("n")
    new = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return _with_mark(threads, who, at=at).annotate(
        last_id=Subquery(said.order_by("-pk").values("pk")[:1]),
        new=new,
        is_new=Case(When(new__gt=0, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )


def _with_mark(threads: QuerySet[Thread], who: Who, *, at: datetime) -> QuerySet[Thread]:
    """With read_id: up to where the person has read. What was over long before they first looked is not new to them."""
    mark = ReadMark.objects.filter(thread=OuterRef("pk"), person_id=who.person_id).values("message_id")
    over = When(**{"waits_for": Thread.NOBODY, f"{_moment(who)}__lt": at - FRESH}, then=Value(_ALL))
    unread = Case(over, default=Value(_NEVER), output_field=BigIntegerField())
    return threads.annotate(read_id=Coalesce(Subquery(mark), unread))


def _moment(who: Who) -> str:
    """The field that says when something was last written that the reader sees."""
    return "touched_at" if who.side == "operator" else "last_at"


def count_new(who: Who, *, at: datetime) -> int:
    """In how many of the newest threads there is something that the person has not seen. One query, always as dear."""
    newest = threads_for(who.side).order_by(f"-{_moment(who)}", "-id")[:WATCHED]
    said = seen_by(who.side).filter(thread=OuterRef("pk"), pk__gt=OuterRef("read_id"), withdrawn_at=None)
    unseen = said.exclude(actor_kind="person", actor_id=str(who.person_id))
    watched = Thread.objects.filter(pk__in=Subquery(newest.values("pk")))
    return _with_mark(watched, who, at=at).filter(Exists(unseen)).count()


def counts(who: Who) -> dict[str, int]:
    """How many threads wait for whom. One query."""
    rows = threads_for(who.side).order_by().values_list("waits_for").annotate(Count("pk"))
    return dict(rows)


def _row(thread: Thread, last: Message, side: Side) -> Row:
    return Row(
        pk=thread.pk,
        title=thread.order.number if thread.order else thread.subject,
        order_id=thread.order_id,
        excerpt=" ".join(last.body.split())[:EXCERPT],
        author=last.actor_name,
        is_ours=last.side == side,
        internal=last.internal,
        at=last.written_at,
        standing=standing_of(thread.waits_for, side),
        tone=tone_of(thread.waits_for, side),
        new=thread.new,  # type: ignore[attr-defined]
    )


def find(text: str, who: Who, *, at: datetime, limit: int) -> tuple[list[Row], bool]:
    """The newest threads with all these words, and whether there are more."""
    page = list_page(who, at=at, text=text, size=limit)
    return page.rows, bool(page.after)


def nameable(thread_id: int | None, side: Side, *, internal: bool) -> list[Named]:
    """Whom somebody of that side can name in a message, or (internal) in a note.

    In a note the operator's people who serve the client. In a message the client's people, and of the operator's those
    who have written in the thread: no other name of theirs is ever shown to the client.
    """
    client = scope.current_client()
    if internal:
        if side == "client":
            return []
        with scope.operator():
            return _named(tenants.staff_with(client, Permission.VIEW_ORDERS))
    return [*_named(tenants.people_with(client, Permission.VIEW_ORDERS)), *_writers(thread_id)]


def _named(readers: Iterable[tenants.Reader]) -> list[Named]:
    return [Named(reader.person_id, reader.name) for reader in readers]


def _writers(thread_id: int | None) -> list[Named]:
    """The operator's people who have written in the thread what the client sees."""
    if thread_id is None:
        return []
    said = Message.objects.filter(thread=thread_id, side="operator", internal=False, actor_kind="person")
    rows = said.order_by("actor_id", "-pk").distinct("actor_id").values_list("actor_id", "actor_name")
    return [Named(int(actor_id), name) for actor_id, name in rows]


def orders_named(body: str) -> dict[str, int]:
    """The orders whose numbers stand in the text: number to id. Two queries, none where there is nothing like one."""
    found = conversation.numbers(body)
    if not found:
        return {}
    channels = list(Channel.objects.values_list("pk", flat=True))  # the index on numbers begins with the channel
    return dict(Order.objects.filter(channel__in=channels, number__in=found).values_list("number", "pk"))


def messages_of_order(order_id: int) -> QuerySet[Message]:
    """What was written about the order, without internal notes and what was withdrawn."""
    return Message.objects.filter(thread__order=order_id, internal=False, withdrawn_at=None).annotate(
        answer_awaited=Exists(Question.objects.filter(message=OuterRef("pk"), ended_at=None))
    )
