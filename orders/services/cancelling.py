"""Cancelling orders: at once before release, by request while the warehouse works, and not at all once packed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core import copying
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.lifecycle import BEFORE_RELEASE, BY_REQUEST, MOVES
from orders.queries import facts
from orders.reasons import PARTIES
from orders.services.phases import refresh
from orders.services.sifting import sift_orders
from orders.services.standing import give_back
from orders.services.verification import check_words

_DROP_SHIPMENTS = """
    UPDATE orders_shipment SET state = 'cancelled'
     WHERE order_id = ANY(%s) AND state IN ('planned', 'released', 'picking')
    RETURNING id, order_id, position
"""
_DROPPED = pl.Schema({"subject_id": pl.Int64, "order_id": pl.Int64, "position": pl.Int64})
_CANCEL_LINES = """
    UPDATE orders_line
       SET cancelled = ordered - written_off, allocated = 0, backordered = 0, on_purchase = 0, making = 0,
           released = 0, picked = 0
     WHERE order_id = ANY(%s)
"""
_ANSWER_REQUESTS = """
    UPDATE orders_cancelrequest SET answered_at = %s, answered_by = %s, accepted = %s, answer = %s
     WHERE order_id = ANY(%s) AND answered_at IS NULL
"""
# What a cancelled order waited for it waits for no longer; the cancelling says so.
_END_WAITING = """
    UPDATE orders_hold SET released_at = %(at)s, released_by = %(by)s, release_reason = %(reason)s
     WHERE order_id = ANY(%(ids)s) AND released_at IS NULL;
    UPDATE orders_orderexception SET closed_at = %(at)s, decided_by = %(by)s, decision = 'withdrawn'
     WHERE order_id = ANY(%(ids)s) AND closed_at IS NULL;
    UPDATE orders_changerequest SET state = 'expired', answered_at = %(at)s, answered_by = %(by)s, answer = %(reason)s
     WHERE order_id = ANY(%(ids)s) AND state = 'asked'
"""


@dataclass(frozen=True)
class Cancelling(Outcome):
    """What came of it. requested: those of `done` that are not cancelled yet, because the operator was asked."""

    requested: frozenset[int] = frozenset()


@transaction.atomic
def cancel(order_ids: Collection[int], *, by: str, reason: str, actor: Actor, at: datetime) -> Cancelling:
    """Cancel orders as a whole. by: the party that wants it (of orders.reasons.PARTIES).

    What the warehouse has not been given is cancelled at once. What it is working on the operator cancels; anybody
    else asks for it, and the answer comes with `answer_request`. What is packed or gone is refused.
    """
    _check_party(by)
    check_words(reason, field="reason")
    ready, refused = sift_orders("cancel", order_ids)
    at_work = (pl.col("released") > 0) & (pl.lit(by) != "operator")
    asking, repeated = MOVES["request_cancel"].sift(ready.filter(at_work))
    if not asking.is_empty():
        _ask(asking["id"], reason, actor=actor, at=at)
    going = ready.filter(~at_work)
    if not going.is_empty():
        _cancel(going, by=by, reason=reason, actor=actor, at=at)
    requested = frozenset(asking["id"])
    return Cancelling(frozenset(going["id"]) | requested, refused | repeated, requested)


def _check_party(by: str) -> None:
    if by not in PARTIES:
        raise Refused(Sentence(_("だれがキャンセルするのかを選んでください。")), code="unknown_party", field="by")


def _ask(order_ids: pl.Series, reason: str, *, actor: Actor, at: datetime) -> None:
    asked = pl.DataFrame({"order_id": order_ids.sort()}).with_columns(
        copying.take_ids("orders_cancelrequest", len(order_ids)).alias("request_id"), pl.lit(reason).alias("reason")
    )
    rows = asked.rename({"request_id": "id"}).with_columns(
        pl.lit(at).alias("asked_at"),
        pl.lit(actor.name).alias("asked_by"),
        pl.lit("").alias("answered_by"),
        pl.lit("").alias("answer"),
    )
    copying.copy("orders_cancelrequest", rows)
    refresh(order_ids.to_list())
    told = asked.with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.cancel_requested", "order", told, actor=actor, at=at)


def carry_out(order_ids: Collection[int], *, by: str, party: str, reason: str, actor: Actor, at: datetime) -> None:
    """Cancel orders of which nothing is packed, whatever zone they are in. party: who answers for it."""
    _cancel(facts.of_orders(order_ids), by=by, party=party, reason=reason, actor=actor, at=at)


def _cancel(going: pl.DataFrame, *, by: str, party: str = "", reason: str, actor: Actor, at: datetime) -> None:
    """Cancel orders of which nothing is packed. going: their facts. party: who answers for it, by default who wants it.

    The zone is told, so that a contract can ask a fee for what the warehouse had begun.
    """
    ids = going["id"].sort().to_list()
    dropped = facts.fetch(_DROP_SHIPMENTS, [ids], _DROPPED).sort("subject_id")
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL_LINES, [ids])
        if asked := _with_any(going, "cancel_requests"):
            cursor.execute(_ANSWER_REQUESTS, [at, actor.name, True, reason, asked])
        if waiting := _with_any(going, "holds", "exceptions", "change_requests"):
            cursor.execute(_END_WAITING, {"at": at, "by": actor.name, "reason": reason, "ids": waiting})
    give_back(ids, actor=actor, at=at)
    refresh(ids)
    if not dropped.is_empty():
        publish_frame("shipment.cancelled", "shipment", dropped, actor=actor, at=at)
    zone = pl.when(pl.col("released") > 0).then(pl.lit(BY_REQUEST)).otherwise(pl.lit(BEFORE_RELEASE)).alias("zone")
    told = going.sort("id").select(
        pl.col("id").alias("subject_id"),
        pl.col("id").alias("order_id"),
        pl.col("open").alias("units"),
        pl.lit(by).alias("by"),
        pl.lit(party or by).alias("party"),
        zone,
        pl.lit(reason).alias("reason"),
    )
    publish_frame("order.cancelled", "order", told, actor=actor, at=at)


def _with_any(facts: pl.DataFrame, *names: str) -> list[int]:
    """The orders of which one of these facts is more than nothing."""
    return facts.filter(pl.any_horizontal(pl.col(*names) > 0))["id"].sort().to_list()


@transaction.atomic
def answer_request(order_ids: Collection[int], *, accept: bool, answer: str, actor: Actor, at: datetime) -> Outcome:
    """Answer the client's request to cancel: with `accept` the order is cancelled, otherwise it goes on."""
    check_words(answer, field="answer")
    ready, refused = sift_orders("answer_cancel", order_ids)
    if accept:
        ready, late = MOVES["cancel"].sift(ready)
        refused |= late
    if not ready.is_empty():
        ids = ready["id"].sort().to_list()
        with connection.cursor() as cursor:
            cursor.execute(_ANSWER_REQUESTS, [at, actor.name, accept, answer, ids])
        refresh(ids)
        told = pl.DataFrame({"subject_id": ids, "order_id": ids}).with_columns(
            pl.lit(accept).alias("accepted"), pl.lit(answer).alias("answer")
        )
        publish_frame("order.cancel_request_answered", "order", told, actor=actor, at=at)
        if accept:
            _cancel(ready, by="client", reason=answer, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)
