"""Two files that belong together, one with the orders and one with their items, as the one file they come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.wording import Sentence, _
from orders.intake import scan
from orders.intake.layouts import Layout
from orders.intake.profiles import Pair, header_key

Half = Literal["orders", "items"]

_WAITING = {
    "orders": _("「注文」のファイルが届きました。「商品」のファイルを送ると、二つを合わせて読み込みます。"),
    "items": _("「商品」のファイルが届きました。「注文」のファイルを送ると、二つを合わせて読み込みます。"),
}


@dataclass(frozen=True)
class Part:
    """One of the two files. data: all of it, as text in the layout's encoding."""

    data: bytes
    layout: Layout


def half(layout: Layout, pair: Pair) -> Half | None:
    """Which half a file of these columns is; None where it is whole by itself, or neither."""
    orders, items = (
        all(header_key(name) in layout.columns for name in (pair.key, *columns))
        for columns in (pair.orders, pair.items)
    )
    if orders == items:
        return None
    return "orders" if orders else "items"


def what_is_missing(half: Half) -> Sentence:
    """Which file is still to come, said to a person."""
    return Sentence(_WAITING[half])


def joined(orders: Part, items: Part, pair: Pair) -> bytes:
    """A row per item with the cells of its order before its own, comma-separated in UTF-8.

    Row n is row n of the items; behind them come orders without items, and what is stated of an order a second time.
    Nothing is left out: an item without an order has blank cells, and is refused for them.
    """
    place = orders.layout.columns[header_key(pair.key)]
    own = items.layout.columns[header_key(pair.key)]
    stated = [cells for cells in _rows(orders) if any(cells)]
    first = {_at(cells, place): cells for cells in reversed(stated)}
    lines = list(_rows(items))
    used = {_at(cells, own) for cells in lines}
    alone = [cells for cells in stated if _at(cells, place) not in used or first[_at(cells, place)] != cells]
    width, rest = len(orders.layout.header), [""] * (len(items.layout.header) - 1)
    rows = [[*orders.layout.header, *_without(list(items.layout.header), own)]]
    for cells in lines:
        number = _at(cells, own)
        of_order = first.get(number) or [number if nth == place else "" for nth in range(width)]
        rows.append([*_filled(of_order, width), *_without(cells, own)] if any(cells) else [])
    rows += [[*_filled(cells, width), *rest] for cells in alone]
    return b"".join(scan.join([cell.encode() for cell in cells], ",") + b"\r\n" for cells in rows)


def _rows(part: Part) -> Iterator[list[str]]:
    found = part.layout
    body = part.data[found.body :]
    records = scan.scan(body, separator=found.separator, columns=found.width, final=True)
    for index, (start, end) in enumerate(zip(records.starts, records.ends, strict=True)):
        record = records.rewritten.get(index, body[start:end])
        cells = scan.split_anyhow(record, found.separator)
        yield [cell.decode(found.encoding, "replace").strip() for cell in cells]


def _at(cells: list[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _filled(cells: list[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _without(cells: list[str], place: int) -> list[str]:
    return [*cells[:place], *cells[place + 1 :]]
