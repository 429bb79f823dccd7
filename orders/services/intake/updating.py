"""What a channel says again of orders that are here already: two things are news, a cancellation and a payment."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from django.utils.translation import gettext as _

from core.events import Actor
from orders.services import arranging, cancelling


def follow_channel(orders: pl.DataFrame, *, actor: Actor, at: datetime) -> None:
    """Take over that orders were cancelled or paid in the shop. orders: id, cancelled, paid, prepaid.

    What cannot be cancelled any more stays as it is; whoever packs it has the parcel in hands.
    """
    cancelled = orders.filter("cancelled")["id"].to_list()
    if cancelled:
        cancelling.cancel(cancelled, by="client", reason=_("販売チャネルでキャンセルされました。"), actor=actor, at=at)
    paid = orders.filter(pl.col("paid") & pl.col("prepaid") & ~pl.col("cancelled"))["id"].to_list()
    if paid:
        arranging.mark_paid(paid, actor=actor, at=at)
