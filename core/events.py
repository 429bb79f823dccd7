"""Everything that happens is said once: into the client's record, and to whoever listens, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, overload

import orjson
import polars as pl
from django.db import connection

from core import copying
from core.models import Event

Subscriber = Callable[["Told"], object]


@dataclass(frozen=True)
class Actor:
    """Who did it. id: the person's or token's id as text; name: as shown in the timeline, copied for good."""

    kind: Literal["person", "token", "system", "buyer", "supplier"]
    id: str
    name: str


SYSTEM = Actor("system", "", "システム")


@dataclass(frozen=True)
class Happening:
    """One event before and while it is told: what, to which subject, with which figures, by whom and when."""

    name: str
    subject_kind: str
    subject_id: int
    data: Mapping[str, Any] = field(default_factory=dict)
    order_id: int | None = None
    at: datetime | None = None
    actor: Actor | None = None
    event_id: int | None = None


class Told(Sequence[Happening]):
    """What subscribers are given: happenings of one name, in order, as objects or as columns.

    `frame` has the columns event_id, at, subject_id, order_id and one for each key of the data.
    """

    def __init__(self, name: str, subject_kind: str, frame: pl.DataFrame, actor: Actor) -> None:
        self.name = name
        self.subject_kind = subject_kind
        self.frame = frame
        self.actor = actor

    @classmethod
    def of(cls, happenings: Sequence[Happening]) -> Told:
        """Told from objects that all have the name of the first."""
        first = happenings[0]
        rows = [
            {"event_id": h.event_id, "at": h.at, "subject_id": h.subject_id, "order_id": h.order_id, **h.data}
            for h in happenings
        ]
        frame = pl.DataFrame(rows, infer_schema_length=None)
        return cls(first.name, first.subject_kind, frame, first.actor or SYSTEM)

    @overload
    def __getitem__(self, index: int) -> Happening: ...
    @overload
    def __getitem__(self, index: slice) -> Told: ...
    def __getitem__(self, index: int | slice) -> Happening | Told:
        if isinstance(index, slice):
            return Told(self.name, self.subject_kind, self.frame[index], self.actor)
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        row = self.frame.row(index, named=True)
        known = {key: row.pop(key) for key in ("event_id", "at", "subject_id", "order_id")}
        return Happening(name=self.name, subject_kind=self.subject_kind, actor=self.actor, data=row, **known)

    def __len__(self) -> int:
        return self.frame.height


_subscribers: dict[str, tuple[Subscriber, ...]] = {}


def install(subscriptions: Mapping[str, tuple[Subscriber, ...]]) -> None:
    """Make `subscriptions` the whole list of who listens to what. Called once, by the composition root."""
    _subscribers.clear()
    _subscribers.update(subscriptions)


def subscriptions() -> Mapping[str, tuple[Subscriber, ...]]:
    """Who listens to what."""
    return _subscribers


_INSERT = """
    INSERT INTO core_event
           (name, at, subject_kind, subject_id, order_id, actor_kind, actor_id, actor_name, batch_id, data)
    SELECT t.name, t.at, t.subject_kind, t.subject_id, t.order_id, %s, %s, %s, %s, t.data
      FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
           WITH ORDINALITY AS t (name, at, subject_kind, subject_id, order_id, data, nth)
     ORDER BY t.nth
    RETURNING id
"""


def publish(
    happenings: Iterable[Happening], *, actor: Actor, at: datetime, batch_id: int | None = None
) -> list[Happening]:
    """Record what happened and tell the subscribers, in the order given, inside the caller's transaction.

    Returns the happenings as told: with event id, actor and time filled in. Subscribers are called once per event
    name with all of that name; what they raise undoes the caller's work too.
    """
    told = [h if h.at is not None else _replace(h, at=at) for h in happenings]
    if not told:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [actor.kind, actor.id, actor.name, batch_id, *_columns(told)])
        ids = [row[0] for row in cursor.fetchall()]
    told = [_replace(h, actor=actor, event_id=event_id) for h, event_id in zip(told, ids, strict=True)]
    _tell(told)
    return told


def publish_frame(
    name: str, subject_kind: str, frame: pl.DataFrame, *, actor: Actor, at: datetime, batch_id: int | None = None
) -> Told:
    """The same as `publish` for very many of one name, given as columns.

    frame: subject_id, order_id and one column for each key of the data; `at` optional (default: the argument).
    """
    if "at" not in frame.columns:
        frame = frame.with_columns(pl.lit(at).alias("at"))
    ids = copying.take_ids("core_event", frame.height)
    frame = frame.with_columns(ids.alias("event_id"))
    keys = [c for c in frame.columns if c not in ("event_id", "at", "subject_id", "order_id")]
    rows = frame.select(
        pl.col("event_id").alias("id"),
        pl.lit(name).alias("name"),
        "at",
        pl.lit(subject_kind).alias("subject_kind"),
        "subject_id",
        "order_id",
        pl.lit(actor.kind).alias("actor_kind"),
        pl.lit(actor.id).alias("actor_id"),
        pl.lit(actor.name).alias("actor_name"),
        pl.lit(batch_id, dtype=pl.Int64).alias("batch_id"),
        pl.struct(keys).struct.json_encode().alias("data") if keys else pl.lit("{}").alias("data"),
    )
    copying.copy("core_event", rows)
    told = Told(name, subject_kind, frame, actor)
    for subscriber in _subscribers.get(name, ()):
        subscriber(told)
    return told


def _tell(told: Sequence[Happening]) -> None:
    by_name: dict[str, list[Happening]] = defaultdict(list)
    for happening in told:
        by_name[happening.name].append(happening)
    for name, group in by_name.items():
        subscribers = _subscribers.get(name, ())
        if subscribers:
            columns = Told.of(group)
            for subscriber in subscribers:
                subscriber(columns)


def _columns(told: Sequence[Happening]) -> list[list[Any]]:
    return [
        [h.name for h in told],
        [h.at for h in told],
        [h.subject_kind for h in told],
        [h.subject_id for h in told],
        [h.order_id for h in told],
        [orjson.dumps(h.data, default=str).decode() for h in told],
    ]


def _replace(happening: Happening, **changes: Any) -> Happening:
    values = {**happening.__dict__, **changes}
    return Happening(**values)


def of_order(order_id: int) -> list[Event]:
    """The record of one order, oldest first."""
    return list(Event.objects.filter(order_id=order_id).order_by("at", "id"))


def of_subject(kind: str, subject_id: int) -> list[Event]:
    """The record of one subject, oldest first. Indexed are questions and quotes."""
    return list(Event.objects.filter(subject_kind=kind, subject_id=subject_id).order_by("at", "id"))
