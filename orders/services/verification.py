"""The reasons why orders have to be looked at before release: opening and answering them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from django.db import transaction

from core import copying
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.models import Verification
from orders.queries import facts
from orders.reasons import SECOND_LOOK
from orders.services.phases import refresh
from orders.services.sifting import sift_orders

MAX_ANSWER = 200

_ANSWER = """
    UPDATE orders_verification SET answered_at = %s, answer = %s, answered_by = %s
     WHERE order_id = ANY(%s) AND answered_at IS NULL AND (%s = '' OR reason = %s)
    RETURNING id, order_id, reason
"""
_ANSWERED = pl.Schema({"verification_id": pl.Int64, "order_id": pl.Int64, "reason": pl.String})


def open_for(orders: pl.DataFrame, findings: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Write the verifications of these findings (`key`, reason, rule, version) and tell of them. orders: key and id."""
    if findings.is_empty():
        return
    found = findings.join(orders.select("key", "id"), on="key", maintain_order="left").select(
        copying.take_ids("orders_verification", findings.height).alias("verification_id"),
        pl.col("id").alias("order_id"),
        "reason",
        pl.col("rule").str.slice(0, 60),
        pl.col("version").alias("rule_version"),
    )
    blank = [pl.lit("").alias(name) for name in ("answer", "answered_by")]
    rows = found.rename({"verification_id": "id"}).with_columns(pl.lit(at).alias("opened_at"), *blank)
    copying.copy("orders_verification", rows)
    told = found.with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.verification_opened", "order", told, actor=actor, at=at)


@transaction.atomic
def answer(
    order_ids: Collection[int], *, reason: str | None = None, answer: str, actor: Actor, at: datetime
) -> Outcome:
    """Answer the open verification reasons of orders, all of them or those of one kind (`reason`).

    answer: what was found, in a few words. Orders that wait for no such answer are refused, and those that wait for the
    second look of somebody else than who entered them. The order whose last reason is answered is verified.
    """
    check_words(answer, field="answer")
    ready, refused = sift_orders("verify", order_ids)
    if reason in (None, SECOND_LOOK):
        own = _own_second_looks(ready["id"].to_list(), actor)
        ready = ready.filter(~pl.col("id").is_in(list(own)))
        refused |= own
    answered = facts.fetch(
        _ANSWER, [at, answer, actor.name, ready["id"].to_list(), reason or "", reason or ""], _ANSWERED
    )
    done = answered["order_id"].unique().sort()
    refused |= {order_id: _nothing_open() for order_id in set(ready["id"]) - set(done)}
    if len(done):
        refresh(done.to_list())
        told = answered.sort("verification_id").with_columns(
            pl.lit(answer).alias("answer"), pl.col("order_id").alias("subject_id")
        )
        publish_frame("order.verification_answered", "order", told, actor=actor, at=at)
        _publish_verified(done, actor=actor, at=at)
    return Outcome.of(done, refused)


def _own_second_looks(order_ids: list[int], actor: Actor) -> dict[int, Refused]:
    """The orders among these that wait for a second look, and that this very person has entered."""
    own = Verification.objects.filter(
        order_id__in=order_ids,
        reason=SECOND_LOOK,
        answered_at__isnull=True,
        order__intake__actor_kind=actor.kind,
        order__intake__actor_id=actor.id,
    ).values_list("order_id", flat=True)
    sentence = _("二重確認は、入力した人とは別の人が行います。ほかの担当者に確認を頼んでください。")
    return {order_id: Refused(Sentence(sentence), code="own_entry") for order_id in own}


def _publish_verified(order_ids: pl.Series, *, actor: Actor, at: datetime) -> None:
    through = facts.of_orders(order_ids.to_list()).filter(pl.col("verifications") == 0)
    if not through.is_empty():
        frame = through.select(pl.col("id").alias("subject_id"), pl.col("id").alias("order_id"))
        publish_frame("order.verified", "order", frame, actor=actor, at=at)


def _nothing_open() -> Refused:
    return Refused(Sentence(_("この理由で回答を待っている確認はありません。")), code="nothing_to_verify")


def check_words(words: str, *, field: str, longest: int = MAX_ANSWER) -> None:
    """Refuse words that say nothing or are too long to be kept."""
    if not words.strip():
        raise Refused(Sentence(_("理由や回答を入れてください。")), code="missing", field=field)
    if len(words) > longest:
        raise Refused(
            Sentence(_("長すぎます。%(longest)s文字以内で入れてください。"), longest=longest),
            code="too_long",
            field=field,
        )
