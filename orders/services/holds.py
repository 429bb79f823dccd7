"""Holding orders back: placing, answering and releasing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import transaction

from core import copying, events
from core.batches import Outcome
from core.doings import because
from core.errors import Refused
from core.events import Actor, Happening, publish_frame
from core.wording import Sentence, _
from orders.lifecycle import not_found
from orders.models import Hold
from orders.queries import facts
from orders.queries.facts import among
from orders.reasons import HOLD_REASONS, PARTIES
from orders.services.phases import refresh
from orders.services.sifting import sift_orders
from orders.services.verification import check_words

MAX_QUESTION = 2000
_SELF_ENDING = [code for code, reason in HOLD_REASONS.items() if reason.ends_itself]

_RELEASE = """
    UPDATE orders_hold SET released_at = %s, released_by = %s, release_reason = %s
     WHERE order_id = ANY(%s) AND released_at IS NULL
    RETURNING id, order_id, party, reason
"""
_RELEASED = pl.Schema({"hold_id": pl.Int64, "order_id": pl.Int64, "party": pl.String, "reason": pl.String})


@transaction.atomic
def place(
    order_ids: Collection[int],
    *,
    reason: str,
    party: str = "",
    question: str = "",
    expected_end: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Outcome:
    """Hold orders back for a reason of orders.reasons.HOLD_REASONS.

    party: who has to act, by default the one that the reason usually asks. question: what they are asked; a hold that
    waits for the client shows it there. An order may have several holds, each for a reason of its own.
    """
    _check(reason, party, question, expected_end)
    party = party or HOLD_REASONS[reason].party
    ready, refused = sift_orders("hold", order_ids)
    free = set(ready["id"]) - _held_already(ready.filter(pl.col("holds") > 0)["id"], reason)
    refused |= {order_id: _held_for_this() for order_id in set(ready["id"]) - free}
    held = pl.DataFrame({"order_id": sorted(free)}, schema={"order_id": pl.Int64})
    if not held.is_empty():
        held = held.with_columns(
            pl.lit(reason).alias("reason"),
            pl.lit(party).alias("party"),
            pl.lit(question).alias("question"),
            pl.lit(expected_end, dtype=pl.Datetime("us", "UTC")).alias("expected_end"),
        )
        begin(held, actor=actor, at=at)
    return Outcome.of(free, refused)


def begin(held: pl.DataFrame, *, phases_known: bool = False, actor: Actor, at: datetime) -> None:
    """Write holds that nothing speaks against and tell of them.

    held: order_id, reason, party, question, expected_end. phases_known: the orders' phases were written with the holds
    in mind, as those of new orders are.
    """
    held = held.with_columns(copying.take_ids("orders_hold", held.height).alias("hold_id"))
    _write(held, actor=actor, at=at)
    if not phases_known:
        refresh(held["order_id"].to_list())
    told = held.with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.held", "order", told, actor=actor, at=at)


def _check(reason: str, party: str, question: str, expected_end: datetime | None) -> None:
    if reason not in HOLD_REASONS:
        raise Refused(Sentence(_("保留の理由を選んでください。")), code="unknown_reason", field="reason")
    if party and party not in PARTIES:
        raise Refused(Sentence(_("だれの対応を待つのかを選んでください。")), code="unknown_party", field="party")
    if len(question) > MAX_QUESTION:
        raise Refused(
            Sentence(_("質問が長すぎます。%(longest)s文字以内で入れてください。"), longest=MAX_QUESTION),
            code="too_long",
            field="question",
        )
    if HOLD_REASONS[reason].ends_itself and expected_end is None:
        raise Refused(Sentence(_("いつまで保留にするのかを入れてください。")), code="missing", field="expected_end")


def _held_already(order_ids: pl.Series, reason: str) -> set[int]:
    if order_ids.is_empty():
        return set()
    held = Hold.objects.filter(order_id__in=among(order_ids), reason=reason, released_at=None)
    return set(held.values_list("order_id", flat=True))


def _held_for_this() -> Refused:
    return Refused(Sentence(_("すでにこの理由で保留中の注文です。")), code="held_already")


def _write(held: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    blank = [pl.lit("").alias(name) for name in ("released_by", "release_reason", "answer")]
    rows = held.rename({"hold_id": "id"}).with_columns(
        pl.lit(at).alias("placed_at"), pl.lit(actor.name).alias("placed_by"), *blank
    )
    copying.copy("orders_hold", rows)


@transaction.atomic
def answer(hold_id: int, *, answer: str, actor: Actor, at: datetime) -> None:
    """Answer what a hold asks; that releases it. Refused where it was answered or released before."""
    check_words(answer, field="answer", longest=MAX_QUESTION)
    order_id = Hold.objects.filter(pk=hold_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise not_found([hold_id], "hold")[hold_id]
    sift_orders("release_hold", [order_id])
    changed = Hold.objects.filter(pk=hold_id, released_at=None).update(
        answer=answer, released_at=at, released_by=actor.name
    )
    if not changed:
        raise _too_late(hold_id)
    refresh([order_id])
    told = Happening(
        "order.hold_answered", "order", order_id, {"hold_id": hold_id, "answer": answer}, order_id=order_id
    )
    events.publish([told], actor=actor, at=at)


def _too_late(hold_id: int) -> Refused:
    late = Refused(Sentence(_("回答済み、または解除済みの確認事項です。")), code="answered")
    who, at = Hold.objects.values_list("released_by", "released_at").get(pk=hold_id)
    return because(late, _("%(who)sが %(when)s に済ませました。"), who=who, at=at)


@transaction.atomic
def release(order_ids: Collection[int], *, reason: str, actor: Actor, at: datetime) -> Outcome:
    """Release all holds of orders. reason: why they may go on, in a few words."""
    check_words(reason, field="reason")
    ready, refused = sift_orders("release_hold", order_ids)
    released = facts.fetch(_RELEASE, [at, actor.name, reason, ready["id"].to_list()], _RELEASED)
    _publish_released(released, reason, actor=actor, at=at)
    return Outcome.of(ready["id"], refused)


@transaction.atomic
def end_due(*, actor: Actor, at: datetime) -> int:
    """Release the holds that end by themselves and whose end has come; returns how many."""
    due = Hold.objects.filter(released_at=None, reason__in=_SELF_ENDING, expected_end__lte=at)
    orders = set(due.values_list("order_id", flat=True))
    sift_orders("release_hold", orders)
    reason = _("保留の期日になりました。")
    released = facts.fetch(
        _RELEASE.replace("RETURNING", "AND reason = ANY(%s) AND expected_end <= %s RETURNING"),
        [at, actor.name, reason, list(orders), _SELF_ENDING, at],
        _RELEASED,
    )
    _publish_released(released, reason, actor=actor, at=at)
    return released.height


def _publish_released(released: pl.DataFrame, reason: str, *, actor: Actor, at: datetime) -> None:
    if not released.is_empty():
        refresh(released["order_id"].unique().to_list())
        told = released.sort("hold_id").with_columns(
            pl.lit(reason).alias("release_reason"), pl.col("order_id").alias("subject_id")
        )
        publish_frame("order.hold_released", "order", told, actor=actor, at=at)
