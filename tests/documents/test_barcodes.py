"""Code 128 read back the way a scanner does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import barcodes
from documents.barcodes import code128

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=barcodes.LONGEST)


def read(widths: list[int]) -> str:
    """What the bars say; fails where they are no Code 128."""
    assert "".join(map(str, widths[-7:])) == "2331112"
    symbols = ["".join(map(str, widths[at : at + 6])) for at in range(0, len(widths) - 7, 6)]
    assert all(sum(map(int, symbol)) == 11 for symbol in symbols)
    values = [barcodes._SYMBOLS.index(symbol) for symbol in symbols]
    *content, check = values
    assert (content[0] + sum(nth * value for nth, value in enumerate(content[1:], 1))) % 103 == check
    said, in_pairs = "", content[0] == 105
    for value in content[1:]:
        if value == 100 and in_pairs:
            in_pairs = False
        else:
            said += f"{value:02}" if in_pairs else chr(value + 32)
    return said


@given(PRINTABLE)
def test_what_is_written_is_read(text: str) -> None:
    assert read(code128(text)) == text


@pytest.mark.parametrize("text", ["4901234567894", "12345678", "NE-100234-1", "R-2026-00042"])
def test_numbers_of_the_floor_are_read(text: str) -> None:
    assert read(code128(text)) == text


def test_digits_take_half_the_room() -> None:
    assert len(code128("12345678")) < len(code128("A2345678"))


@pytest.mark.parametrize(
    ("text", "widths"),
    [
        ("AIM", "2112141113232313111131231131232331112"),
        ("4901", "2112322113312221222131312331112"),
    ],
)
def test_bars_that_another_program_read(text: str, widths: str) -> None:
    # Both were read back by ZXing, as were texts of every symbol of the table.
    assert "".join(map(str, code128(text))) == widths


@pytest.mark.parametrize("text", ["", "品番1", "A" * 41, "tab\t", "１２３４"])
def test_what_the_code_cannot_say_has_no_bars(text: str) -> None:
    assert code128(text) == []
