"""Corrections of an order on its way: fewer pieces, another item, another day of shipping."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

import polars as pl
from django.db import connection

from core.errors import Refused
from core.events import Actor, publish_frame
from core.wording import Sentence, _
from orders.exceptions import ROOMS
from orders.models import Order
from orders.queries import facts
from orders.queries.facts import among
from orders.services import cancelling
from orders.services.phases import refresh
from orders.services.shipping import note_whole, withdraw
from orders.services.standing import give_back

PIECES = pl.Schema({"order_id": pl.Int64, "line_id": pl.Int64, "pieces": pl.Int64})
"""How many pieces of which lines."""

_ROOM = "SELECT order_id, id, greatest({room}, 0) FROM orders_line WHERE order_id = ANY(%s) ORDER BY id"
_SOURCES = """
    SELECT id, backordered, on_purchase, making,
           ordered - cancelled - written_off - allocated - backordered - on_purchase - making, allocated - released
      FROM orders_line WHERE id = ANY(%s)
"""
_SOURCED = pl.Schema(
    dict.fromkeys(("line_id", "backordered", "on_purchase", "making", "unsourced", "free"), pl.Int64())
)
_CANCEL = """
    UPDATE orders_line l
       SET cancelled = l.cancelled + t.pieces, backordered = l.backordered - t.backordered,
           on_purchase = l.on_purchase - t.on_purchase, making = l.making - t.making,
           allocated = l.allocated - t.allocated
      FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
           AS t (id, pieces, backordered, on_purchase, making, allocated)
     WHERE l.id = t.id
"""
_BACKORDER = """
    UPDATE orders_line l SET allocated = allocated - t.pieces, backordered = backordered + t.pieces
      FROM unnest(%s::bigint[], %s::int[]) AS t (id, pieces) WHERE l.id = t.id
"""
_ADD_LINE = """
    INSERT INTO orders_line (order_id, position, sku, name, unit_price, tax_rate, branch, ordered, allocated)
    SELECT l.order_id, (SELECT max(position) FROM orders_line WHERE order_id = l.order_id)
                       + row_number() OVER (PARTITION BY l.order_id ORDER BY l.position),
           '', %s, l.unit_price, l.tax_rate, 'stock', t.pieces, t.pieces
      FROM orders_line l JOIN unnest(%s::bigint[], %s::int[]) AS t (id, pieces) ON l.id = t.id
"""


def room(order_ids: Collection[int], name: str) -> pl.DataFrame:
    """PIECES: of every line of the orders as many as `name` (a key of ROOMS) leaves."""
    return facts.fetch(_ROOM.format(room=ROOMS[name]), [list(order_ids)], PIECES)


def within(
    wanted: Mapping[int, Mapping[int, int]], order_ids: Collection[int], name: str
) -> tuple[pl.DataFrame, dict[int, Refused]]:
    """PIECES that may be acted on, and the orders of which more is wanted than there is, or nothing is left.

    wanted: order id to line id to pieces; an order without any is meant as a whole.
    """
    left = room(order_ids, name)
    asked = [
        {"order_id": order, "line_id": line, "asked": n} for order, lines in wanted.items() for line, n in lines.items()
    ]
    found = left.join(
        pl.DataFrame(asked, schema={"order_id": pl.Int64, "line_id": pl.Int64, "asked": pl.Int64}),
        on=["order_id", "line_id"],
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("asked").is_not_null().any().over("order_id").alias("named"))
    meant = pl.when("named").then(pl.col("asked").fill_null(0)).otherwise("pieces").alias("meant")
    judged = found.with_columns(meant)
    beyond = set(judged.filter(pl.col("meant") > pl.col("pieces"))["order_id"])
    going = judged.filter(pl.col("meant") > 0, ~pl.col("order_id").is_in(list(beyond)))
    nothing = set(order_ids) - beyond - set(going["order_id"])
    return going.select("order_id", "line_id", pl.col("meant").alias("pieces")), {
        **dict.fromkeys(beyond, too_many()),
        **dict.fromkeys(nothing, Refused(Sentence(_("対象になる商品がありません。")), code="no_pieces")),
    }


def too_many() -> Refused:
    """The refusal of more pieces than there are."""
    return Refused(Sentence(_("対象にできる数を超えています。数を確かめてください。")), code="too_many", field="lines")


def backorder(pieces: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """These pieces (PIECES, of those not packed) wait for stock; shipments that held them go without."""
    sourced = pieces.join(_sources(pieces), on="line_id", maintain_order="left")
    withdraw(_from_shipments(sourced, pl.col("pieces")), actor=actor, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_BACKORDER, [pieces["line_id"].to_list(), pieces["pieces"].to_list()])
    _finish("order.backordered", pieces, actor=actor, at=at)


def cancel_pieces(pieces: pl.DataFrame, *, by: str, party: str, reason: str, actor: Actor, at: datetime) -> None:
    """Cancel these pieces (PIECES, of those not packed); an order of which nothing remains is cancelled as a whole."""
    known = facts.of_orders(pieces["order_id"].unique().to_list()).select("id", "open")
    totals = pieces.group_by("order_id").agg(pl.col("pieces").sum().alias("going"))
    whole = known.join(totals, left_on="id", right_on="order_id").filter(pl.col("going") >= pl.col("open"))["id"]
    if len(whole):
        cancelling.carry_out(whole.to_list(), by=by, party=party, reason=reason, actor=actor, at=at)
    part = pieces.filter(~pl.col("order_id").is_in(whole.implode()))
    if not part.is_empty():
        _take_off(part, actor=actor, at=at)
        _finish("order.reduced", part, actor=actor, at=at, party=party, reason=reason)


def substitute(pieces: pl.DataFrame, *, item: str, reason: str, actor: Actor, at: datetime) -> None:
    """Cancel these pieces and add as many of another item, at the same price, taken from stock."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_LINE, [item, pieces["line_id"].to_list(), pieces["pieces"].to_list()])
    _take_off(pieces, actor=actor, at=at)
    _finish("order.substituted", pieces, actor=actor, at=at, item=item, reason=reason)


def _take_off(pieces: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Cancel pieces: first what nobody has, then what is on order or being made, last what is on the shelf."""
    sourced = pieces.join(_sources(pieces), on="line_id", maintain_order="left")
    rest = pl.col("pieces")
    for source in ("backordered", "unsourced", "on_purchase", "making"):
        taken = pl.min_horizontal(source, rest)
        sourced = sourced.with_columns(taken.alias(source))
        rest = rest - pl.col(source)
    sourced = sourced.with_columns(rest.alias("allocated"))
    withdraw(_from_shipments(sourced, pl.col("allocated")), actor=actor, at=at)
    columns = ("line_id", "pieces", "backordered", "on_purchase", "making", "allocated")
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [sourced[name].to_list() for name in columns])
    give_back(pieces["order_id"].unique().to_list(), actor=actor, at=at)


def _sources(pieces: pl.DataFrame) -> pl.DataFrame:
    return facts.fetch(_SOURCES, [pieces["line_id"].to_list()], _SOURCED)


def _from_shipments(sourced: pl.DataFrame, needed: pl.Expr) -> pl.DataFrame:
    """What has to come back from the shipments, because no free stock of the line covers it."""
    back = sourced.select("order_id", "line_id", (needed - pl.col("free")).alias("pieces"))
    return back.filter(pl.col("pieces") > 0)


def _finish(event: str, pieces: pl.DataFrame, *, actor: Actor, at: datetime, **data: str) -> None:
    ids = pieces["order_id"].unique().sort().to_list()
    refresh(ids)
    told = pieces.group_by("order_id").agg(pl.col("pieces").sum().alias("units")).sort("order_id")
    told = told.with_columns(
        pl.col("order_id").alias("subject_id"), *[pl.lit(value).alias(name) for name, value in data.items()]
    )
    publish_frame(event, "order", told, actor=actor, at=at)
    note_whole(ids, actor=actor, at=at)


def set_ship_on(order_ids: Collection[int], *, ship_on: date, actor: Actor, at: datetime) -> None:
    """These orders leave on that day; a promise to arrive before it holds no longer."""
    rows = Order.objects.filter(pk__in=among(order_ids))
    rows.filter(promised_date__lt=ship_on).update(promised_date=None)
    rows.update(ship_on=ship_on)
    tell("order.scheduled", order_ids, {"ship_on": ship_on.isoformat()}, actor=actor, at=at)


def tell(event: str, order_ids: Collection[int], data: Mapping[str, object], *, actor: Actor, at: datetime) -> None:
    """Derive the phases anew and say the same of every order."""
    ids = sorted(order_ids)
    refresh(ids)
    told = pl.DataFrame({"subject_id": ids, "order_id": ids}).with_columns(
        [pl.lit(value).alias(name) for name, value in data.items()]
    )
    publish_frame(event, "order", told, actor=actor, at=at)
