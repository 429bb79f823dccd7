from __future__ import annotations

import csv
import io

import pytest

from core.sheets import csv_file, harmless


@pytest.mark.parametrize("cell", ["=1+1", "+81312345678", "-cmd", "@SUM(A1)", "\tx", "\r=1", "\x00="])
def test_what_a_spreadsheet_takes_for_a_formula_is_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1200", "-0.5", "1200", "山田", "", "a=b"])
def test_figures_and_words_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_a_file_reads_back_as_it_was_given() -> None:
    rows: list[list[object]] = [["請求書", 1200, None], ['改行\nと"引用"', "=1", "a,b"]]
    data = csv_file(["種類", "金額", "備考"], rows)

    assert data.startswith("\ufeff種類,金額,備考\r\n".encode())
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read[1:] == [["請求書", "1200", ""], ['改行\nと"引用"', "'=1", "a,b"]]


def test_what_the_encoding_lacks_does_not_break_the_file() -> None:
    assert csv_file(["氏名"], [["𠮷田"]], encoding="cp932") == "氏名\r\n?田\r\n".encode("cp932")
