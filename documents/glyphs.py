"""Which characters a font can show, so that a paper never fails on one and never shows an empty box.

Source: OpenType 1.9.1, "cmap", subtable format 12.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Set

from documents.names import composed

GETA = "〓"  # what Japanese typesetting puts in the place of a type that the case does not hold
STAND_INS = {"≒": "≈", "‑": "-", "⁻": "-"}

_TABLE = struct.Struct(">4s4xLL")
_SUBTABLE = struct.Struct(">HHL")
_FORMAT_12 = struct.Struct(">HHLLL")
_GROUP = struct.Struct(">LLL")
_VARIATION_SELECTORS = frozenset([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])


def coverage(font: bytes) -> frozenset[int]:
    """The code points that an OpenType font has glyphs for. Raises ValueError where it has no format 12 subtable."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for number in range(count):
        *_, offset = _SUBTABLE.unpack_from(font, cmap + 4 + number * _SUBTABLE.size)
        if struct.unpack_from(">H", font, cmap + offset) == (12,):
            return _format_12(font, cmap + offset)
    raise ValueError("The font has no character map of format 12.")


def printable(text: str, covered: Set[int]) -> str:
    """The text composed, each character that the font lacks replaced by a stand-in, or by 〓.

    Line ends stay; other control and direction characters go, and so do selectors of emoji.
    """
    shown = (_shown(char, covered) for char in composed(text))
    return "".join(shown)


def _shown(char: str, covered: Set[int]) -> str:
    if char == "\n" or (ord(char) in covered and unicodedata.category(char) != "Cf"):
        return char
    if char == "\t":
        return " "
    if ord(char) in _VARIATION_SELECTORS:
        return char if ord(char) >= 0xE0100 else ""
    if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}:
        return ""
    stand_in = STAND_INS.get(char) or unicodedata.normalize("NFKC", char)
    return stand_in if all(ord(part) in covered for part in stand_in) else GETA


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        name, offset, _length = _TABLE.unpack_from(font, 12 + number * _TABLE.size)
        if name == tag:
            return int(offset)
    raise ValueError(f"The font has no table {tag.decode()}.")


def _format_12(font: bytes, at: int) -> frozenset[int]:
    *_, groups = _FORMAT_12.unpack_from(font, at)
    spans = (_GROUP.unpack_from(font, at + _FORMAT_12.size + number * _GROUP.size) for number in range(groups))
    return frozenset(point for first, last, _glyph in spans for point in range(first, last + 1))
