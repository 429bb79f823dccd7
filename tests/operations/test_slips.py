"""Tracking numbers as people and programs hand them over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from operations.slips import MOST_LINES, Slip, decode, read

GOOD = "444412345671"


@pytest.mark.parametrize(
    "line",
    [
        f"NE-100,{GOOD}",
        f"NE-100\t{GOOD}",
        f"NE-100 {GOOD}",
        f"NE-100　{GOOD}",
        f"NE-100;{GOOD}",
        f'"NE-100","{GOOD}"',
        "NE-100,4444-1234-5671",
        "ＮＥ－１００，４４４４１２３４５６７１",
        f"NE-100,A{GOOD}A",
        f"NE-100,'{GOOD}",
    ],
)
def test_however_it_is_written_it_is_the_same(line: str) -> None:
    assert read(line) == ([Slip(1, "NE-100", GOOD)], [])


def test_the_carrier_may_stand_behind_it_by_name_or_code() -> None:
    slips, misread = read(f"1,{GOOD},ヤマト運輸\n2,{GOOD},sagawa\n3,{GOOD},ゆうパック")

    assert [slip.carrier for slip in slips] == ["yamato", "sagawa", "japanpost"]
    assert not misread


def test_a_head_and_empty_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    slips, misread = read(f"注文番号,お問い合わせ番号\n\nNE-1,{GOOD}\n")

    assert slips == [Slip(3, "NE-1", GOOD)]
    assert not misread


def test_a_first_line_that_is_no_head_is_not_lost() -> None:
    assert len(read(f"NE-1,{GOOD}\nNE-2,{GOOD}")[0]) == 2


def test_what_cannot_be_read_says_so_and_leaves_the_others_alone() -> None:
    slips, misread = read(f"NE-1,{GOOD}\n{GOOD}\nNE-2,{GOOD},鳩\nNE-3,")

    assert [slip.key for slip in slips] == ["NE-1"]
    assert [(bad.line, bad.why.code) for bad in misread] == [
        (2, "unreadable"),
        (3, "unknown_carrier"),
        (4, "unreadable"),
    ]
    assert "鳩" in str(misread[1].why)


def test_too_much_at_once_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        read("1,2\n" * (MOST_LINES + 1))

    assert refusal.value.code == "too_many"


def test_files_of_windows_and_of_others_are_read() -> None:
    assert decode("注文番号,ヤマト".encode("cp932")) == "注文番号,ヤマト"
    assert decode("注文番号".encode("utf-8-sig")) == "注文番号"


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        decode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")

    assert refusal.value.code == "bad_encoding"


@given(st.text(max_size=300))
def test_no_text_makes_it_stumble(text: str) -> None:
    slips, misread = read(text)

    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) - 1 <= len(slips) + len(misread) <= len(lines)
