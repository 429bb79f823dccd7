"""Tables as CSV files that open in a spreadsheet as what they are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"^[=+\-@\t\r\x00]")
_PLAIN_NUMBER = re.compile(r"^-[0-9]+(\.[0-9]+)?$")


def harmless(cell: object) -> str:
    """The cell as text; one that a spreadsheet would take for a formula gets a quote before it. None is empty."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text


def csv_file(head: Sequence[object], rows: Iterable[Sequence[object]], *, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file with a head, CRLF line ends and harmless cells. What the encoding lacks becomes "?"."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return lines.getvalue().encode(encoding, "replace")
