"""What suppliers answer: that they deliver and on which day, that they cannot, and what they have sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import polars as pl
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, Happening, publish
from core.models import Event
from core.periods import local_day
from core.wording import Sentence, _
from orders.models import Supply
from orders.queries import facts
from orders.services import standing
from orders.services.shipping import handing_over
from orders.services.shipping.handing_over import Slip, Slips
from orders.services.supplying.arriving import arrive
from orders.services.supplying.dates import move_promises
from orders.services.supplying.ordering import tell
from orders.supplying import DIRECT, OVERDUE_SQL

LONGEST_ANSWER = 500
AT_ONCE = 500
"""How many one call of the sweep takes up."""

_LEFT = """
    SELECT s.id, l.sku, s.quantity - s.cancelled - greatest(s.arrived, s.dispatched)
      FROM orders_supplyline s JOIN orders_line l ON l.id = s.line_id JOIN orders_order o ON o.id = l.order_id
     WHERE s.supply_id = %s ORDER BY o.ordered_at, o.id, s.id
"""
_LEFT_SCHEMA = pl.Schema({"lot_id": pl.Int64, "sku": pl.String, "left": pl.Int64})
_DISPATCH = """
    UPDATE orders_supplyline s SET dispatched = greatest(s.dispatched, CASE WHEN u.kind = 'direct' THEN s.arrived
           ELSE greatest(s.arrived, s.dispatched) + t.pieces END)
      FROM unnest(%s::bigint[], %s::int[]) AS t (id, pieces), orders_supply u
     WHERE s.id = t.id AND t.pieces > 0 AND u.id = s.supply_id
"""
_OVERDUE = f"""
    SELECT u.id FROM orders_supply u
     WHERE u.state IN ('sent', 'confirmed', 'partial')
       AND u.overdue IS DISTINCT FROM ({OVERDUE_SQL.format(s="u", state="u.state", today="%(today)s")})
     ORDER BY u.id LIMIT {AT_ONCE}
"""  # noqa: S608 (made of our own words)


@transaction.atomic
def confirm(supply_ids: Collection[int], *, expected_on: date, answer: str = "", actor: Actor, at: datetime) -> Outcome:
    """The supplier delivers these on that day, for the first time or instead of a day given before.

    The day reaches every order they are for; whose buyer was promised an earlier one is asked. answer: what the
    supplier said about it.
    """
    if expected_on < local_day(at):
        raise Refused(Sentence(_("納期は今日以降の日にしてください。")), code="past", field="expected_on")
    _check_length(answer)
    ready, refused = standing.sift("confirm", supply_ids)
    ids = ready["id"].to_list()
    Supply.objects.filter(pk__in=ids).update(
        expected_on=expected_on, confirmed_at=Coalesce("confirmed_at", Value(at)), declined_at=None, answer=answer
    )
    standing.refresh(ids, actor=actor, at=at)
    _note(ids, {"said": "confirmed", "expected_on": f"{expected_on}", "text": answer}, actor=actor, at=at)
    orders = tell("order.supply_confirmed", ids, actor=actor, at=at)
    move_promises(orders, actor=actor, at=at)
    return Outcome.of(ids, refused)


@transaction.atomic
def decline(supply_ids: Collection[int], *, answer: str, actor: Actor, at: datetime) -> Outcome:
    """The supplier cannot deliver these. They stay open until somebody takes them back or the supplier gives a day."""
    if not answer.strip():
        sentence = _("納品できない理由を入れてください。")
        raise Refused(Sentence(sentence), code="missing", field="answer")
    _check_length(answer)
    ready, refused = standing.sift("decline", supply_ids)
    ids = ready["id"].to_list()
    Supply.objects.filter(pk__in=ids).update(declined_at=at, answer=answer)
    standing.refresh(ids, actor=actor, at=at)
    _note(ids, {"said": "declined", "text": answer}, actor=actor, at=at)
    tell("order.supply_declined", ids, actor=actor, at=at)
    return Outcome.of(ids, refused)


@transaction.atomic
def dispatch(
    supply_id: int, units: Mapping[str, int], *, carrier: str, numbers: Sequence[str], actor: Actor, at: datetime
) -> None:
    """The supplier has sent so many pieces of each SKU. What goes straight to the buyer is a shipment from here on.

    numbers: of the carrier; what comes to the warehouse may have none, where the supplier brings it itself. Refused
    where more is said to be sent than is left, or where a number cannot be the carrier's or was told before.
    """
    ready, refused = standing.sift("dispatch", [supply_id])
    if refused:
        raise refused[supply_id]
    pieces = _shared_out(supply_id, units)
    parcels = {supply_id: [(carrier, number) for number in numbers]}
    slips = _checked(supply_id, parcels, at=at) if numbers else []
    if ready["kind"][0] == DIRECT:
        outcome = arrive([supply_id], pieces=pieces, parcels=parcels, actor=actor, at=at)
        if outcome.refused:
            raise outcome.refused[supply_id]
    with connection.cursor() as cursor:
        cursor.execute(_DISPATCH, [list(pieces), list(pieces.values())])
    said = {
        "carrier": carrier if slips else "",
        "tracking_numbers": [slip.number for slip in slips],
        "units": sum(units.values()),
    }
    publish([Happening("supply.dispatched", "supply", supply_id, said)], actor=actor, at=at)
    if ready["kind"][0] != DIRECT:
        tell("order.supply_dispatched", [supply_id], actor=actor, at=at)


def _shared_out(supply_id: int, units: Mapping[str, int]) -> dict[int, int]:
    """SupplyLine id to pieces: the oldest orders get theirs first, of what was not said to be sent before."""
    if not any(units.values()):
        raise Refused(Sentence(_("出荷した数を入れてください。")), code="no_quantity", field="pieces")
    found, rest = {}, dict(units)
    for lot, sku, left in facts.fetch(_LEFT, [supply_id], _LEFT_SCHEMA).rows():
        found[lot] = min(left, rest.get(sku, 0))
        rest[sku] = rest.get(sku, 0) - found[lot]
    if any(rest.values()):
        sentence = _("これから出荷する数を超えています。数を確かめてください。")
        raise Refused(Sentence(sentence), code="too_many", field="pieces")
    return found


def _checked(supply_id: int, parcels: Slips, *, at: datetime) -> Sequence[Slip]:
    slips, bad = handing_over.checked(pl.Series([supply_id]), parcels, at=at)
    if bad:
        raise bad[supply_id]
    told = Event.objects.filter(subject_kind="supply", subject_id=supply_id, name="supply.dispatched")
    known = {number for data in told.values_list("data", flat=True) for number in data["tracking_numbers"]}
    if known & {slip.number for slip in slips}:
        sentence = _("この伝票番号の出荷は、すでにご連絡をいただいています。")
        raise Refused(Sentence(sentence), code="told", field="numbers")
    return slips


@transaction.atomic
def follow_up(*, actor: Actor, at: datetime) -> int:
    """Note whose answer or goods have not come in time; returns how many. Called again while there are some."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"today": local_day(at)})
        ids = [key for (key,) in cursor.fetchall()]
    standing.sift("cancel", ids)  # whoever writes of these has their turn first
    return standing.refresh(ids, actor=actor, at=at)


@transaction.atomic
def renew_link(supply_id: int, *, actor: Actor, at: datetime) -> None:
    """The supplier's page gets another address; whoever has the old one finds nothing there."""
    supply = Supply.objects.select_for_update().get(pk=supply_id)
    if supply.sent_at is None:
        raise Refused(Sentence(_("まだ発注していない手配です。")), code="is_draft")
    supply.serial += 1
    supply.save(update_fields=["serial"])
    publish([Happening("supply.link_renewed", "supply", supply_id)], actor=actor, at=at)


def _note(supply_ids: Collection[int], said: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    publish([Happening("supply.answered", "supply", key, said) for key in supply_ids], actor=actor, at=at)


def _check_length(answer: str) -> None:
    if len(answer) > LONGEST_ANSWER:
        sentence = Sentence(_("%(most)s文字までにしてください。"), most=LONGEST_ANSWER)
        raise Refused(sentence, code="too_long", field="answer")
