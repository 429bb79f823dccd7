"""An Excel workbook as text, a CSV file per sheet: run as a process of its own, with what it may use cut down.

python -I unpacking.py WORKBOOK DIRECTORY writes 0.csv, 1.csv … and sheets.json, the names of the sheets in that order.
Row n of a file is row n of the sheet. Nothing of the portal is imported here: whatever a hostile workbook reaches,
this process has no settings, no database and no memory to spare. It ends with one of EXITS.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

EXITS = {3: "too_large", 4: "locked", 5: "broken"}
"""How it ends where it cannot go on; killed by a limit it ends without any of these."""

SECONDS = 40
MEMORY = 300 << 20
"""Bytes of memory that may be written to."""

UNPACKED = 400 << 20
"""Bytes that the parts of a workbook may come to. Counted while unpacking: what the archive declares may be a lie."""

SHEETS = 20
UNSOLVED = "#CALC!"
"""Stands for a formula whose result the file does not hold."""

_BLOCK = 1 << 20
_FORMULA = rb"<f[^>]*/>|<f[^>]*>[^<]*</f>"
_ODD = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?P<kind>[^>]*)>'
    rb"(?:(?:" + _FORMULA + rb")?<v>(?P<value>[^<]+)</v>|(?P<unsolved>" + _FORMULA + rb")(?:<v */>|<v></v>)?)</c>"
)
_TOO_LONG = re.compile(rb"[0-9](?:\.[0-9]+)?E\+(?:1[5-9]|[2-9][0-9])|[0-9]{16,}")
# Each apart: what begins with plain letters is found ten times as fast as one of two things.
_MAYBE_TOO_LONG = re.compile(rb"<v>[0-9]{16}"), re.compile(rb"E\+[1-9][0-9]</v>")

Cells = dict[tuple[int, int], str]


def main(workbook: Path, directory: Path) -> int:
    """Unpack it; one of EXITS, or 0."""
    _limit()
    import fastexcel

    try:
        with zipfile.ZipFile(workbook) as archive:
            if not _within_limit(archive):
                return 3
        reader = fastexcel.read_excel(workbook)
        names = _write(reader, workbook, directory)
    except zipfile.BadZipFile:
        return 5
    except (NotImplementedError, RuntimeError):  # a member with a password, or packed in a way nobody uses
        return 4
    except MemoryError:
        return 3
    except (fastexcel.FastExcelError, OSError, ValueError, EOFError, zipfile.zlib.error):  # type: ignore[attr-defined]
        return 5
    (directory / "sheets.json").write_text(json.dumps(names), encoding="utf-8")
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNPACKED, UNPACKED))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _within_limit(archive: zipfile.ZipFile) -> bool:
    left = UNPACKED
    for member in archive.infolist():
        with archive.open(member) as part:
            while block := part.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    return False
    return True


def _write(reader: object, workbook: Path, directory: Path) -> list[str]:
    """The visible sheets with anything in them, one after the other so that only one is in memory."""
    names: list[str] = []
    for index, name in enumerate(reader.sheet_names[:SHEETS]):  # type: ignore[attr-defined]
        sheet = reader.load_sheet(index, header_row=None, skip_rows=0, dtypes="string")  # type: ignore[attr-defined]
        if sheet.visible != "visible" or not sheet.width:
            continue
        frame = sheet.to_polars()
        del sheet
        odd = _odd_cells(workbook, name)
        if odd:
            frame = _with(frame, odd)
        frame.write_csv(directory / f"{len(names)}.csv", include_header=False, line_terminator="\r\n")
        names.append(name)
    return names


def _with(frame, odd: Cells):  # type: ignore[no-untyped-def]
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in odd.items():
        if row < frame.height and column < frame.width:
            by_column.setdefault(column, {})[row] = text
    return frame.with_columns(
        frame.to_series(column).scatter(list(texts), list(texts.values())) for column, texts in by_column.items()
    )


def _odd_cells(workbook: Path, name: str) -> Cells:
    """Cells that a reader gives blank or bent: errors, formulas without a result, numbers longer than 15 digits."""
    with zipfile.ZipFile(workbook) as archive:
        part = _part_of(archive, name)
        if part is None:
            return {}
        with archive.open(part) as sheet:
            return dict(_odd(sheet))


def _part_of(archive: zipfile.ZipFile, name: str) -> str | None:
    """The member of the archive that holds the sheet."""
    from xml.etree import ElementTree

    main, office = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}", "officeDocument/2006/relationships"
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return None
    ids = {
        sheet.get("name"): sheet.get(f"{{http://schemas.openxmlformats.org/{office}}}id")
        for sheet in book.iter(f"{main}sheet")
    }
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    target = targets.get(ids.get(name), "")
    path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return path if path in archive.namelist() else None


def _odd(sheet: IO[bytes]) -> Iterator[tuple[tuple[int, int], str]]:
    rest = b""
    while block := sheet.read(_BLOCK):
        data = rest + block
        whole, end, rest = data.rpartition(b"</c>")
        for found in _ODD.finditer(whole + end) if _suspicious(whole) else ():
            text = _odd_text(found)
            if text:
                yield (int(found[2]) - 1, _column(found[1])), text


def _suspicious(data: bytes) -> bool:
    return b't="e"' in data or b"<f" in data or any(some.search(data) for some in _MAYBE_TOO_LONG)


def _odd_text(found: re.Match[bytes]) -> str:
    if found["unsolved"]:
        return UNSOLVED
    value = found["value"].decode("ascii", "replace")
    if b't="e"' in found["kind"]:
        return value
    is_number = b"t=" not in found["kind"] or b't="n"' in found["kind"]
    return value if is_number and _TOO_LONG.fullmatch(found["value"]) else ""


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
