from __future__ import annotations

import struct

import pylopdf_fonts_jp
import pytest

from documents import glyphs

ASCII = frozenset(range(0x20, 0x7F))


@pytest.fixture(scope="module")
def covered() -> frozenset[int]:
    return glyphs.coverage(pylopdf_fonts_jp.sans_path().read_bytes())


def test_the_font_shows_what_japanese_names_are_written_with(covered: frozenset[int]) -> None:
    assert {ord(char) for char in "𠮷髙﨑彅濵德鷗神福㈱㍿①Ⅲ※〜～−¥￥▲〓ｶﾞAz09"} <= covered
    assert ord("📦") not in covered
    assert 10_000 < len(covered) < 70_000


def test_the_font_shows_all_of_cp932_but_a_sign(covered: frozenset[int]) -> None:
    points = {*range(0xA0, 0xD800), *range(0xF900, 0x10000)}
    in_cp932 = {point for point in points if chr(point).encode("cp932", "ignore")}

    assert len(in_cp932) > 7_000
    assert {chr(point) for point in in_cp932 - covered} == {"≒"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("a\tb\r\x00\u200b\u202e\u2028c", "a bc"),
        ("e\u0301", "〓"),
        ("①", "1"),  # a lesser form that this font has
        ("Ａｂ", "Ab"),
        ("≒", "〓"),
        ("日", "〓"),
        ("x\ufe0f", "x"),
    ],
)
def test_what_a_font_lacks_is_replaced(written: str, shown: str) -> None:
    assert glyphs.printable(written, ASCII) == shown


def test_a_broken_font_is_refused() -> None:
    empty = struct.pack(">4sHHHH", b"OTTO", 0, 0, 0, 0)

    with pytest.raises(ValueError, match="no table cmap"):
        glyphs.coverage(empty)
