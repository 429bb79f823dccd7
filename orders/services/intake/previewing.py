"""The first orders of a file as they will be, to be shown before it is taken."""

from __future__ import annotations

from typing import Any

import polars as pl

from orders.intake import Intake as Part

LINES_SHOWN = 3


def shown(part: Part, known: pl.DataFrame, changed: pl.Series, *, most: int) -> list[dict[str, Any]]:
    """Up to `most` orders of this part, as Intake.shown keeps them.

    Each: row, number, ordered_at (ISO), name, address, lines (texts), more (how many lines are left out), total, wished
    (ISO date or ""), and standing: new, changed or known.
    """
    if most <= 0:
        return []
    orders = part.orders.sort("row").head(most)
    ids = dict(known.select("number", "id").rows())
    differing = set(changed)
    return [_order(order, part.lines, _standing(ids.get(order["number"]), differing)) for order in orders.to_dicts()]


def _standing(order_id: int | None, changed: set[int]) -> str:
    if order_id is None:
        return "new"
    return "changed" if order_id in changed else "known"


def _order(order: dict[str, Any], lines: pl.DataFrame, standing: str) -> dict[str, Any]:
    own = lines.filter(pl.col("number") == order["number"]).select("name", "quantity").rows()
    wished = order["wished_date"]
    return {
        "row": order["row"],
        "number": order["number"],
        "ordered_at": order["ordered_at"].isoformat(),
        "name": order["ship_name"],
        "address": order["ship_address"],
        "lines": [f"{name} × {quantity}" for name, quantity in own[:LINES_SHOWN]],
        "more": max(len(own) - LINES_SHOWN, 0),
        "total": order["total"],
        "wished": wished.isoformat() if wished else "",
        "standing": standing,
    }
