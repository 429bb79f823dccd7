"""What somebody at a shop does with the rows that were handed back: they know what was ordered, and put it right.

They go by the shop's own plan of its sample and share nothing with the portal's reading of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from integrations.channels.samples import ERRORS, Order, Shop

MENDABLE = frozenset(ERRORS) - {"conflicting_order"}
"""The dirt that can be put right. Two orders under one number cannot: the shop itself would have to renumber one."""

_PUT_BEFORE = 2
"""Columns that the portal puts before the file's own: the row and why it was refused."""


@dataclass(frozen=True)
class Mended:
    """A file to send again, and the numbers of the orders in it."""

    data: bytes
    numbers: frozenset[str]


def mended(offered: bytes, shop: Shop, planned: Iterable[Order], *, without: Collection[str] = ()) -> Mended:
    """The file of refused rows with what can be put right put right, and the other rows taken out.

    planned: of the sample that the rows came from. without: numbers of orders that were mended before.
    """
    truth = _truth(shop, planned)
    header, *refused = csv.reader(io.StringIO(offered.decode(shop.encoding), newline=""), delimiter=shop.separator)
    place = header.index(shop.number_column)
    rows = [
        [*cells[:_PUT_BEFORE], *truth[cells[place]].pop(0)]
        for cells in refused
        if cells[place] in truth and cells[place] not in without
    ]
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=shop.separator, quoting=shop.quoting, lineterminator="\r\n")
    writer.writerows([header, *rows])
    return Mended(lines.getvalue().encode(shop.encoding), frozenset(row[place] for row in rows))


def _truth(shop: Shop, planned: Iterable[Order]) -> dict[str, list[list[str]]]:
    """Number to rows of the orders that can be mended, as they should have been written."""
    written = [shop.write(order) for order in planned if order.error in MENDABLE]
    return {rows[0][shop.number_column]: [[row.get(c, "") for c in shop.header] for row in rows] for rows in written}
