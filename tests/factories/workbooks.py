"""Small Excel workbooks, written cell by cell, so that each can be as odd as a test needs it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


@dataclass(frozen=True)
class Number:
    """A cell that holds a number; as_date: shown as a moment."""

    value: str
    as_date: bool = False


@dataclass(frozen=True)
class Formula:
    """A cell with a formula; result None where it was never worked out, "#N/A" where it failed."""

    result: str | None


Cell = str | Number | Formula
Rows = Sequence[Sequence[Cell]]


def workbook(sheets: Mapping[str, Rows | str], *, hidden: Sequence[str] = ()) -> bytes:
    """An XLSX file. A sheet is its rows, or what stands between its <sheetData>."""
    names = list(sheets)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", _content_types(len(names)))
        parts.writestr("_rels/.rels", _links([(f"{_OFFICE}/officeDocument", "xl/workbook.xml")]))
        parts.writestr("xl/workbook.xml", _book(names, hidden))
        links = [(f"{_OFFICE}/worksheet", f"worksheets/sheet{nth}.xml") for nth in range(1, len(names) + 1)]
        parts.writestr("xl/_rels/workbook.xml.rels", _links([*links, (f"{_OFFICE}/styles", "styles.xml")]))
        parts.writestr("xl/styles.xml", _STYLES)
        for nth, rows in enumerate(sheets.values(), 1):
            data = rows if isinstance(rows, str) else _rows(rows)
            parts.writestr(
                f"xl/worksheets/sheet{nth}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{data}</sheetData></worksheet>',
            )
    return target.getvalue()


def from_text(data: bytes, encoding: str, *, separator: str = ",", numbers: Sequence[str] = ()) -> list[list[Cell]]:
    """The cells of a text file; numbers: the columns in which Excel takes digits for numbers."""
    header, *rows = csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=separator)
    places = {header.index(name) for name in numbers}
    cells: list[list[Cell]] = [list(header)]
    cells += [
        [Number(text) if nth in places and text.isdigit() else text for nth, text in enumerate(row)] for row in rows
    ]
    return cells


def _content_types(sheets: int) -> str:
    parts = [("xl/workbook.xml", "sheet.main"), ("xl/styles.xml", "styles")]
    parts += [(f"xl/worksheets/sheet{nth}.xml", "worksheet") for nth in range(1, sheets + 1)]
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{_SHEET}.{kind}+xml"/>' for name, kind in parts)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )


def _links(links: Sequence[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{nth}" Type="{kind}" Target="{target}"/>' for nth, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _book(names: Sequence[str], hidden: Sequence[str]) -> str:
    states = {True: ' state="hidden"', False: ""}
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{nth}" r:id="rId{nth}"{states[name in hidden]}/>'
        for nth, name in enumerate(names, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _rows(rows: Rows) -> str:
    return "".join(
        f'<row r="{nth}">{"".join(_cell(f"{_letters(place)}{nth}", cell) for place, cell in enumerate(row))}</row>'
        for nth, row in enumerate(rows, 1)
    )


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, Number):
        style = ' s="1"' if cell.as_date else ""
        return f'<c r="{place}"{style}><v>{cell.value}</v></c>'
    if isinstance(cell, Formula):
        kind = ' t="e"' if (cell.result or "").startswith("#") else ""
        value = "" if cell.result is None else f"<v>{cell.result}</v>"
        return f'<c r="{place}"{kind}><f>A1+1</f>{value}</c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>' if cell else ""


def _letters(place: int) -> str:
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
