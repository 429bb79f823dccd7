"""Opening exceptions, withdrawing them and opening them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

import orjson
import polars as pl
from django.db import transaction

from core import copying
from core.batches import Outcome
from core.doings import because
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders import ports
from orders.exceptions import KINDS, ExceptionKind, may_bill, waits_for
from orders.lifecycle import BY_CODE, not_found, phase_column
from orders.models import Line, OrderException
from orders.queries import facts
from orders.queries.facts import among
from orders.reasons import PARTIES
from orders.services.amending import too_many
from orders.services.phases import refresh
from orders.services.sifting import lock, sift_orders
from orders.services.verification import check_words

LONGEST_NOTE = 2000
WITHDRAWN = "withdrawn"
_TOLD: dict[str, type[pl.DataType] | pl.DataType] = {
    "exception_id": pl.Int64,
    "order_id": pl.Int64,
    "kind": pl.String,
    "decider": pl.String,
    "party": pl.String,
    "billable": pl.Boolean,
    "waits_for": pl.String,
    "decide_by": pl.Datetime("us", "UTC"),
}
TOLD = pl.Schema(_TOLD)
"""What every event of an exception says of it."""


@transaction.atomic
def open_for(
    order_ids: Collection[int],
    *,
    kind: str,
    note: str = "",
    quantities: Mapping[int, int] | None = None,
    party: str = "",
    expected_date: date | None = None,
    actor: Actor,
    at: datetime,
) -> Outcome:
    """Open an exception of this kind (of KINDS) on orders: somebody has to decide how they go on.

    note: what happened. quantities: line id to the pieces concerned, None for all of the order. party: who answers for
    it, by default who usually does. expected_date: the day that is proposed. An order where the kind cannot occur now,
    or that has one of it open, is refused.
    """
    known = _check(kind, note, party)
    ready, refused = sift_orders("open_exception", order_ids)
    ready, elsewhere = _in_place(ready, known)
    taken = OrderException.objects.filter(order__in=among(ready["id"]), kind=kind, closed_at=None)
    again = {key: _open_already() for key in taken.values_list("order_id", flat=True)}
    lines, beyond = _lines(ready["id"], quantities or {})
    refused |= elsewhere | again | beyond
    going = ready.filter(~pl.col("id").is_in(list(refused)))["id"].sort()
    if len(going):
        opened = _write(going, known, lines, note, party or known.party, expected_date, actor=actor, at=at)
        refresh(going.to_list())
        publish_frame("order.exception_opened", "order", opened, actor=actor, at=at)
    return Outcome.of(going, refused)


def _check(kind: str, note: str, party: str) -> ExceptionKind:
    if kind not in KINDS:
        raise Refused(Sentence(_("例外の種類を選んでください。")), code="unknown_kind", field="kind")
    if party and party not in PARTIES:
        raise Refused(Sentence(_("責任区分を選んでください。")), code="unknown_party", field="party")
    if note:
        check_words(note, field="note", longest=LONGEST_NOTE)
    return KINDS[kind]


def _in_place(found: pl.DataFrame, kind: ExceptionKind) -> tuple[pl.DataFrame, dict[int, Refused]]:
    """The orders that stand where the kind can occur; an exception or a return that is open hides where they stand."""
    beneath = found.with_columns(pl.lit(0).alias("exceptions"), pl.lit(0).alias("in_return"))
    phases = beneath.with_columns(phase_column().alias("phase")).select("id", "phase")
    out = phases.filter(~pl.col("phase").is_in(list(kind.phases)))
    sentence = _("「%(phase)s」の注文に「%(kind)s」は登録できません。")
    refused = {
        key: Refused(
            Sentence(sentence, phase=Sentence(BY_CODE[phase].staff), kind=Sentence(kind.label)), code="wrong_phase"
        )
        for key, phase in out.rows()
    }
    return found.filter(~pl.col("id").is_in(out["id"].implode())), refused


def _open_already() -> Refused:
    return Refused(Sentence(_("この種類の例外は、すでに対応中です。")), code="open_already")


def _lines(order_ids: pl.Series, quantities: Mapping[int, int]) -> tuple[dict[int, dict[str, int]], dict[int, Refused]]:
    """For each order the pieces concerned by line id, and the orders of which more is said than they have."""
    found: dict[int, dict[str, int]] = {}
    refused: dict[int, Refused] = {}
    for line in Line.objects.filter(pk__in=list(quantities), order__in=among(order_ids)):
        pieces = quantities[line.pk]
        if not 0 <= pieces <= line.ordered - line.cancelled:
            refused[line.order_id] = too_many()
        elif pieces:
            found.setdefault(line.order_id, {})[str(line.pk)] = pieces
    return found, refused


def _write(
    order_ids: pl.Series,
    kind: ExceptionKind,
    lines: Mapping[int, Mapping[str, int]],
    note: str,
    party: str,
    expected_date: date | None,
    *,
    actor: Actor,
    at: datetime,
) -> pl.DataFrame:
    """Write the rows; returns what is told of them."""
    told = pl.DataFrame({"order_id": order_ids}).with_columns(
        copying.take_ids("orders_orderexception", len(order_ids)).alias("exception_id"),
        pl.lit(kind.code).alias("kind"),
        pl.lit(kind.decider).alias("decider"),
        pl.lit(party).alias("party"),
        pl.lit(may_bill(kind.code, party)).alias("billable"),
        pl.lit(ports.working_deadline(at, kind.deadline)).alias("decide_by"),
        pl.lit(note).alias("note"),
    )
    concerned = [orjson.dumps(lines.get(key, {})).decode() for key in order_ids]
    rows = told.rename({"exception_id": "id"}).with_columns(
        pl.Series("lines", concerned),
        pl.lit(expected_date, dtype=pl.Date).alias("expected_date"),
        pl.lit(at).alias("opened_at"),
        pl.lit(actor.name).alias("opened_by"),
        *[pl.lit("").alias(name) for name in ("decision", "decided_by", "answer")],
    )
    copying.copy("orders_orderexception", rows)
    return told.with_columns(
        pl.col("order_id").alias("subject_id"),
        pl.lit(waits_for(kind.code, kind.decider, party)).alias("waits_for"),
    )


def told_of(rows: Collection[OrderException]) -> pl.DataFrame:
    """What is told of these exceptions: the columns of TOLD and subject_id, a row each."""
    values = [
        (
            row.pk,
            row.order_id,
            row.kind,
            row.decider,
            row.party,
            row.billable,
            waits_for(row.kind, row.decider, row.party),
            row.decide_by,
        )
        for row in rows
    ]
    frame = pl.DataFrame(values, schema=TOLD, orient="row")
    return frame.with_columns(pl.col("order_id").alias("subject_id"))


def locked(exception_ids: Collection[int]) -> tuple[dict[int, OrderException], dict[int, Refused]]:
    """The exceptions by id, their orders locked, and the refusals of those that do not exist."""
    keys = set(exception_ids)
    lock(set(OrderException.objects.filter(pk__in=keys).values_list("order_id", flat=True)))
    found = OrderException.objects.order_by("pk").in_bulk(list(keys))
    return found, not_found(keys - set(found), "exception")


def closed_already(row: OrderException) -> Refused:
    """The refusal of who comes late."""
    late = Refused(Sentence(_("すでに対応が決まっています。")), code="decided")
    return because(late, _("%(who)sが %(when)s に決めました。"), who=row.decided_by, at=row.closed_at)


@transaction.atomic
def withdraw(exception_ids: Collection[int], *, note: str, actor: Actor, at: datetime) -> Outcome:
    """Take exceptions back: nothing needs to be decided. note: why, in a few words."""
    check_words(note, field="note")
    found, refused = locked(exception_ids)
    refused |= {key: closed_already(row) for key, row in found.items() if row.closed_at}
    going = [row for key, row in found.items() if key not in refused]
    close(going, decision=WITHDRAWN, answer=note, actor=actor, at=at)
    if going:
        told = told_of(going).with_columns(pl.lit(note).alias("text"))
        publish_frame("order.exception_withdrawn", "order", told, actor=actor, at=at)
    return Outcome.of([row.pk for row in going], refused)


def close(rows: Collection[OrderException], *, decision: str, answer: str, actor: Actor, at: datetime) -> None:
    """Write down how they ended, and derive the phases of their orders anew."""
    OrderException.objects.filter(pk__in=[row.pk for row in rows]).update(
        closed_at=at, decision=decision, answer=answer, decided_by=actor.name
    )
    refresh([row.order_id for row in rows])


@transaction.atomic
def reopen(exception_ids: Collection[int], *, note: str, actor: Actor, at: datetime) -> Outcome:
    """Open exceptions again that were decided or withdrawn: the decision did not hold. What it did stays done."""
    check_words(note, field="note")
    found, refused = locked(exception_ids)
    orders = {row.order_id for row in found.values()}
    busy = set(OrderException.objects.filter(order__in=orders, closed_at=None).values_list("order_id", "kind"))
    known = facts.of_orders(orders)
    going: list[OrderException] = []
    for key, row in found.items():
        _ready, elsewhere = _in_place(known.filter(pl.col("id") == row.order_id), KINDS[row.kind])
        if (row.order_id, row.kind) in busy:
            refused[key] = _open_already()
        elif elsewhere:
            refused[key] = elsewhere[row.order_id]
        else:
            busy.add((row.order_id, row.kind))
            going.append(row)
    for row in going:
        kind = KINDS[row.kind]
        row.decider, row.decide_by, row.reminders = kind.decider, ports.working_deadline(at, kind.deadline), 0
        row.closed_at, row.decision, row.decided_by, row.answer = None, "", "", ""
    OrderException.objects.bulk_update(
        going, ["decider", "decide_by", "reminders", "closed_at", "decision", "decided_by", "answer"]
    )
    if going:
        refresh([row.order_id for row in going])
        told = told_of(going).with_columns(pl.lit(note).alias("text"))
        publish_frame("order.exception_reopened", "order", told, actor=actor, at=at)
    return Outcome.of([row.pk for row in going], refused)
