"""Writing notices down, in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from core import copying, scope
from core.events import Actor, Told
from integrations.models import Notice
from integrations.notices import catalogue, rendering, times
from integrations.notices.catalogue import Kind
from integrations.queries import figures, preferences, supplies
from integrations.queries import standing as standings
from integrations.queries.standing import Standing, Wording
from orders.mails import ALL_MAILS
from tenants import queries as tenants
from tenants.queries import Reader

_BY_EVENT = catalogue.by_event()
_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "event_id": pl.Int64,
    "kind": pl.String,
    "audience": pl.String,
    "order_id": pl.Int64,
    "number": pl.String,
    "person_id": pl.Int64,
    "name": pl.String,
    "address": pl.String,
    "language": pl.String,
    "version": pl.Int64,
    "subject": pl.String,
    "body": pl.String,
    "state": pl.String,
    "written_at": pl.Datetime("us", "UTC"),
    "due_at": pl.Datetime("us", "UTC"),
    "message_id": pl.String,
    "error": pl.String,
}


@dataclass(frozen=True)
class _Recipient:
    """To whom a notice goes and when; person_id is None for who is outside."""

    person_id: int | None
    name: str
    address: str
    language: str
    due_at: datetime


def note(told: Told) -> bool:
    """Write the notices of these happenings; whether any of them is to go out now.

    Nothing is written while the client is not live, and nothing ever about orders from before. A constant number of
    statements, however many happened: what is told is joined with its orders' figures as columns, filled into the
    words, and copied into the table.
    """
    kinds = _BY_EVENT.get(told.name, ())
    record = tenants.client_record(scope.current_client())
    if not kinds or record is None or record.live_at is None:
        return False
    rows = _rows(told, record.live_at)
    if rows.is_empty():
        return False
    standing = standings.standing(record)
    writing = _Writing(standing, told.actor, at=rows["at"].max())  # type: ignore[arg-type]
    notices = [notice for kind in kinds for notice in writing.of(kind, rows)]
    return _write(notices, at=writing.at)


def _rows(told: Told, live_at: datetime) -> pl.DataFrame:
    """The happenings that may be told, each with the figures of its order."""
    frame = told.frame.with_columns(
        pl.col("order_id").cast(pl.Int64),
        pl.col("at").cast(pl.Datetime("us", "UTC")),
        pl.lit(told.actor.kind).alias("actor_kind"),
        pl.lit(told.name).alias("event"),
        pl.lit(told.subject_kind).alias("subject_kind"),
    )
    orders = figures.of_orders(frame["order_id"].drop_nulls().unique())
    frame = frame.join(orders, on="order_id", how="left", maintain_order="left")
    if told.subject_kind == "intake":
        names = figures.file_names(frame["subject_id"])
        frame = frame.with_columns(pl.col("subject_id").replace_strict(names, default="").alias("file_name"))
    buyers = figures.buyers_of(told.subject_kind, frame["subject_id"])
    if buyers is not None:
        frame = frame.drop("order_buyer", "order_email").join(
            buyers, on="subject_id", how="left", maintain_order="left"
        )
    if told.subject_kind == "supply":
        frame = frame.join(supplies.figures_of(frame["subject_id"]), on="subject_id", how="left", maintain_order="left")
    began = pl.when(pl.col("order_id").is_null()).then(pl.col("at")).otherwise(pl.col("order_since"))
    return frame.filter(began >= live_at, pl.col("at") >= live_at)


class _Writing:
    """Writes the notices of one call: which rows, to whom, in which words."""

    def __init__(self, standing: Standing, actor: Actor, *, at: datetime) -> None:
        self.standing = standing
        self.actor = actor
        self.at = at
        self.client = scope.current_client()
        self.named: set[tuple[int, int | None]] = set()

    def of(self, kind: Kind, rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
        """The notices of one kind."""
        is_outside = kind.audience in catalogue.OUTSIDE
        if is_outside and not self.standing.is_on(kind):
            return
        wanted = _wanted(kind, rows)
        if wanted.is_empty():
            return
        people = [] if is_outside else self._people(kind)
        words = {language: _Words(kind, self.standing, language) for language in catalogue.LANGUAGES}
        for row in wanted.iter_rows(named=True):
            for recipient in people or self._outside(kind, row):
                if not self._concerns(kind, row, recipient):
                    continue
                yield words[recipient.language].notice(row, recipient, at=self.at)

    def _concerns(self, kind: Kind, row: dict[str, Any], recipient: _Recipient) -> bool:
        """Whether this recipient is among those it is for; whoever was named is told nothing else of the event."""
        if not kind.named:
            return (row["event_id"], recipient.person_id) not in self.named
        is_named = recipient.person_id in (row.get(kind.named) or [])
        if is_named:
            self.named.add((row["event_id"], recipient.person_id))
        return is_named

    def _outside(self, kind: Kind, row: dict[str, Any]) -> list[_Recipient]:
        if kind.audience == "supplier":
            address, language = row["supplier_email"].strip(), row["supplier_language"]
            return [_Recipient(None, row["supplier"], address, language, self.at)] if "@" in address else []
        address = (row["order_email"] or "").strip()
        if kind.audience != "buyer" or "@" not in address:
            return []
        settings = self.standing.settings
        due = times.follow_up(self.at, settings.follow_up_days) if kind.follows_up else self.at
        return [_Recipient(None, row["order_buyer"], address, settings.buyer_language, due)]

    def _people(self, kind: Kind) -> list[_Recipient]:
        """The people whom it concerns and who want it; whoever did it themselves is not told."""
        if kind.audience == "operator":
            with scope.operator():
                readers, chosen = tenants.staff_with(self.client, kind.permission), preferences.of_kind(kind.code, "")
        else:
            readers, chosen = (
                tenants.people_with(self.client, kind.permission),
                preferences.of_kind(kind.code, self.client),
            )
        myself = self.actor.id if self.actor.kind == "person" else ""
        return [
            self._reader(reader, mode)
            for reader in readers
            if (mode := chosen.get(reader.person_id, kind.mode)) != "off" and str(reader.person_id) != myself
        ]

    def _reader(self, reader: Reader, mode: str) -> _Recipient:
        due = times.next_gathering(self.at) if mode == "digest" else self.at
        language = reader.language if reader.language in catalogue.LANGUAGES else "ja"
        return _Recipient(reader.person_id, reader.name, reader.email, language, due)


class _Words:
    """One kind in one language, ready to be filled."""

    def __init__(self, kind: Kind, standing: Standing, language: str) -> None:
        self.kind = kind
        self.language = language
        self.wording: Wording = standing.wording(kind, language)
        self.filling = figures.Filling(standing.shop, language, kind.audience)

    def notice(self, row: dict[str, Any], recipient: _Recipient, *, at: datetime) -> dict[str, Any]:
        """The notice as a row of the table."""
        filled = self.filling.figures(row)
        return {
            "event_id": row["event_id"],
            "kind": self.kind.code,
            "audience": self.kind.audience,
            "order_id": row["order_id"],
            "number": filled["order_number"][:60],
            "person_id": recipient.person_id,
            "name": recipient.name,
            "address": recipient.address,
            "language": self.language,
            "version": self.wording.version,
            "subject": rendering.subject_of(self.wording.subject, filled),
            "body": rendering.filled(self.wording.body, filled),
            "written_at": at,
            "due_at": recipient.due_at.astimezone(UTC),
        }


def _wanted(kind: Kind, rows: pl.DataFrame) -> pl.DataFrame:
    if kind.audience == "buyer":
        muted = pl.col("order_muted").list
        rows = rows.filter((muted.contains(kind.tells) | muted.contains(ALL_MAILS)).fill_null(value=False).not_())
    if kind.when is None:
        return rows
    absent = set(kind.when.meta.root_names()) - set(rows.columns)
    return rows.with_columns(pl.lit(None).alias(name) for name in absent).filter(kind.when)


def _write(notices: list[dict[str, Any]], *, at: datetime) -> bool:
    """Copy them into the table, those to addresses that take no mail as such; whether any is due now."""
    if not notices:
        return False
    closed = standings.suppressed(sorted({notice["address"].lower() for notice in notices}))
    rows = [
        {**notice, "state": Notice.SUPPRESSED if notice["address"].lower() in closed else Notice.WAITING}
        for notice in notices
    ]
    frame = pl.DataFrame(rows, schema=_COLUMNS, orient="row").with_columns(
        pl.col("message_id", "error").fill_null(""), copying.take_ids("integrations_notice", len(rows))
    )
    copying.copy("integrations_notice", frame.unique(["event_id", "kind", "address"], maintain_order=True))
    return any(row["state"] == Notice.WAITING and row["due_at"] <= at for row in rows)
