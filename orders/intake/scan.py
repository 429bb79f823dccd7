"""Where the records of a CSV file begin and end, found on its bytes, so that one broken row cannot take its neighbours.

Works on UTF-8 and cp932 alike: neither uses the bytes of comma, tab, quote or line end inside a character. A quote
counts only where RFC 4180 lets it stand, at the edges of a field. A row whose quotes do not add up is set apart
alone: if it can be read after all (5" in a product name) it is written anew, otherwise it is marked as broken.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MAX_RECORD = 1 << 16
"""Bytes: no record is longer; where a quote stays open for longer, it was never meant to open."""

_BLOCK = 1 << 20
_QUOTE, _LINE_END, _RETURN = 34, 10, 13

Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class Records:
    """The records of a piece of a file, in order, blank lines included.

    starts, ends: byte positions, the line end left out. separators: how many stand outside quotes. rewritten: records
    to be read in this form instead. broken: records that cannot be read. length: how many bytes they take, line ends
    included; what follows is the beginning of a record whose end is not there yet.
    """

    starts: Positions
    ends: Positions
    separators: Positions
    length: int
    rewritten: dict[int, bytes] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.starts)


def scan(data: bytes, *, separator: str, columns: int, final: bool) -> Records:
    """The records of `data`, which begins at the beginning of one.

    columns: how many the header has. final: whether the file ends here; otherwise an unfinished last record is left.
    """
    buffer = np.frombuffer(data, np.uint8)
    if _QUOTE not in data:
        return _records(buffer, _unquoted(buffer, ord(separator)), final=final)
    sweep = _sweep(buffer, ord(separator), muted=[])
    if not _suspicious(buffer, sweep, separator, columns, final=final):
        return _records(buffer, sweep, final=final)
    return _repaired(data, separator, columns, final=final)


@dataclass(frozen=True)
class _Sweep:
    """line_ends: those that end a record. separators: how many stood before each. irregular: quotes out of place."""

    line_ends: Positions
    separators: Positions
    irregular: Positions
    total_separators: int
    open_quote: bool


def _unquoted(buffer: NDArray[np.uint8], separator: int) -> _Sweep:
    line_ends, separators = _positions(buffer, _LINE_END), _positions(buffer, separator)
    none = np.empty(0, np.int64)
    return _Sweep(line_ends, np.searchsorted(separators, line_ends), none, len(separators), open_quote=False)


def _positions(buffer: NDArray[np.uint8], byte: int) -> Positions:
    found = [np.flatnonzero(buffer[at : at + _BLOCK] == byte) + at for at in range(0, len(buffer), _BLOCK)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _sweep(buffer: NDArray[np.uint8], separator: int, muted: list[tuple[int, int]]) -> _Sweep:
    """One pass over the bytes, in blocks, each told whether a quote is open. muted: spans whose quotes do not count."""
    line_ends: list[Positions] = []
    separators: list[Positions] = []
    irregular: list[Positions] = []
    inside, seen = np.bool_(False), 0
    for at in range(0, len(buffer), _BLOCK):
        block = buffer[at : at + _BLOCK]
        quotes = block == _QUOTE
        for start, end in muted:
            quotes[max(start - at, 0) : max(end - at, 0)] = False
        within = np.logical_xor.accumulate(quotes) ^ inside
        block_ends = np.flatnonzero((block == _LINE_END) & ~within)
        block_separators = np.flatnonzero((block == separator) & ~within)
        line_ends.append(block_ends + at)
        separators.append(np.searchsorted(block_separators, block_ends) + seen)
        irregular.append(_out_of_place(buffer, separator, np.flatnonzero(quotes) + at, within[quotes]))
        inside, seen = within[-1], seen + len(block_separators)
    return _Sweep(
        np.concatenate(line_ends), np.concatenate(separators), np.concatenate(irregular), seen, open_quote=bool(inside)
    )


def _out_of_place(buffer: NDArray[np.uint8], separator: int, quotes: Positions, opening: Flags) -> Positions:
    """Quotes that open after something else than an edge of a field, or close before something else."""
    may_precede, may_follow = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
    may_precede[[separator, _LINE_END, _QUOTE]] = True
    may_follow[[separator, _LINE_END, _RETURN, _QUOTE]] = True
    before = may_precede[buffer[np.maximum(quotes - 1, 0)]] | (quotes == 0)
    after = may_follow[buffer[np.minimum(quotes + 1, len(buffer) - 1)]] | (quotes == len(buffer) - 1)
    fitting: Flags = np.where(opening, before, after)
    return quotes[~fitting]


def _suspicious(buffer: NDArray[np.uint8], sweep: _Sweep, separator: str, columns: int, *, final: bool) -> bool:
    """Whether the quotes do not add up: one left open, one out of place, or a record that may have swallowed others."""
    last = int(sweep.line_ends[-1]) if len(sweep.line_ends) else -1
    if sweep.open_quote and (final or len(buffer) - last > MAX_RECORD):
        return True
    if len(sweep.irregular) and (final or int(sweep.irregular[0]) <= last):
        return True
    lines = np.searchsorted(_positions(buffer, _LINE_END), sweep.line_ends)
    several = np.diff(lines, prepend=-1) > 1
    wrong = (np.diff(sweep.separators, prepend=0) != columns - 1) | (np.diff(sweep.line_ends, prepend=-1) > MAX_RECORD)
    starts = np.concatenate([[0], sweep.line_ends[:-1] + 1]) if len(sweep.line_ends) else sweep.line_ends
    doubtful = zip(starts[several & wrong], sweep.line_ends[several & wrong], strict=True)
    return any(_holds_a_row(buffer[start:end].tobytes(), separator, columns) for start, end in doubtful)


def _holds_a_row(piece: bytes, separator: str, columns: int) -> bool:
    """Whether a record of several lines is too long, or has a line that could be a row of its own."""
    lines = piece.split(b"\n")[1:]
    return len(piece) > MAX_RECORD or any(line.count(separator.encode()) >= columns - 1 for line in lines)


def _records(buffer: NDArray[np.uint8], sweep: _Sweep, *, final: bool) -> Records:
    ends, separators = sweep.line_ends, sweep.separators
    length = int(ends[-1]) + 1 if len(ends) else 0
    if final and length < len(buffer):
        ends, separators = np.append(ends, len(buffer)), np.append(separators, sweep.total_separators)
        length = len(buffer)
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)].astype(np.int64)
    returns = (ends > starts) & (buffer[np.maximum(ends - 1, 0)] == _RETURN) if len(ends) else np.zeros(0, np.bool_)
    return Records(starts, ends - returns, np.diff(separators, prepend=0), length)


def _repaired(data: bytes, separator: str, columns: int, *, final: bool) -> Records:
    """The slow way, where quotes do not add up: the rows around those quotes are tried one by one."""
    buffer = np.frombuffer(data, np.uint8)
    lone, unfinished = _lone_lines(data, separator, columns, final=final)
    buffer = buffer[:unfinished]
    sweep = _sweep(buffer, ord(separator), muted=lone)
    records = _records(buffer, sweep, final=final)
    suspects = {int(index) for index in np.searchsorted(records.ends, sweep.irregular)}
    suspects |= {int(np.searchsorted(records.starts, start)) for start, _ in lone}
    for index in sorted(suspects):
        if index < len(records):
            _settle(records, index, data[records.starts[index] : records.ends[index]], separator)
    return records


def _settle(records: Records, index: int, piece: bytes, separator: str) -> None:
    cells = split(piece, separator)
    if cells is None:
        records.broken.add(index)
    else:
        records.rewritten[index] = join(cells, separator)
        records.separators[index] = len(cells) - 1


def _lone_lines(data: bytes, separator: str, columns: int, *, final: bool) -> tuple[list[tuple[int, int]], int]:
    """Lines with an odd number of quotes that no later line completes, and where an unfinished record begins."""
    lone: list[tuple[int, int]] = []
    odd = list(_odd_lines(data))
    index = 0
    while index < len(odd):
        start, end = odd[index]
        pieces = [data[first[0] : second[1]] for first, second in pairwise(odd[index : index + 3])]
        if pieces and _completes(pieces, separator, columns):
            index += 2
            continue
        if not final and index + 1 == len(odd) and len(data) - start <= MAX_RECORD:
            return lone, start
        lone.append((start, end))
        index += 1
    return lone, len(data)


def _odd_lines(data: bytes) -> Iterator[tuple[int, int]]:
    buffer = np.frombuffer(data, np.uint8)
    line_ends = np.append(_positions(buffer, _LINE_END), len(buffer))
    quotes = np.searchsorted(_positions(buffer, _QUOTE), line_ends)
    for index in np.flatnonzero(np.diff(quotes, prepend=0) % 2):
        yield (int(line_ends[index - 1]) + 1 if index else 0), int(line_ends[index])


def _completes(pieces: list[bytes], separator: str, columns: int) -> bool:
    """Whether a line and the next odd one make a record (the first piece), rather than that one and the one after it.

    A record of the right length is one. One of another length (a row cut short) is, unless there is a whole row in it.
    """
    lengths = [_length(piece, separator) for piece in pieces]
    if lengths[0] in (0, columns):
        return lengths[0] == columns
    return not _holds_a_row(pieces[0], separator, columns) and columns not in lengths[1:]


def _length(piece: bytes, separator: str) -> int:
    """How many cells a record has, 0 where it is none."""
    return len(split(piece.rstrip(b"\r"), separator) or ()) if len(piece) <= MAX_RECORD else 0


def split(piece: bytes, separator: str) -> list[bytes] | None:
    """The cells of one record, None where its quoting cannot be read."""
    try:
        rows = list(csv.reader([piece.decode("latin-1")], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return [cell.encode("latin-1") for cell in rows[0]] if len(rows) == 1 else None


def split_anyhow(piece: bytes, separator: str) -> list[bytes]:
    """The cells of one record as well as they can be told, whatever its quoting."""
    try:
        rows = list(csv.reader([piece.decode("latin-1").replace("\r", " ")], delimiter=separator))
    except csv.Error:
        return piece.split(separator.encode())
    return [cell.encode("latin-1") for cell in rows[0]] if rows else []


def join(cells: list[bytes], separator: str) -> bytes:
    """One record of these cells, quoted where needed, without a line end."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="\r\n").writerow([cell.decode("latin-1") for cell in cells])
    return line.getvalue().removesuffix("\r\n").encode("latin-1")
