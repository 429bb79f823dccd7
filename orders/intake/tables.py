"""The rows of an order file as a table of trimmed text, and the rows that cannot be read at all."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from orders.intake import scan
from orders.intake.frames import PROBLEMS, stacked
from orders.intake.layouts import Layout
from orders.intake.packing import spread
from orders.intake.profiles import LINE_FIELDS, ORDER_FIELDS
from orders.intake.unpacking import UNSOLVED

FORMULA = r"^'([=+\-@\t\r\x00])"
"""How a cell begins that was written with a quote before it, lest a spreadsheet takes it for a formula."""

_FORMULA_ERRORS = (
    b"#N/A", b"#REF!", b"#VALUE!", b"#NAME?", b"#DIV/0!", b"#NUM!", b"#NULL!", b"#SPILL!", UNSOLVED.encode(),
)  # fmt: skip
"""What a spreadsheet writes where a formula came to nothing."""
_MAY_BE_UNSOLVED = re.compile(b"#(?:" + b"|".join(re.escape(error[1:]) for error in _FORMULA_ERRORS) + b")")

_BLANK = "blank"  # a row of nothing but separators: dropped without a word
UNSTORABLE = "[\ufffd\x00]"


@dataclass(frozen=True)
class Piece:
    """Some rows of a file. cells: row and a text per field, never null; blank rows are left out.

    problems: the rows that cannot be read (schema PROBLEMS), which are not among the cells. length: bytes taken.
    """

    cells: pl.DataFrame
    problems: pl.DataFrame
    records: int
    length: int


def read_piece(data: bytes, layout: Layout, *, first_row: int, final: bool) -> Piece:
    """The whole records at the beginning of `data`; first_row: the number of the first. final: the file ends here."""
    records, problems, readable = _sorted_out(data, layout, final=final)
    feed, lossy = _decoded(_feed(data, records, readable), layout.encoding)
    cells = _table(feed, layout)
    if cells.height != readable.sum():
        raise RuntimeError(f"{readable.sum()} records, {cells.height} rows")
    rows = pl.Series("row", np.flatnonzero(readable) + first_row, dtype=pl.UInt32)
    cells, garbled = _parted(cells.insert_column(0, rows), lossy=lossy)
    unsolved = pl.DataFrame(schema=PROBLEMS)
    if _MAY_BE_UNSOLVED.search(feed):
        cells, unsolved = _without_unsolved(cells)
    if layout.profile.packed:
        cells = spread(cells, layout.profile.packed)
    problems = problems.with_columns((pl.col("row") + first_row).cast(pl.UInt32))
    return Piece(cells, stacked([problems, garbled, unsolved]), len(records), records.length)


def order_numbers(data: bytes, layout: Layout, *, final: bool) -> tuple[pl.Series, int, int]:
    """The order numbers of the whole records at the beginning of `data`, as they come; how many records these are, and
    how many bytes they take.

    Much faster than read_piece: mostly the numbers are ASCII, and nothing else is decoded.
    """
    records, problems, readable = _sorted_out(data, layout, final=final)
    [index] = layout.indexes(layout.profile.order["number"])
    feed = _feed(data, records, readable)
    column = _read_csv(feed, layout, [index or 0], encoding="utf8-lossy").to_series()
    if column.str.contains("\ufffd", literal=True).any():
        column = _read_csv(_decoded(feed, layout.encoding)[0], layout, [index or 0], encoding="utf8").to_series()
    numbers = column.str.strip_chars().str.replace(FORMULA, "$1")
    told = pl.DataFrame({"row": np.flatnonzero(readable).astype(np.uint32), "number": numbers})
    every = stacked([told, problems.select("row", "number")]).sort("row")["number"]
    return every.filter(every.fill_null("") != ""), len(records), records.length


def _sorted_out(data: bytes, layout: Layout, *, final: bool) -> tuple[scan.Records, pl.DataFrame, NDArray[np.bool_]]:
    """The records, the problems of the unreadable ones (row is the index), and which can be read (no blank ones)."""
    records = scan.scan(data, separator=layout.separator, columns=layout.width, final=final)
    problems = _unreadable(data, records, layout)
    readable = records.starts != records.ends
    readable[problems["row"].to_numpy()] = False
    return records, problems.filter(pl.col("code") != _BLANK), readable


def _feed(data: bytes, records: scan.Records, readable: NDArray[np.bool_]) -> bytes:
    """The bytes of the readable records; those that were rewritten in their new form."""
    apart = ~readable
    apart[list(records.rewritten)] = True
    if not apart.any():
        return data[: records.length]
    pieces, at = [], 0
    # Run by run, for there are files of many blank lines.
    edges = np.flatnonzero(np.diff(apart, prepend=False, append=False)).tolist()
    again = deque(sorted(index for index in records.rewritten if readable[index]))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        pieces.append(data[at : records.starts[begin]])
        while again and again[0] < end:
            pieces.append(records.rewritten[again.popleft()] + b"\n")
        at = int(records.starts[end]) if end < len(records) else records.length
    return b"".join([*pieces, data[at : records.length]])


def _decoded(feed: bytes, encoding: str) -> tuple[bytes, bool]:
    """The same as UTF-8, with U+FFFD for what cannot be decoded, and whether there is any of that, or NUL."""
    try:
        text = feed.decode(encoding)
    except UnicodeDecodeError:
        return feed.decode(encoding, "replace").encode(), True
    plain = feed if encoding == "utf-8" else text.encode()
    return plain, b"\xef\xbf\xbd" in plain or b"\0" in plain


def _table(feed: bytes, layout: Layout) -> pl.DataFrame:
    fields = layout.profile.fields
    positions = {name: layout.indexes(source) for name, source in fields.items()}
    used = sorted({index for indexes in positions.values() for index in indexes if index is not None})
    frame = _read_csv(feed, layout, used, encoding="utf8")
    trimmed = frame.lazy().with_columns(pl.all().fill_null("").str.strip_chars())
    if b"'" in feed:
        trimmed = trimmed.with_columns(pl.all().str.replace(FORMULA, "$1"))
    cells = {index: pl.col(str(index)) for index in used}
    blank = pl.lit("")
    facts = [
        source.build([blank if index is None else cells[index] for index in positions[name]]).alias(name)
        for name, source in fields.items()
    ]
    facts += [blank.alias(name) for name in sorted((ORDER_FIELDS | LINE_FIELDS) - set(fields))]
    return trimmed.select(facts).collect()


def _read_csv(feed: bytes, layout: Layout, columns: list[int], *, encoding: str) -> pl.DataFrame:
    """These columns of the records as text, each under its position."""
    return pl.read_csv(
        feed,
        has_header=False,
        separator=layout.separator,
        schema={str(index): pl.String for index in range(layout.width)},
        columns=columns,
        encoding=encoding,
        empty_string_is_null=False,
        extra_columns="ignore",
        missing_columns="insert",
    )


def _parted(cells: pl.DataFrame, *, lossy: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows to go on with, and as problems those with lost characters; rows without any text are dropped."""
    texts = pl.exclude("row")
    if (cells["number"] == "").any():
        cells = cells.filter((pl.col("number") != "") | pl.any_horizontal(texts != ""))
    if not lossy:
        return cells, pl.DataFrame(schema=PROBLEMS)
    lost = cells.filter(pl.any_horizontal(texts.str.contains(UNSTORABLE)))
    problem = lost.select(
        "row", pl.lit("").alias("field"), pl.lit("").alias("value"), pl.lit("broken_characters").alias("code"), "number"
    )
    return cells.join(lost, on="row", how="anti", maintain_order="left"), problem


def _without_unsolved(cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without a failed formula of a spreadsheet, and the failed ones as problems."""
    errors = [error.decode() for error in _FORMULA_ERRORS]
    fields = [name for name in cells.columns if name not in ("row", "number")]
    failed = [pl.when(pl.col(name).is_in(errors)).then(pl.lit(name)) for name in ["number", *fields]]
    found = cells.with_columns(pl.coalesce(failed).alias("field")).filter(pl.col("field").is_not_null())
    value = pl.coalesce([pl.when(pl.col("field") == name).then(pl.col(name)) for name in ["number", *fields]])
    problem = found.select(
        "row",
        "field",
        value.alias("value"),
        pl.lit("broken_formula").alias("code"),
        pl.when(~pl.col("number").is_in(errors)).then("number").alias("number"),
    )
    return cells.join(found, on="row", how="anti", maintain_order="left"), problem


def _unreadable(data: bytes, records: scan.Records, layout: Layout) -> pl.DataFrame:
    """Records with broken quotes, and with too few or too many cells; row is the record's index here."""
    short = records.separators < len(layout.header) - 1
    long = records.separators > layout.width - 1
    suspects = np.flatnonzero((short | long) & (records.starts < records.ends)).tolist()
    found = []
    for index in sorted({*suspects, *records.broken}):
        piece = data[records.starts[index] : records.ends[index]]
        cells = [cell.decode(layout.encoding, "replace").strip() for cell in scan.split_anyhow(piece, layout.separator)]
        code = _fault(cells, layout, broken=index in records.broken)
        if code:
            value = "" if code == "broken_quotes" else str(len(cells))
            found.append((index, "", value, code, _number(cells, layout)))
    return pl.DataFrame(found, schema=PROBLEMS, orient="row")


def _fault(cells: list[str], layout: Layout, *, broken: bool) -> str:
    if broken:
        return "broken_quotes"
    if not any(cells):
        return _BLANK
    if len(cells) < len(layout.header):
        return "too_few_columns"
    return "too_many_columns" if any(cells[layout.width :]) else ""


def _number(cells: list[str], layout: Layout) -> str | None:
    index = layout.indexes(layout.profile.order["number"])[0]
    return (cells[index] or None) if index is not None and index < len(cells) else None
