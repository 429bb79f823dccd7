"""What each choice does to the orders: the table that orders.exceptions.CHOICES names the rows of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from core.events import Actor
from orders.models import Order
from orders.queries.facts import among
from orders.services import amending, cancelling, changing, returning, shipping


@dataclass(frozen=True)
class Deciding:
    """Exceptions that were decided alike. rows: as opening.TOLD, one for each order. pieces: amending.PIECES.

    day, address, item: what the choice needed. reason: in words. by: the side that decided.
    """

    rows: pl.DataFrame
    pieces: pl.DataFrame
    day: date | None
    address: Mapping[str, str]
    item: str
    reason: str
    by: str

    @property
    def orders(self) -> list[int]:
        """The ids of the orders."""
        return self.rows["order_id"].sort().to_list()

    @property
    def new_day(self) -> date:
        """The day that was given; for choices that need one."""
        assert self.day is not None
        return self.day

    @property
    def faults(self) -> pl.DataFrame:
        """The pieces with who answers for them and whether their work may be billed."""
        return self.pieces.join(self.rows.select("order_id", "party", "billable"), on="order_id", maintain_order="left")

    def of_party(self) -> list[tuple[str, pl.DataFrame]]:
        """The rows, by who answers for them."""
        return [(str(party), rows) for (party,), rows in self.rows.group_by("party", maintain_order=True)]


Effect = Callable[[Deciding, Actor, datetime], None]


def _proceed(_decided: Deciding, _actor: Actor, _at: datetime) -> None:
    """The order goes on as it is."""


def _backorder(decided: Deciding, actor: Actor, at: datetime) -> None:
    amending.backorder(decided.pieces, actor=actor, at=at)


def _wait(decided: Deciding, actor: Actor, at: datetime) -> None:
    """Nothing leaves before the rest is there: what the warehouse has begun it puts back."""
    shipping.withdraw_all(decided.orders, actor=actor, at=at)
    amending.backorder(decided.pieces, actor=actor, at=at)
    amending.set_ship_on(decided.orders, ship_on=decided.new_day, actor=actor, at=at)


def _substitute(decided: Deciding, actor: Actor, at: datetime) -> None:
    amending.substitute(decided.pieces, item=decided.item, reason=decided.reason, actor=actor, at=at)


def _cancel_lines(decided: Deciding, actor: Actor, at: datetime) -> None:
    for party, rows in decided.of_party():
        pieces = decided.pieces.filter(pl.col("order_id").is_in(rows["order_id"].implode()))
        amending.cancel_pieces(pieces, by=decided.by, party=party, reason=decided.reason, actor=actor, at=at)


def _cancel_order(decided: Deciding, actor: Actor, at: datetime) -> None:
    for party, rows in decided.of_party():
        ids = rows["order_id"].to_list()
        cancelling.carry_out(ids, by=decided.by, party=party, reason=decided.reason, actor=actor, at=at)


def _new_date(decided: Deciding, actor: Actor, at: datetime) -> None:
    amending.set_ship_on(decided.orders, ship_on=decided.new_day, actor=actor, at=at)


def _correct_address(decided: Deciding, actor: Actor, at: datetime) -> None:
    changing.set_address(decided.orders, **decided.address, actor=actor, at=at)


def _prepay(decided: Deciding, actor: Actor, at: datetime) -> None:
    """Nothing more is done in the warehouse before the payment has come."""
    shipping.withdraw_all(decided.orders, actor=actor, at=at)
    Order.objects.filter(pk__in=among(decided.orders)).update(prepaid=True, payment=Order.UNPAID)
    amending.tell("order.prepayment_asked", decided.orders, {}, actor=actor, at=at)


def _redeliver(decided: Deciding, actor: Actor, at: datetime) -> None:
    changing.set_arrival(decided.orders, on=decided.new_day, actor=actor, at=at)


def _open_return(decided: Deciding, actor: Actor, at: datetime) -> None:
    returning.open_for(decided.faults, reason=decided.reason, actor=actor, at=at)


def _send_back(decided: Deciding, actor: Actor, at: datetime) -> None:
    shipping.turn_back(decided.orders, at=at, actor=actor)
    returning.open_for(decided.faults, reason=decided.reason, actor=actor, at=at)


def _reship(decided: Deciding, actor: Actor, at: datetime) -> None:
    shipping.reship(decided.faults, actor=actor, at=at)


def _write_off(decided: Deciding, actor: Actor, at: datetime) -> None:
    shipping.write_off(decided.faults, actor=actor, at=at)


EFFECTS: Mapping[str, Effect] = {
    "proceed": _proceed,
    "backorder": _backorder,
    "wait": _wait,
    "substitute": _substitute,
    "cancel_lines": _cancel_lines,
    "cancel_order": _cancel_order,
    "new_date": _new_date,
    "correct_address": _correct_address,
    "prepay": _prepay,
    "redeliver": _redeliver,
    "open_return": _open_return,
    "send_back": _send_back,
    "reship": _reship,
    "write_off": _write_off,
}
