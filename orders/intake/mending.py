"""The refused rows as a file to mend and send again."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

import polars as pl

from orders.intake import scan
from orders.intake.layouts import Layout
from orders.intake.opening import opened
from orders.intake.profiles import Profile
from orders.intake.reasons import explain
from orders.intake.workbooks import SIGNATURE

ROW_HEADING, REASON_HEADING = "エラー行", "エラー内容"
"""The two columns put before the file's own; `read` knows no such columns and passes them over."""

_FORMULA = re.compile(rb"^(?=[=+\-@\t\r\x00])(?!-[0-9]+(?:\.[0-9]+)?$)")


def mend_file(data: bytes, profile: Profile, refused: pl.DataFrame) -> bytes:
    """The refused rows of `data` under its own header and in its own encoding, each with its number and its reasons;
    those of a workbook or of a pair as one CSV in UTF-8.

    refused: of the Intake that `read` made of the same data. Sent back unmended, every row is refused again. A cell
    that a spreadsheet would take for a formula gets a quote before it, which `read` takes off again.
    """
    with opened(io.BytesIO(data), profile) as text:
        found = text.layout
        text.file.seek(found.body)
        body = text.file.read()
    separator = found.separator.encode()
    reasons = _reasons(refused)
    names = [_encoded(name, found) for name in (ROW_HEADING, REASON_HEADING, *found.header)]
    lines = [scan.join(names, found.separator)]
    for row, cells in _rows(body, found, sorted(reasons)):
        before = scan.join([str(row).encode(), _encoded(reasons[row], found)], found.separator)
        lines.append(before + separator + cells)
    # The mark tells Excel that what was no text, or two files, comes back as text in UTF-8.
    return (codecs.BOM_UTF8 if data.startswith(SIGNATURE) else b"") + b"\r\n".join([*lines, b""])


def _encoded(text: str, found: Layout) -> bytes:
    return text.encode(found.encoding, "replace")


def _reasons(refused: pl.DataFrame) -> dict[int, str]:
    reasons: dict[int, list[str]] = {}
    for row, column, value, code in refused.select("row", "column", "value", "code").iter_rows():
        reasons.setdefault(row, []).append(str(explain(code, column=column, value=value)))
    return {row: " ".join(dict.fromkeys(sentences)) for row, sentences in reasons.items()}


def _rows(body: bytes, found: Layout, wanted: list[int]) -> Iterator[tuple[int, bytes]]:
    """The rows wanted, made harmless. Broken quotes stay broken: only a person can tell what was meant."""
    records = scan.scan(body, separator=found.separator, columns=found.width, final=True)
    for row in wanted:
        index = row - found.first_row
        piece = records.rewritten.get(index, body[records.starts[index] : records.ends[index]])
        if index in records.broken:
            separator = found.separator.encode()
            yield row, separator.join(map(_harmless_within_quote, piece.split(separator)))
        else:
            cells = scan.split_anyhow(piece, found.separator)
            yield row, scan.join([_FORMULA.sub(b"'", cell) for cell in cells], found.separator)


def _harmless_within_quote(cell: bytes) -> bytes:
    quote = cell[:1] if cell.startswith(b'"') else b""
    return quote + _FORMULA.sub(b"'", cell.removeprefix(quote))
