"""The beginning of any table, to map it: its columns, what stands in them, and which facts they seem to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import scan, workbooks
from orders.intake.layouts import HEAD, HEADER_ROWS, encoding_of, refuse_what_is_no_text
from orders.intake.mapped import LABELS, LINE_LABELS
from orders.intake.profiles import Profile, header_key

ROWS, BYTES, SHOWN = 200, 200_000, 3
"""Rows and bytes of a sample at most; how many values of a column are shown."""

SEPARATORS = (",", "\t")
_IN_PARTS = ("buyer_address", "ship_address")
"""Facts whose parts follow one another, so that several columns of known names make one."""

_MARK = b"\xef\xbb\xbf"
Rows = list[list[str]]


@dataclass(frozen=True)
class Column:
    """A column of a sample. name: as a definition names it (a second one of the same name is "name#2")."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """What the beginnings of two files come to. pair: as a definition says it (orders.intake.mapped.profile)."""

    sample: str
    pair: dict[str, Any]


def sample_of(source: BinaryIO) -> str:
    """The header and the first rows of a file as comma-separated text. Refused where it is no table."""
    return _written(_table(source))


def sample_of_pair(one: BinaryIO, other: BinaryIO, profiles: Iterable[Profile]) -> Joined:
    """Two files, one of them with a row per order, joined on a column that both have, a row per item.

    profiles: by whose names the columns of items are known. Refused where no column of both names each row of the
    orders and stands in the items; the one that most items have is taken.
    """
    known = _known_names(profiles)
    tables = sorted((_table(one), _table(other)), key=lambda table: _items_in(table[0], known))
    best: tuple[int, Rows, int, Rows, int] | None = None
    for orders, items in (tables, tables[::-1]):
        for place, name in enumerate(orders[0]):
            own = _place_of(name, items[0])
            found = _matching(_cells(orders, place), _cells(items, own)) if own is not None else 0
            if own is not None and found > (best[0] if best else 0):
                best = found, orders, place, items, own
    if best is None:
        sentence = _(
            "二つのファイルをつなぐ列が見つかりません。注文番号のように、同じ見出しで同じ値の入った列が両方に必要です。"
        )
        raise Refused(Sentence(sentence), code="no_pair")
    _found, orders, place, items, own = best
    pair = {"key": orders[0][place], "orders": _named(orders[0]), "items": _named(items[0])}
    return Joined(_written(_side_by_side(orders, place, items, own)), pair)


def _items_in(header: Sequence[str], known: Mapping[str, str]) -> int:
    """How many columns are known to be about an item."""
    return sum(known.get(header_key(name)) in LINE_LABELS for name in header)


def _place_of(name: str, header: Sequence[str]) -> int | None:
    """Where a column of this name stands in the other header."""
    keys = [header_key(one) for one in header]
    return keys.index(header_key(name)) if name and header_key(name) in keys else None


def _cells(rows: Rows, place: int) -> list[str]:
    return [row[place] if place < len(row) else "" for row in rows[1:]]


def _named(header: Sequence[str]) -> list[str]:
    return [name for name in header if name]


def _matching(orders: Sequence[str], items: Sequence[str]) -> int:
    """How many items have one of these values, 0 where they do not name each of the orders."""
    known = set(orders)
    return sum(cell in known for cell in items) if len(known) == len(orders) and "" not in known else 0


def _side_by_side(orders: Rows, place: int, items: Rows, own: int) -> Rows:
    """The items of known orders, each behind the cells of its order. What a sample cuts off says nothing."""
    width = len(orders[0])
    by_key = {row[place]: [*row[:width], *[""] * (width - len(row))] for row in orders[1:] if place < len(row)}
    rows = [[*orders[0], *items[0][:own], *items[0][own + 1 :]]]
    for row in items[1:]:
        of_order = by_key.get(row[own]) if own < len(row) else None
        if of_order is not None:
            rows.append([*of_order, *row[:own], *row[own + 1 :]])
    return rows


def _table(source: BinaryIO) -> Rows:
    """The header and the first rows."""
    source.seek(0)
    head = source.read(HEAD)
    if head.startswith(workbooks.SIGNATURE):
        with workbooks.sheets(source) as sheets:
            if not sheets:
                raise _no_table()
            with sheets[0].path.open("rb") as sheet:
                head = sheet.read(HEAD)
    refuse_what_is_no_text(head)
    rows = max((_rows(head, separator) for separator in SEPARATORS), key=_width)
    header = next((nth for nth, row in enumerate(rows[:HEADER_ROWS]) if 2 * sum(map(bool, row)) > _width(rows)), 0)
    rows = rows[header:]
    if len(rows) < 2 or _width(rows) < 2:
        raise _no_table()
    return rows


def _no_table() -> Refused:
    sentence = _("見出しと1行以上のデータのある表ではありません。受注の入ったCSVかExcelのファイルを選んでください。")
    return Refused(Sentence(sentence), code="no_table")


def _rows(head: bytes, separator: str) -> Rows:
    """Whole records of the beginning, blank ones left out."""
    text = head.removeprefix(_MARK)
    encoding = encoding_of(head)
    records = scan.scan(text, separator=separator, columns=0, final=len(head) < HEAD)
    rows = []
    for start, end in zip(records.starts[: ROWS + HEADER_ROWS], records.ends[: ROWS + HEADER_ROWS], strict=True):
        cells = [cell.decode(encoding, "replace").strip() for cell in scan.split_anyhow(text[start:end], separator)]
        if any(cells):
            rows.append(cells)
    return rows


def _width(rows: Rows) -> int:
    """How many columns have a name: the most of the first rows, for a title above the header has fewer."""
    return max((sum(map(bool, row)) for row in rows[:HEADER_ROWS]), default=0)


def _written(rows: Rows) -> str:
    lines: list[bytes] = []
    size = 0
    for row in rows[: ROWS + 1]:
        line = scan.join([cell.encode() for cell in row], ",")
        size += len(line)
        if size > BYTES and len(lines) > 1:
            break
        lines.append(line)
    return b"\r\n".join([*lines, b""]).decode()


def columns_of(sample: str) -> list[Column]:
    """The columns of a sample with their first values, those without a name left out."""
    rows = _rows(sample.encode(), ",")
    found: list[Column] = []
    seen: set[str] = set()
    for place, name in enumerate(rows[0] if rows else []):
        key = header_key(name)
        known = f"{name}#2" if key in seen else name
        if not name or header_key(known) in seen:
            continue
        seen.add(header_key(known))
        values = dict.fromkeys(row[place] for row in rows[1:] if place < len(row) and row[place])
        found.append(Column(known, tuple(values)[:SHOWN]))
    return found


def suggested(columns: Iterable[Column], profiles: Iterable[Profile]) -> dict[str, Any]:
    """A definition that maps the columns whose names are known from other channels, or from the facts themselves."""
    known = _known_names(profiles)
    fields: dict[str, Any] = {}
    for column in columns:
        field = known.get(header_key(column.name))
        if field is not None and (field not in fields or field in _IN_PARTS):
            fields.setdefault(field, {"columns": []})["columns"].append(column.name)
    return {"fields": fields}


def _known_names(profiles: Iterable[Profile]) -> Mapping[str, str]:
    names = {header_key(str(label)): field for field, label in LABELS.items()}
    for profile in profiles:
        for field, source in profile.fields.items():
            if field in LABELS and (len(source.parts) == 1 or field in _IN_PARTS):
                for name in (name for part in source.parts for name in part):
                    names.setdefault(header_key(name), field)
    return names
