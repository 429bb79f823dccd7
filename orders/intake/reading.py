"""Order files in, orders out: a file at once, a file in batches, or records that are no file at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import polars as pl

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake.frames import stacked
from orders.intake.judging import Intake, judge
from orders.intake.layouts import HEAD, Layout
from orders.intake.opening import MAX_BYTES, opened
from orders.intake.profiles import Profile
from orders.intake.tables import Piece, order_numbers, read_piece

LEAST_BLOCK = 1 << 16
"""Bytes: the least that is read at a time, however few rows are asked for."""

LONGEST_ROW = 2 << 20
"""Bytes of a row without an end after which no end is waited for."""

MOST_BLOCK = 8 << 20
"""Bytes: the most that is read at a time; a row that is longer is no row."""

MOST_RECORDS = 400_000
"""About how many records are looked at together, however short they are."""

_FILLED = re.compile(rb"[^\r\n]\r?\n")
_SEED = 2026


def read(data: bytes, profile: Profile, *, limit: int = MAX_BYTES) -> Intake:
    """All of a file at once.

    Raises Refused where it is no order file of this channel at all; what is wrong with single rows is in `refused`.
    """
    with opened(io.BytesIO(data), profile, limit=limit) as text:
        found = text.layout
        text.file.seek(found.body)
        piece = read_piece(text.file.read(), found, first_row=found.first_row, final=True)
    if piece.cells.is_empty() and piece.problems.is_empty():
        raise _no_rows()
    return judge(piece.cells, piece.problems, found)


def read_batches(
    source: Path | BinaryIO, profile: Profile, *, rows: int = 20_000, limit: int = MAX_BYTES
) -> Iterator[Intake]:
    """The same file in parts of about `rows` rows, for files that should not be in memory whole.

    Together the parts say what `read` says. No order is split between two; orders whose rows stand scattered over the
    file come last. The file is read twice, so it must be able to seek. Raises as `read`, before the first part.
    """
    with _stream(source) as stream, opened(stream, profile, limit=limit) as text:
        text.file.seek(0)
        block = _block_size(text.file.read(HEAD), rows)
        scattered = _scattered_numbers(text.file, text.layout, block)
        yield from _batches(text.file, text.layout, block, scattered)


def _too_long(row: int) -> Refused:
    template = _('%(row)s行目が長すぎて読めません。引用符「"」が閉じているか、改行が抜けていないかを確かめてください。')
    return Refused(Sentence(template, row=row), code="row_too_long", row=row)


def _no_rows() -> Refused:
    return Refused(Sentence(_("見出しだけで、注文の行がありません。")), code="no_rows")


@contextmanager
def _stream(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        yield source


def _block_size(head: bytes, rows: int) -> int:
    lines = max(len(_FILLED.findall(head)), 1)
    return min(max(rows * len(head) // lines, LEAST_BLOCK), MOST_BLOCK)


def _pieces(file: BinaryIO, found: Layout, block: int) -> Iterator[tuple[Piece, bool]]:
    """The file piece by piece, each with whether it is the last."""
    row = found.first_row
    for data, final in _chunks(file, found, block):
        piece = read_piece(bytes(data), found, first_row=row, final=final)
        if len(data) - piece.length > LONGEST_ROW:
            raise _too_long(row + piece.records)
        del data[: piece.length]
        row += piece.records
        yield piece, final


def _chunks(file: BinaryIO, found: Layout, block: int) -> Iterator[tuple[bytearray, bool]]:
    """The bytes of the rows, piece by piece; what is not taken off the front comes again with the next."""
    size = file.seek(0, io.SEEK_END)
    file.seek(found.body)
    data = bytearray()
    while True:
        start = file.tell()
        read = file.read(block)
        lines = read.count(b"\n")
        if lines > MOST_RECORDS:
            read = read[: len(read) * MOST_RECORDS // lines]
            file.seek(start + len(read))
        data += read
        final = file.tell() >= size
        yield data, final
        if final:
            return


def _scattered_numbers(file: BinaryIO, found: Layout, block: int) -> pl.Series:
    """Hashes of the numbers that turn up again after another order began; a clash of hashes only delays an order."""
    runs: list[pl.Series] = []
    last, row = 0, found.first_row
    for data, final in _chunks(file, found, block):
        numbers, records, length = order_numbers(bytes(data), found, final=final)
        row += records
        if len(data) - length > LONGEST_ROW:
            raise _too_long(row)
        del data[:length]
        hashes = numbers.hash(_SEED)
        runs.append(hashes.filter(hashes != hashes.shift(1, fill_value=last)))
        last = hashes[-1] if len(hashes) else last
    every = pl.concat(runs)
    return every.filter(every.is_duplicated()).unique()


def _numbers(cells: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    """row and number (null where it is not known) of every row, in the order of the file."""
    known = pl.when(pl.col("number") != "").then("number").alias("number")
    return stacked([cells.select("row", known), problems.select("row", known)]).sort("row")


@dataclass
class _Waiting:
    """Rows that wait for the rest of their orders."""

    cells: list[pl.DataFrame]
    problems: list[pl.DataFrame]

    def add(self, cells: pl.DataFrame, problems: pl.DataFrame) -> None:
        self.cells.append(_copied(cells))
        self.problems.append(_copied(problems))

    def take(self, piece: Piece) -> tuple[pl.DataFrame, pl.DataFrame]:
        cells, problems = stacked([*self.cells, piece.cells]), stacked([*self.problems, piece.problems])
        self.cells, self.problems = [], []
        return cells, problems


def _copied(few: pl.DataFrame) -> pl.DataFrame:
    """The same rows in memory of their own: filtered rows would keep the text of the whole piece alive."""
    if few.is_empty():
        return few.clear()
    copy = io.BytesIO()
    few.write_ipc(copy, compat_level=pl.CompatLevel.oldest())
    return pl.read_ipc(copy.getvalue())


def _batches(file: BinaryIO, found: Layout, block: int, scattered: pl.Series) -> Iterator[Intake]:
    empty = True
    for cells, problems in _whole_orders(file, found, block, scattered):
        if not (cells.is_empty() and problems.is_empty()):
            empty = False
            yield judge(cells, problems, found)
    if empty:
        raise _no_rows()


def _whole_orders(
    file: BinaryIO, found: Layout, block: int, scattered: pl.Series
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Cells and problems in parts that hold whole orders; the scattered orders are the last part."""
    unfinished, held = _Waiting([], []), _Waiting([], [])
    later = pl.col("number").hash(_SEED).is_in(scattered.implode()).fill_null(value=False)
    for piece, final in _pieces(file, found, block):
        cells, problems = unfinished.take(piece)
        held.add(cells.filter(later), problems.filter(later))
        cells, problems = cells.filter(~later), problems.filter(~later)
        yield (cells, problems) if final else _keep_last(cells, problems, unfinished)
    yield stacked(held.cells), stacked(held.problems)


def _keep_last(cells: pl.DataFrame, problems: pl.DataFrame, waiting: _Waiting) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All but the rows of the last order, which may go on in the next piece."""
    numbers = _numbers(cells, problems)["number"].drop_nulls()
    if numbers.is_empty():
        return cells, problems
    last = pl.col("number") == numbers[-1]
    waiting.add(cells.filter(last), problems.filter(last.fill_null(value=False)))
    return cells.filter(~last), problems.filter(~last.fill_null(value=False))
