"""What suppliers deliver, in parts or as a whole: to the warehouse, straight to the buyer, or off the line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import polars as pl
from django.db import connection, transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.queries import facts
from orders.services import phases, shipping, standing
from orders.services.shipping.handing_over import Slips
from orders.supplying import DIRECT

LOTS = pl.Schema(
    {
        "lot_id": pl.Int64,
        "supply_id": pl.Int64,
        "kind": pl.String,
        "line_id": pl.Int64,
        "order_id": pl.Int64,
        "sku": pl.String,
        "left": pl.Int64,
    }
)
"""What is still to come, the oldest order first."""

_LOTS = """
    SELECT s.id, u.id, u.kind, l.id, l.order_id, l.sku, s.quantity - s.arrived - s.cancelled
      FROM orders_supplyline s
      JOIN orders_supply u ON u.id = s.supply_id
      JOIN orders_line l ON l.id = s.line_id
      JOIN orders_order o ON o.id = l.order_id
     WHERE s.supply_id = ANY(%s) AND s.quantity > s.arrived + s.cancelled
     ORDER BY u.id, o.ordered_at, o.id, s.id
"""
_ARRIVE = """
    WITH come AS (SELECT * FROM unnest(%s::bigint[], %s::int[]) AS t (lot_id, pieces) WHERE pieces > 0),
         lots AS (
             UPDATE orders_supplyline s SET arrived = s.arrived + c.pieces FROM come c WHERE s.id = c.lot_id
             RETURNING s.line_id, s.supply_id, c.pieces)
    UPDATE orders_line l
       SET allocated = l.allocated + t.bought + t.made, on_purchase = l.on_purchase - t.bought,
           making = l.making - t.made, produced = l.produced + t.made
      FROM (SELECT line_id, coalesce(sum(pieces) FILTER (WHERE u.kind <> 'production'), 0) AS bought,
                   coalesce(sum(pieces) FILTER (WHERE u.kind = 'production'), 0) AS made
              FROM lots JOIN orders_supply u ON u.id = lots.supply_id GROUP BY line_id) t
     WHERE l.id = t.line_id
"""


@transaction.atomic
def arrive(
    supply_ids: Collection[int],
    *,
    pieces: Mapping[int, int] | None = None,
    parcels: Slips | None = None,
    actor: Actor,
    at: datetime,
) -> Outcome:
    """What was ordered has come, was made, or has been sent to the buyer by the supplier.

    pieces: SupplyLine id to pieces, for a part; None for all that is still to come. parcels: for each order to a
    supplier that goes straight to a buyer, its carriers and tracking numbers.
    """
    ready, refused = standing.sift("arrive", supply_ids)
    lots = _meant(facts.fetch(_LOTS, [ready["id"].to_list()], LOTS), pieces)
    refused |= _misfits(lots, ready["id"])
    direct = lots.filter(pl.col("kind") == DIRECT, ~pl.col("supply_id").is_in(list(refused)))
    slips, bad = shipping.checked_direct(direct["supply_id"].unique().sort(), parcels or {}, at=at)
    refused |= bad
    going = lots.filter(~pl.col("supply_id").is_in(list(refused)), pl.col("pieces") > 0)
    if not going.is_empty():
        _write(going, actor=actor, at=at)
        _tell(going.filter(pl.col("kind") != DIRECT), actor=actor, at=at)
        sent = going.filter(pl.col("kind") == DIRECT).select("supply_id", "order_id", "line_id", "pieces")
        if not sent.is_empty():
            shipping.hand_over_direct(sent, slips, actor=actor, at=at)
    return Outcome.of(going["supply_id"].unique(), refused)


def shared_out(supply_id: int, units: Mapping[str, int]) -> dict[int, int]:
    """For so many pieces of each SKU the pieces of each SupplyLine: the oldest orders get theirs first.

    Refused where more came than is still to come.
    """
    found: dict[int, int] = {}
    left = dict(units)
    for lot in facts.fetch(_LOTS, [[supply_id]], LOTS).to_dicts():
        taken = min(lot["left"], left.get(lot["sku"], 0))
        left[lot["sku"]] = left.get(lot["sku"], 0) - taken
        found[lot["lot_id"]] = taken
    if any(rest > 0 for rest in left.values()):
        raise _too_many()
    return found


def _meant(lots: pl.DataFrame, pieces: Mapping[int, int] | None) -> pl.DataFrame:
    if pieces is None:
        return lots.with_columns(pl.col("left").alias("pieces"))
    asked = pl.DataFrame(
        {"lot_id": list(pieces), "pieces": list(pieces.values())}, schema={"lot_id": pl.Int64, "pieces": pl.Int64}
    )
    joined = lots.join(asked, on="lot_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("pieces").fill_null(0))


def _misfits(lots: pl.DataFrame, supply_ids: pl.Series) -> dict[int, Refused]:
    """Those of which more is said to have come than is still to come, or nothing."""
    beyond = set(lots.filter((pl.col("pieces") > pl.col("left")) | (pl.col("pieces") < 0))["supply_id"])
    nothing = set(supply_ids) - set(lots.filter(pl.col("pieces") != 0)["supply_id"])
    none = Refused(Sentence(_("届いた数を入れてください。")), code="no_quantity", field="pieces")
    return {**dict.fromkeys(nothing, none), **dict.fromkeys(beyond, _too_many())}


def _too_many() -> Refused:
    return Refused(Sentence(_("これから届く数を超えています。数を確かめてください。")), code="too_many", field="pieces")


def _write(going: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVE, [going["lot_id"].to_list(), going["pieces"].to_list()])
    standing.refresh(going["supply_id"].unique().to_list(), actor=actor, at=at)
    phases.refresh(going["order_id"].unique().sort().to_list())


def _tell(come: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Say of the orders whose goods are on the shelf now that they are theirs."""
    if not come.is_empty():
        told = come.group_by("order_id").agg(pl.col("pieces").sum().alias("units")).sort("order_id")
        told = told.with_columns(pl.col("order_id").alias("subject_id"))
        publish_frame("order.allocated", "order", told, actor=actor, at=at)
