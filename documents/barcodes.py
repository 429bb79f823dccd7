"""Code 128 as the widths of its bars, so that a template has nothing left to do but draw them.

Source: ISO/IEC 15417:2007, table 1 (symbols) and annex A (check character).
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 40
"""Characters that a scanner of the floor still reads from a label."""

# fmt: off
_SYMBOLS = (
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232",
)
# fmt: on
_STOP = "2331112"
_START_B, _START_C, _TO_B = 104, 105, 100


def code128(text: str) -> list[int]:
    """The widths of bars and gaps in modules, a bar first; none for a text that the code cannot say.

    Printable ASCII up to `LONGEST` characters; a text of digits alone takes half the room.
    """
    if not 0 < len(text) <= LONGEST or not all(" " <= char <= "~" for char in text):
        return []
    values = list(_digits(text) if text.isdigit() and len(text) > 3 else _letters(text))
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    symbols = [_SYMBOLS[value] for value in (*values, check)]
    return [int(width) for symbol in (*symbols, _STOP) for width in symbol]


def _letters(text: str) -> Iterator[int]:
    yield _START_B
    yield from (ord(char) - 32 for char in text)


def _digits(text: str) -> Iterator[int]:
    """Pairs of digits; an odd one at the end goes as a letter."""
    yield _START_C
    yield from (int(text[at : at + 2]) for at in range(0, len(text) - 1, 2))
    if len(text) % 2:
        yield _TO_B
        yield ord(text[-1]) - 32
