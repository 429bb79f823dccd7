"""The refused rows as a file to mend and send again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import polars as pl

from orders.intake import scan
from orders.intake.layouts import HEAD, Layout, layout
from orders.intake.profiles import Profile
from orders.intake.reasons import explain

ROW_HEADING, REASON_HEADING = "エラー行", "エラー内容"
"""The two columns put before the file's own; `read` knows no such columns and passes them over."""

_FORMULA = re.compile(r"^[=+\-@\t\r\x00]")
_PLAIN_NUMBER = re.compile(r"^-[0-9]+(\.[0-9]+)?$")


def mend_file(data: bytes, profile: Profile, refused: pl.DataFrame) -> bytes:
    """The refused rows of `data` under its own header and in its own encoding, each with its number and its reasons.

    refused: of the Intake that `read` made of the same data. A cell that a spreadsheet would take for a formula gets
    a quote before it, which `read` takes off again.
    """
    found = layout(data[:HEAD], profile)
    reasons = _reasons(refused)
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=found.separator, lineterminator="\r\n")
    writer.writerow([ROW_HEADING, REASON_HEADING, *found.header])
    for row, cells in _rows(data[found.body :], found, set(reasons)):
        writer.writerow([row, reasons[row], *map(_harmless, cells)])
    return lines.getvalue().encode(found.encoding, "replace")


def _reasons(refused: pl.DataFrame) -> dict[int, str]:
    reasons: dict[int, list[str]] = {}
    for row, column, value, code in refused.select("row", "column", "value", "code").iter_rows():
        reasons.setdefault(row, []).append(str(explain(code, column=column, value=value)))
    return {row: " ".join(dict.fromkeys(sentences)) for row, sentences in reasons.items()}


def _rows(body: bytes, found: Layout, wanted: set[int]) -> Iterator[tuple[int, list[str]]]:
    records = scan.scan(body, separator=found.separator, columns=found.width, final=True)
    for row in sorted(wanted):
        piece = records.rewritten.get(row - 2, body[records.starts[row - 2] : records.ends[row - 2]])
        cells = [cell.decode(found.encoding, "replace") for cell in scan.split_anyhow(piece, found.separator)]
        yield row, cells


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _PLAIN_NUMBER.match(cell) else cell
