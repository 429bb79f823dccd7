"""How much goes with a shipment, and the counters of the lines that follow it."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from django.db import connection

from orders.queries import facts

COUNTERS = ("released", "picked", "packed", "shipped", "delivered")

_CONTENTS = """
    SELECT s.id, s.party, s.billable, l.lines, l.units
      FROM orders_shipment s
     CROSS JOIN LATERAL (
           SELECT count(*) AS lines, coalesce(sum(quantity), 0) AS units
             FROM orders_shipmentline WHERE shipment_id = s.id
           ) l
     WHERE s.id = ANY(%s)
"""
_CONTENTS_SCHEMA = pl.Schema(
    {"id": pl.Int64, "party": pl.String, "billable": pl.Boolean, "lines": pl.Int64, "units": pl.Int64}
)


def with_contents(shipments: pl.DataFrame) -> pl.DataFrame:
    """The frame (with id) and, for each shipment, its lines and units, whose fault it makes good, and billable."""
    contents = facts.fetch(_CONTENTS, [shipments["id"].to_list()], _CONTENTS_SCHEMA)
    return shipments.join(contents, on="id", maintain_order="left")


def count(counter: str, shipment_ids: Collection[int], *, sign: int = 1) -> None:
    """Add what the shipments hold, less what was voided, to a counter of their lines, or take it off with sign -1."""
    if counter not in COUNTERS:
        raise ValueError(counter)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE orders_line l SET {counter} = l.{counter} + %s * s.quantity"  # noqa: S608 (one of COUNTERS)
            "  FROM (SELECT line_id, sum(quantity - voided) AS quantity FROM orders_shipmentline"
            "         WHERE shipment_id = ANY(%s) GROUP BY line_id) s"
            " WHERE l.id = s.line_id",
            [sign, list(shipment_ids)],
        )
