"""A diagram of places and the ways between them, laid out from left to right and drawn as SVG.

Pure: names and pairs in, coordinates out. Places that mutually lead to one another share a column.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 118, 40
COLUMN, ROW = 162, 64
MARGIN = 8
BEND = 26


@dataclass(frozen=True)
class Box:
    """A place: its key, and its upper left corner."""

    key: str
    x: int
    y: int


@dataclass(frozen=True)
class Way:
    """A line between two places as an SVG path."""

    before: str
    after: str
    path: str


@dataclass(frozen=True)
class Diagram:
    """Boxes and ways in a field of this width and height."""

    boxes: Sequence[Box]
    ways: Sequence[Way]
    width: int
    height: int


def laid_out(keys: Sequence[str], pairs: Collection[tuple[str, str]]) -> Diagram:
    """The places of `keys` with the ways of `pairs`. Above one another they stand in the order of `keys`."""
    wanted = [(before, after) for before, after in pairs if before in keys and after in keys and before != after]
    columns = _columns(keys, wanted)
    tallest = max(len(column) for column in columns)
    height = 2 * MARGIN + (tallest - 1) * ROW + HEIGHT
    boxes: dict[str, Box] = {}
    for nth, column in enumerate(columns):
        top = (height - ((len(column) - 1) * ROW + HEIGHT)) // 2
        for row, key in enumerate(column):
            boxes[key] = Box(key, MARGIN + nth * COLUMN, top + row * ROW)
    width = 2 * MARGIN + (len(columns) - 1) * COLUMN + WIDTH
    ways = [Way(before, after, _path(boxes[before], boxes[after])) for before, after in sorted(wanted)]
    return Diagram(list(boxes.values()), ways, width, height)


def _columns(keys: Sequence[str], pairs: Collection[tuple[str, str]]) -> list[list[str]]:
    reached = _reached(keys, pairs)
    rank: dict[str, int] = {}

    def rank_of(key: str) -> int:
        """The longest way that leads here from outside of what it leads back to."""
        if key not in rank:
            together = {other for other in keys if other in reached[key] and key in reached[other]} | {key}
            before = {a for a, b in pairs if b in together and a not in together}
            found = max((rank_of(a) + 1 for a in before), default=0)
            rank.update(dict.fromkeys(together, found))
        return rank[key]

    columns: list[list[str]] = [[] for _nth in range(max(map(rank_of, keys)) + 1)]
    for key in keys:
        columns[rank[key]].append(key)
    return columns


def _reached(keys: Sequence[str], pairs: Collection[tuple[str, str]]) -> Mapping[str, set[str]]:
    """For each place all that it leads to, directly or not."""
    found = {key: {after for before, after in pairs if before == key} for key in keys}
    for middle in keys:
        for key in keys:
            if middle in found[key]:
                found[key] |= found[middle]
    return found


def _path(before: Box, after: Box) -> str:
    if before.x == after.x:
        down = after.y > before.y
        x = before.x + (WIDTH // 3 if down else 2 * WIDTH // 3)
        start, end = (before.y + HEIGHT, after.y - 2) if down else (before.y, after.y + HEIGHT + 2)
        return f"M {x} {start} L {x} {end}"
    x1, y1 = before.x + WIDTH, before.y + HEIGHT // 2
    x2, y2 = after.x - 2, after.y + HEIGHT // 2
    return f"M {x1} {y1} C {x1 + BEND} {y1} {x2 - BEND} {y2} {x2} {y2}"
