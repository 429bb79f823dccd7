"""Goods that come back: asked for, received, inspected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core import copying
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.lifecycle import not_found
from orders.models import Return, ReturnLine
from orders.queries import facts
from orders.services import amending
from orders.services.phases import refresh
from orders.services.sifting import lock, sift_orders
from orders.services.verification import check_words

_REQUESTED = """
    UPDATE orders_line l SET return_requested = l.return_requested + t.pieces
      FROM unnest(%s::bigint[], %s::int[]) AS t (id, pieces) WHERE l.id = t.id
"""
_RECEIVED = """
    UPDATE orders_line l SET return_received = l.return_received + r.received
      FROM orders_returnline r WHERE r.line_id = l.id AND r.back_id = ANY(%s)
"""
# What never came back is not asked for any more: the request is corrected to what was received.
_INSPECTED = """
    UPDATE orders_line l
       SET return_accepted = l.return_accepted + r.accepted,
           return_rejected = l.return_rejected + r.received - r.accepted,
           return_requested = l.return_requested - r.requested + r.received
      FROM orders_returnline r WHERE r.line_id = l.id AND r.back_id = ANY(%s)
"""

# Nothing more will arrive of what came back undelivered: with its inspection the order is over.
_OVER = """
    UPDATE orders_order o SET completed_at = %s
     WHERE o.id = ANY(%s) AND o.completed_at IS NULL
       AND EXISTS (SELECT FROM orders_shipment s WHERE s.order_id = o.id AND s.state = 'returned')
       AND NOT EXISTS (SELECT FROM orders_shipment s WHERE s.order_id = o.id
                          AND s.state NOT IN ('delivered', 'returned', 'lost', 'cancelled'))
       AND NOT EXISTS (SELECT FROM orders_line l WHERE l.order_id = o.id
                          AND l.shipped < l.ordered - l.cancelled - l.written_off)
    RETURNING o.id, o.id
"""
_OVER_SCHEMA = pl.Schema({"subject_id": pl.Int64, "order_id": pl.Int64})

Counts = Mapping[int, int]
"""Line id to pieces."""


@transaction.atomic
def request(
    order_ids: Collection[int],
    *,
    quantities: Counts | None = None,
    reason: str,
    party: str = "client",
    actor: Actor,
    at: datetime,
) -> Outcome:
    """Ask for goods back: of these orders everything that was shipped, or the pieces of the lines that are named."""
    check_words(reason, field="reason")
    ready, refused = sift_orders("request_return", order_ids)
    room = amending.room(ready["id"].to_list(), "sent")
    named = dict(zip(room["line_id"], room["order_id"], strict=True))
    wanted: dict[int, dict[int, int]] = {key: {} for key in ready["id"]}
    for line, pieces in (quantities or {}).items():
        if line in named and pieces:
            wanted[named[line]][line] = pieces
    going, unfit = amending.within(wanted, list(wanted), "sent")
    faults = going.with_columns(pl.lit(party).alias("party"), pl.lit(party != "operator").alias("billable"))
    open_for(faults, reason=reason, actor=actor, at=at)
    return Outcome.of(going["order_id"], refused | unfit)


def open_for(pieces: pl.DataFrame, *, reason: str, actor: Actor, at: datetime) -> None:
    """Open a return for each order of the pieces (order_id, line_id, pieces, party, billable)."""
    if pieces.is_empty():
        return
    told = pieces.group_by("order_id", "party", "billable").agg(pl.col("pieces").sum().alias("units")).sort("order_id")
    told = told.with_columns(copying.take_ids("orders_return", told.height).alias("return_id"))
    rows = told.select(pl.col("return_id").alias("id"), "order_id", "party", "billable").with_columns(
        pl.lit(reason).alias("reason"),
        pl.lit(at).alias("requested_at"),
        pl.lit(actor.name).alias("requested_by"),
        *[pl.lit("").alias(name) for name in ("inspected_by", "finding")],
    )
    copying.copy("orders_return", rows)
    lines = pieces.join(told.select("order_id", "return_id"), on="order_id", maintain_order="left")
    columns = {"back_id": pl.col("return_id"), "line_id": pl.col("line_id"), "requested": pl.col("pieces")}
    copying.copy("orders_returnline", lines.select(**columns))
    with connection.cursor() as cursor:
        cursor.execute(_REQUESTED, [pieces["line_id"].to_list(), pieces["pieces"].to_list()])
    refresh(told["order_id"].to_list())
    told = told.with_columns(pl.col("order_id").alias("subject_id"), pl.lit(reason).alias("text"))
    publish_frame("order.return_requested", "order", told, actor=actor, at=at)


@transaction.atomic
def receive(return_ids: Collection[int], *, quantities: Counts | None = None, actor: Actor, at: datetime) -> Outcome:
    """The goods of these returns are here: all that were asked for, or so many of the lines that are named."""
    found, refused = _locked(return_ids)
    late = Refused(Sentence(_("すでに受け取った返品です。")), code="received")
    refused |= {key: late for key, back in found.items() if back.received_at}
    refused |= _fill(found, refused, "received", "requested", quantities)
    going = [key for key in found if key not in refused]
    Return.objects.filter(pk__in=going).update(received_at=at)
    _finish("order.return_received", _RECEIVED, going, "received", actor=actor, at=at)
    return Outcome.of(going, refused)


@transaction.atomic
def inspect(
    return_ids: Collection[int], *, accepted: Counts | None = None, finding: str, actor: Actor, at: datetime
) -> Outcome:
    """What came back was looked at: all of it is accepted, or so many of the lines that are named; the rest is not."""
    check_words(finding, field="finding")
    found, refused = _locked(return_ids)
    early = Refused(Sentence(_("先に返品の受け取りを記録してください。")), code="not_received")
    late = Refused(Sentence(_("すでに検品した返品です。")), code="inspected")
    refused |= {key: late if back.inspected_at else early for key, back in found.items() if not _is_here(back)}
    refused |= _fill(found, refused, "accepted", "received", accepted)
    going = [key for key in found if key not in refused]
    Return.objects.filter(pk__in=going).update(inspected_at=at, inspected_by=actor.name, finding=finding)
    _finish("order.return_inspected", _INSPECTED, going, "received", actor=actor, at=at, text=finding)
    over = facts.fetch(_OVER, [at, [found[key].order_id for key in going]], _OVER_SCHEMA).sort("order_id")
    if not over.is_empty():
        refresh(over["order_id"].to_list())
        publish_frame("order.completed", "order", over, actor=actor, at=at)
    return Outcome.of(going, refused)


def _is_here(back: Return) -> bool:
    return back.received_at is not None and back.inspected_at is None


def _locked(return_ids: Collection[int]) -> tuple[dict[int, Return], dict[int, Refused]]:
    keys = set(return_ids)
    lock(set(Return.objects.filter(pk__in=keys).values_list("order_id", flat=True)))
    found = Return.objects.prefetch_related("lines").in_bulk(list(keys))
    return found, not_found(keys - set(found), "return")


def _fill(
    found: Mapping[int, Return], refused: Collection[int], column: str, limit: str, counts: Counts | None
) -> dict[int, Refused]:
    """Write down so many pieces of each line, by default as many as there can be; returns those that say too many."""
    lines = [line for key, back in found.items() if key not in refused for line in back.lines.all()]
    for line in lines:
        most = getattr(line, limit)
        setattr(line, column, most if counts is None else counts.get(line.line_id, 0))
    beyond = {line.back_id for line in lines if not 0 <= getattr(line, column) <= getattr(line, limit)}
    ReturnLine.objects.bulk_update([line for line in lines if line.back_id not in beyond], [column])
    return dict.fromkeys(beyond, amending.too_many())


def _finish(
    event: str, statement: str, return_ids: list[int], counted: str, *, actor: Actor, at: datetime, **data: str
) -> None:
    """Count on the lines, derive the phases and tell; units: the pieces of `counted`."""
    if not return_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [return_ids])
    backs = list(Return.objects.filter(pk__in=return_ids).prefetch_related("lines").order_by("pk"))
    refresh([back.order_id for back in backs])
    columns = {
        "subject_id": [back.order_id for back in backs],
        "order_id": [back.order_id for back in backs],
        "return_id": [back.pk for back in backs],
        "party": [back.party for back in backs],
        "billable": [back.billable for back in backs],
        "units": [sum(getattr(line, counted) for line in back.lines.all()) for back in backs],
        "accepted": [sum(line.accepted for line in back.lines.all()) for back in backs],
    }
    told = pl.DataFrame(columns).with_columns([pl.lit(value).alias(name) for name, value in data.items()])
    publish_frame(event, "order", told, actor=actor, at=at)
