"""An import is taken back: its orders go as if they had never come, as long as nothing was done with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection, transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders import ports
from orders.models import Intake, Order
from orders.queries import facts
from orders.services.intake.running import publish_of

_BY_ITSELF = ("sla.warned", "sla.due_moved")
"""What is told of an order later on without anybody having done anything with it."""

_RELEASED = _("出荷指示が出ている注文です。")
_VERIFIED = _("担当者が確認に回答した注文です。")
_HELD = _("保留にされたことのある注文です。")
_CANCELLED = _("キャンセルの手続きが行われた注文です。")
_ALTERED = _("取り込んだあとに変更された注文です。")
_WHY: Mapping[str, str] = {
    **dict.fromkeys(("shipment.released", "shipment.picked", "shipment.packed", "shipment.shipped"), _RELEASED),
    **dict.fromkeys(("order.verified", "order.verification_answered"), _VERIFIED),
    **dict.fromkeys(("order.cancelled", "order.cancel_requested", "order.cancel_request_answered"), _CANCELLED),
    **dict.fromkeys(("order.held", "order.hold_answered", "order.hold_released"), _HELD),
    "order.paid": _("入金を確認した注文です。"),
    "notice.sent": _("購入者へメールを送った注文です。"),
    "sla.missed": _("約束の期限を過ぎた記録のある注文です。"),
}
"""Events and what they say against taking an order back, the weightiest first; any other is a change."""

# What an order came with (its checks, what rules did, that it was cancelled) is told at the moment of its arrival.
_MOVED = """
    SELECT DISTINCT ON (e.order_id) e.order_id, e.name
      FROM core_event e JOIN orders_order o ON o.id = e.order_id
     WHERE e.order_id = ANY(%(ids)s) AND e.at <> o.received_at AND e.name <> ALL(%(by_itself)s)
       AND NOT (e.name = 'notice.sent' AND e.data->>'audience' <> 'buyer')
     ORDER BY e.order_id, array_position(%(weight)s, e.name) NULLS LAST
"""
_GOING = """
    SELECT o.id, o.number, o.received_at, sum(l.ordered)::bigint, o.phase = 'cancelled'
      FROM orders_order o JOIN orders_line l ON l.order_id = o.id
     WHERE o.id = ANY(%s) GROUP BY o.id ORDER BY o.id
"""
_TOLD = pl.Schema(
    {
        "order_id": pl.Int64(),
        "number": pl.String(),
        "received_at": pl.Datetime("us", "UTC"),
        "units": pl.Int64(),
        "cancelled": pl.Boolean(),
    }
)
_DELETE = (
    "DELETE FROM orders_ruleeffect WHERE order_id = ANY(%s)",
    "DELETE FROM orders_hold WHERE order_id = ANY(%s)",
    "DELETE FROM orders_verification WHERE order_id = ANY(%s)",
    "DELETE FROM orders_line WHERE order_id = ANY(%s)",
    "DELETE FROM orders_order WHERE id = ANY(%s)",
)


@transaction.atomic
def undo(intake_id: int, *, whole: bool, actor: Actor, at: datetime) -> Outcome:
    """Take back the orders of an import with which nothing was done; the record keeps that they were here.

    whole: all of them or, where one has moved on, none (Refused). What the file changed of older orders stays. The same
    file may come again afterwards.
    """
    intake = Intake.objects.select_for_update(of=("self",)).get(pk=intake_id)
    if intake.state != Intake.DONE:
        raise Refused(Sentence(_("取り消せるのは、取り込みが終わったファイルだけです。")), code="not_done")
    ids = _locked(intake)
    refused = _moved(ids)
    going = [pk for pk in ids if pk not in refused]
    if refused and whole:
        raise _not_all(refused)
    if going:
        _take_back(intake, going, actor=actor, at=at)
    return Outcome.of(going, refused)


def may_undo(intake: Intake) -> Outcome:
    """Which of its orders could be taken back now, and why the rest cannot."""
    ids = list(Order.objects.filter(intake=intake).values_list("pk", flat=True))
    refused = _moved(ids)
    return Outcome.of((pk for pk in ids if pk not in refused), refused)


def _locked(intake: Intake) -> list[int]:
    orders = Order.objects.select_for_update(of=("self",)).filter(intake=intake).order_by("pk")
    return list(orders.values_list("pk", flat=True))


def _moved(order_ids: Collection[int]) -> dict[int, Refused]:
    """The orders that something was done with, or that are billed, and what is against taking them back."""
    asked: dict[str, Any] = {"ids": list(order_ids), "by_itself": list(_BY_ITSELF), "weight": list(_WHY)}
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, asked)
        refused = {pk: Refused(Sentence(_WHY.get(name, _ALTERED)), code="moved_on") for pk, name in cursor.fetchall()}
    sentence = _("請求に含まれている注文です。")
    return {pk: Refused(Sentence(sentence), code="billed") for pk in ports.billed(order_ids)} | refused


def _not_all(refused: Mapping[int, Refused]) -> Refused:
    why = " ".join(Outcome.of((), refused).reasons())
    sentence = _("取り消せない注文が%(count)s件あるため、何も取り消しませんでした。%(why)s")
    return Refused(Sentence(sentence, count=f"{len(refused):,}", why=why), code="not_whole")


def _take_back(intake: Intake, going: list[int], *, actor: Actor, at: datetime) -> None:
    told = facts.fetch(_GOING, [going], _TOLD)
    with connection.cursor() as cursor:
        for statement in _DELETE:
            cursor.execute(statement, [going])
    # Rows of earlier files that this one mended wait to be mended again.
    intake.mended_rows.filter(number__in=told["number"].to_list()).update(mended_by=None)
    intake.orders_undone += len(going)
    emptied = not Order.objects.filter(intake=intake).exists()
    intake.state = Intake.UNDONE if emptied else Intake.DONE
    intake.save(update_fields=["orders_undone", "state"])
    frame = told.with_columns(pl.col("order_id").alias("subject_id"))
    publish_frame("order.undone", "order", frame, actor=actor, at=at, batch_id=intake.pk)
    if emptied:
        publish_of(intake, "intake.undone", at=at, actor=actor, received_at=intake.came_at)
