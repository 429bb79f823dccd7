"""The beginning of every command: lock the orders, gather their facts, set apart what the lifecycle refuses."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from django.db import connection

from core.errors import Refused
from orders.lifecycle import MOVES, not_found
from orders.queries import doings, facts


def sift_orders(move: str, order_ids: Collection[int]) -> tuple[pl.DataFrame, dict[int, Refused]]:
    """The facts of the orders that may make the move, and the refusals of the rest; all are locked from here on."""
    keys = set(order_ids)
    lock(keys)
    found = facts.of_orders(keys)
    ready, refused = MOVES[move].sift(found)
    return ready, doings.with_who(refused, {key: key for key in refused}) | not_found(keys - set(found["id"]))


def sift_shipments(move: str, shipment_ids: Collection[int]) -> tuple[pl.DataFrame, dict[int, Refused]]:
    """The same for shipments; it is their orders that are locked."""
    keys = sorted(set(shipment_ids))
    lock(_orders_of(keys))
    found = facts.of_shipments(keys)
    ready, refused = MOVES[move].sift(found)
    orders = dict(found.select("id", "order_id").iter_rows())
    known = doings.with_who(refused, orders, kind="shipment")
    return ready, known | not_found(set(keys) - set(found["id"]), "shipment")


def lock(order_ids: Collection[int]) -> None:
    """Have the orders to oneself until the end of the transaction."""
    # Always in the order of their ids, so that two commands on overlapping sets wait for each other instead of dying.
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM orders_order WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [sorted(order_ids)])


def _orders_of(shipment_ids: Collection[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT order_id FROM orders_shipment WHERE id = ANY(%s)", [list(shipment_ids)])
        return [row[0] for row in cursor.fetchall()]
