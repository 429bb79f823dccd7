"""What a channel says again of orders that are here already: what of it is taken over."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.utils.translation import gettext as _

from core.batches import Outcome
from core.events import Actor
from orders.intake import Intake as Part
from orders.intake.differing import TAKEN, group_of
from orders.models import Channel
from orders.services import arranging, cancelling, changing
from orders.services.intake.comparing import kept_phone


def follow_channel(
    channel: Channel, part: Part, differences: pl.DataFrame, *, actor: Actor, at: datetime
) -> pl.DataFrame:
    """Take over what is news, and say so: the differences (of comparing) with `taken`.

    A cancellation and a payment always are; other facts where the channel is set to take them. What cannot be changed
    any more stays as it is; whoever packs it has the parcel in hands.
    """
    done: set[tuple[int, str]] = set()
    cancelled = _ids(differences, "cancelled")
    if cancelled:
        reason = _("販売チャネルでキャンセルされました。")
        outcome = cancelling.cancel(cancelled, by="client", reason=reason, actor=actor, at=at)
        done |= {(pk, "cancelled") for pk in outcome.done - outcome.requested}
    paid = _ids(differences.filter(pl.col("number").is_in(_in_advance(part).implode())), "paid")
    if paid:
        done |= {(pk, "paid") for pk in arranging.mark_paid(paid, actor=actor, at=at).done}
    for group in TAKEN:
        if group in channel.takes:
            done |= {(pk, group) for pk in _change(group, part, differences, actor=actor, at=at).done}
    groups = [group_of(field) or field for field in differences["field"]]
    taken = [pair in done for pair in zip(differences["order_id"], groups, strict=True)]
    return differences.with_columns(pl.Series("taken", taken, dtype=pl.Boolean))


def will_take(channel: Channel, differences: pl.DataFrame) -> pl.DataFrame:
    """The same as it is expected, before anything is written."""
    fields = [name for group in TAKEN if group in channel.takes for name in TAKEN[group].columns]
    return differences.with_columns(pl.col("field").is_in([*fields, "cancelled", "paid"]).alias("taken"))


def _ids(differences: pl.DataFrame, field: str) -> list[int]:
    return differences.filter(pl.col("field") == field)["order_id"].to_list()


def _in_advance(part: Part) -> pl.Series:
    return part.orders.filter(pl.col("prepaid") & ~pl.col("cancelled"))["number"]


def _change(group: str, part: Part, differences: pl.DataFrame, *, actor: Actor, at: datetime) -> Outcome:
    columns = TAKEN[group].columns
    going = differences.filter(pl.col("field").is_in(columns)).select(pl.col("order_id").alias("id"), "number").unique()
    said = part.orders.with_columns(kept_phone("ship"), pl.col("wished_slot_text").str.slice(0, 60))
    facts = going.join(said, on="number").select("id", *columns)
    return changing.take_over(group, facts, actor=actor, at=at) if not facts.is_empty() else Outcome()
