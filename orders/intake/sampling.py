"""The beginning of any table, to map it: its columns, what stands in them, and which facts they seem to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import scan, workbooks
from orders.intake.layouts import HEAD, HEADER_ROWS, encoding_of, refuse_what_is_no_text
from orders.intake.mapped import LABELS
from orders.intake.profiles import Profile, header_key

ROWS, BYTES, SHOWN = 200, 200_000, 3
"""Rows and bytes of a sample at most; how many values of a column are shown."""

SEPARATORS = (",", "\t")
_IN_PARTS = ("buyer_address", "ship_address")
"""Facts whose parts follow one another, so that several columns of known names make one."""

_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Column:
    """A column of a sample. name: as a definition names it (a second one of the same name is "name#2")."""

    name: str
    values: tuple[str, ...]


def sample_of(source: BinaryIO) -> str:
    """The header and the first rows of a file as comma-separated text. Refused where it is no table."""
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
    return _written(rows)


def _no_table() -> Refused:
    sentence = _("見出しと1行以上のデータのある表ではありません。受注の入ったCSVかExcelのファイルを選んでください。")
    return Refused(Sentence(sentence), code="no_table")


def _rows(head: bytes, separator: str) -> list[list[str]]:
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


def _width(rows: list[list[str]]) -> int:
    """How many columns have a name: the most of the first rows, for a title above the header has fewer."""
    return max((sum(map(bool, row)) for row in rows[:HEADER_ROWS]), default=0)


def _written(rows: list[list[str]]) -> str:
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
