"""One part of an arrival becomes rows: orders, their lines and checks, and the events that say so. All in columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from core import copying
from core.events import Actor, Told, publish_frame
from orders import ports
from orders.intake import Intake as Part
from orders.lifecycle import BEFORE_RELEASE, ORDER_FACTS, phase_column
from orders.models import Intake, Line, Order
from orders.services import holds, verification
from orders.services.intake import checking, comparing
from orders.services.intake.comparing import kept_phone
from orders.services.intake.updating import follow_channel
from orders.services.ruling.arriving import Ruled, at_arrival
from orders.services.ruling.noting import log, with_ids

TITLE_CHARACTERS = 120

_AS_THEY_ARE = (
    *(f"buyer_{part}" for part in ("name", "kana", "email", "postcode", "prefecture", "address")),
    *(f"ship_{part}" for part in ("name", "kana", "postcode", "prefecture", "address")),
    *("number", "ordered_at", "payment_method", "prepaid", "delivery_method"),
    *("goods_total", "postage", "fee", "discount", "points", "total"),
    *("noshi", "wrapping", "message", "wished_date", "wished_slot", "note", "staff_note", "search"),
    *("ship_on", "promised_date", "carrier", "temperature", "priority"),
)


_TO_SOURCE = pl.col("branch") != Line.STOCK


@dataclass(frozen=True)
class Arrived:
    """How many orders of a part were new, how many were there before, and how many of these differ from it."""

    new: int
    known: int
    changed: int


def write(intake: Intake, part: Part, earlier: checking.Earlier) -> Arrived:
    """Write the orders of a part that are not there yet, and tell of them; take what the channel says of the others.

    earlier: one for all parts of an arrival.
    """
    actor = Actor(intake.actor_kind, intake.actor_id, intake.actor_name)  # type: ignore[arg-type]
    at = intake.came_at
    known = comparing.known(intake, part)
    orders = part.orders.join(known, on="number", how="anti", maintain_order="left")
    if not orders.is_empty():
        findings = checking.findings(intake.channel, orders, earlier)
        zone = checking.checks_of(intake.channel).zone
        ruled = at_arrival(intake.channel, orders, part.lines, findings, zone=zone, at=at)
        _write_new(intake, ruled, actor=actor, at=at)
    differing = comparing.differences(part, known)
    if not differing.is_empty():
        differing = follow_channel(intake.channel, part, differing, actor=actor, at=at)
        note_differences(intake, differing)
    return Arrived(new=orders.height, known=known.height, changed=differing["order_id"].n_unique())


def note_differences(intake: Intake, differences: pl.DataFrame) -> None:
    """Keep what a file says differently of the orders that are here already."""
    copying.copy("orders_difference", differences.with_columns(pl.lit(intake.pk).alias("intake_id")))


def _write_new(intake: Intake, ruled: Ruled, *, actor: Actor, at: datetime) -> None:
    orders = _with_phases(ruled).with_columns(
        copying.take_ids("orders_order", ruled.orders.height), ports.ship_due(ruled.orders["ordered_at"])
    )
    lines = ruled.lines.join(orders.select("key", "id", "cancelled"), on="key", maintain_order="left")
    copying.copy("orders_order", _order_rows(orders, intake, at=at))
    copying.copy("orders_line", _line_rows(lines))
    _tell_received(orders, lines, intake, actor=actor, at=at)
    log(with_ids(ruled.effects, orders), names={rule.id: rule.name for rule in ruled.rules}, actor=actor, at=at)
    verification.open_for(orders, ruled.findings, actor=actor, at=at)
    _tell_to_source(orders.filter(pl.col("to_source") > 0), actor=actor, at=at)
    _hold(orders, ruled.held, actor=actor, at=at)
    _tell_scheduled(orders.filter(pl.col("ship_on").is_not_null() & ~pl.col("cancelled")), actor=actor, at=at)
    _tell_cancelled(orders.filter("cancelled"), actor=actor, at=at)


def _with_phases(ruled: Ruled) -> pl.DataFrame:
    """With the phase that the facts of a new order come to, its verifications and its holds counted."""
    counted = ruled.orders
    for name, rows in (("verifications", ruled.findings), ("holds", ruled.held)):
        found = rows.group_by("key").agg(pl.len().cast(pl.Int64).alias(name))
        counted = counted.join(found, on="key", how="left", maintain_order="left")
    missing = ruled.lines.group_by("key").agg(pl.col("quantity").filter(_TO_SOURCE).sum().alias("to_source"))
    counted = counted.join(missing, on="key", how="left", maintain_order="left")
    living = pl.when("cancelled").then(0).otherwise("units")
    to_source = pl.when("cancelled").then(0).otherwise(pl.col("to_source").fill_null(0))
    known = {
        "open": living,
        "allocated": living - to_source,
        "unsourced": to_source,
        "verifications": pl.col("verifications").fill_null(0),
        "holds": pl.col("holds").fill_null(0),
        "dated": pl.col("ship_on").is_not_null().cast(pl.Int64),
        "prepaid": pl.col("prepaid").cast(pl.Int64),
        "paid": pl.col("paid").cast(pl.Int64),
    }
    gathered = counted.select(known.get(name, pl.lit(0)).alias(name) for name in ORDER_FACTS)
    return counted.with_columns(gathered.select(phase_column().alias("phase")).to_series(), to_source=to_source)


def _order_rows(orders: pl.DataFrame, intake: Intake, *, at: datetime) -> pl.DataFrame:
    return orders.select(
        "id",
        *_AS_THEY_ARE,
        pl.lit(intake.channel_id).alias("channel_id"),
        pl.lit(intake.pk).alias("intake_id"),
        pl.lit(at).alias("received_at"),
        "phase",
        "ship_due_at",
        *(kept_phone(party) for party in ("buyer", "ship")),
        pl.when("paid").then(pl.lit(Order.PAID)).otherwise(pl.lit(Order.UNPAID)).alias("payment"),
        pl.col("tax").fill_null(0),
        _tax_by_rate(),
        pl.col("gift").alias("is_gift"),
        pl.col("wished_slot_text").str.slice(0, 60),
        *(_as_json(name) for name in ("tags", "muted_mails")),
    )


def _as_json(name: str) -> pl.Expr:
    # What struct.json_encode writes around the one field is taken off.
    return pl.struct(name).struct.json_encode().str.slice(len(f'{{"{name}":')).str.strip_suffix("}").alias(name)


def _tax_by_rate() -> pl.Expr:
    """{"10": {"goods", "tax"}, "8": …}; tax is null where the channel does not say."""
    rates = [
        pl.struct(pl.col(f"goods_{rate}").alias("goods"), pl.col(f"tax_{rate}").alias("tax")).alias(str(rate))
        for rate in (10, 8)
    ]
    return pl.struct(rates).struct.json_encode().alias("tax_by_rate")


def _line_rows(lines: pl.DataFrame) -> pl.DataFrame:
    # What is on hand is not counted here: stock is taken as allocated in full. What is made to order or comes straight
    # from a supplier has to be ordered first.
    nothing = pl.lit(0, dtype=pl.Int64)
    return lines.select(
        pl.col("id").alias("order_id"),
        pl.col("line_no").alias("position"),
        "sku",
        "name",
        "option",
        "unit_price",
        pl.col("line_discount").alias("discount"),
        "tax_rate",
        "branch",
        pl.col("quantity").alias("ordered"),
        pl.when("cancelled").then("quantity").otherwise(nothing).alias("cancelled"),
        pl.when(pl.col("cancelled") | _TO_SOURCE).then(nothing).otherwise("quantity").alias("allocated"),
    )


def _tell_received(orders: pl.DataFrame, lines: pl.DataFrame, intake: Intake, *, actor: Actor, at: datetime) -> Told:
    first = lines.group_by("id", maintain_order=True).agg(pl.col("name").first().alias("item"))
    title = pl.concat_str("number", "item", separator=" ").str.slice(0, TITLE_CHARACTERS)
    told = orders.join(first, on="id", maintain_order="left").select(
        pl.col("id").alias("subject_id"),
        pl.col("id").alias("order_id"),
        "number",
        pl.lit(intake.channel.code).alias("channel"),
        "ordered_at",
        pl.lit(at).alias("received_at"),
        pl.col("line_count").alias("lines"),
        "units",
        "to_source",
        "total",
        pl.col("ship_prefecture").alias("prefecture"),
        "ship_due_at",
        "priority",
        title.alias("title"),
        "phase",
    )
    return publish_frame("order.received", "order", told, actor=actor, at=at, batch_id=intake.pk)


def _tell_to_source(orders: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Of some of their goods there is none on the shelf: they have to be ordered or made."""
    if not orders.is_empty():
        told = orders.select(
            pl.col("id").alias("subject_id"), pl.col("id").alias("order_id"), pl.col("to_source").alias("units")
        )
        publish_frame("order.supply_needed", "order", told, actor=actor, at=at)


def _hold(orders: pl.DataFrame, held: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    if not held.is_empty():
        placed = held.join(orders.select("key", pl.col("id").alias("order_id")), on="key", maintain_order="left")
        holds.begin(placed.drop("key"), phases_known=True, actor=actor, at=at)


def _tell_scheduled(dated: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """A rule has fixed the day on which these leave."""
    if not dated.is_empty():
        told = dated.select(pl.col("id").alias("subject_id"), pl.col("id").alias("order_id"), "ship_on")
        publish_frame("order.scheduled", "order", told, actor=actor, at=at)


def _tell_cancelled(cancelled: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Some were cancelled in the shop before they came to us; they are kept, so that they are not sent again as new."""
    if not cancelled.is_empty():
        told = cancelled.select(
            pl.col("id").alias("subject_id"),
            pl.col("id").alias("order_id"),
            "units",
            pl.lit("client").alias("by"),
            pl.lit(BEFORE_RELEASE).alias("zone"),
            pl.col("cancel_reason").alias("reason"),
        )
        publish_frame("order.cancelled", "order", told, actor=actor, at=at)
