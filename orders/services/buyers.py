"""Whose orders these are: the customers' package says it, the orders note it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection, transaction

from core import copying
from customers import services as customers
from orders.queries import facts

AT_ONCE = 10_000

# What somebody else is working on is left for the next time.
_UNKNOWN = """
    SELECT id, buyer_name, buyer_kana, buyer_email, buyer_phone, buyer_postcode, buyer_prefecture, buyer_address,
           ordered_at
      FROM orders_order WHERE buyer_id IS NULL ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""
_PARTS = ("name", "kana", "email", "phone", "postcode", "prefecture", "address")
_TYPES: dict[str, Any] = {"order_id": pl.Int64, **dict.fromkeys(_PARTS, pl.String)}
_SCHEMA = pl.Schema({**_TYPES, "ordered_at": pl.Datetime("us", "UTC")})

_NOTE = """
    UPDATE orders_order o SET buyer_id = t.buyer_id
      FROM unnest(%s::bigint[], %s::bigint[]) AS t (id, buyer_id) WHERE o.id = t.id
"""


@transaction.atomic
def recognise(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Note the buyers of the oldest orders that have none yet; returns of how many orders."""
    people = facts.fetch(_UNKNOWN, [limit], _SCHEMA)
    found = customers.recognise(people, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [copying.array(found["order_id"]), copying.array(found["buyer_id"])])
    return found.height
