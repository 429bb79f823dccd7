"""Where records begin and end, and what one broken row may take with it: nothing."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.intake import scan

CELL = st.text(st.sampled_from('ab,"\n表ー '), max_size=6)
WORD = st.sampled_from(["", "a", "表ー", "a,b", "a\nb", "a\n\nb,c", '5" x', "x y"])
PLAIN_ROWS = st.lists(st.lists(WORD, min_size=3, max_size=3), min_size=1, max_size=8)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8)


def written(rows: list[list[str]], *, line_end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue().encode("cp932")


def pieces(data: bytes, *, columns: int = 3, final: bool = True) -> tuple[list[bytes], scan.Records]:
    records = scan.scan(data, separator=",", columns=columns, final=final)
    spans = zip(records.starts, records.ends, strict=True)
    return [records.rewritten.get(place, data[start:end]) for place, (start, end) in enumerate(spans)], records


def cells(data: bytes) -> list[list[str]]:
    found, records = pieces(data)
    assert not records.broken
    return [[cell.decode("cp932") for cell in scan.split(piece, ",") or []] for piece in found]


@given(rows=ROWS, line_end=st.sampled_from(["\n", "\r\n"]), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_a_well_formed_file_is_read_as_the_csv_module_reads_it(
    rows: list[list[str]], line_end: str, quoting: int
) -> None:
    data = written(rows, line_end=line_end, quoting=quoting)
    text = io.StringIO(data.decode("cp932"), newline="")
    assert cells(data) == list(csv.reader(text))


@given(
    before=PLAIN_ROWS,
    after=PLAIN_ROWS,
    damage=st.sampled_from([b'x,"y,z', b'x,y"y,"z', b'"x"y,z,z', b'x,"y"",z', b'"x']),
)
def test_a_row_with_broken_quotes_leaves_its_neighbours_alone(
    before: list[list[str]], after: list[list[str]], damage: bytes
) -> None:
    data = written(before) + damage + b"\r\n" + written(after)

    found, records = pieces(data)

    assert found[: len(before)] == pieces(written(before))[0]
    assert found[-len(after) :] == pieces(written(after))[0]
    assert records.broken == {len(before)}


def test_a_quote_within_an_unquoted_cell_is_only_a_character() -> None:
    assert cells(b'a,15" display,c\nb,b,b\n') == [["a", '15" display', "c"], ["b", "b", "b"]]
    assert cells(b'a,5"2"x,c\n') == [["a", '5"2"x', "c"]]


def test_separators_are_counted_outside_of_quotes() -> None:
    _, records = pieces(b'a,"b,b",c\na,b\n\nlast,,')
    assert records.separators.tolist() == [2, 1, 0, 2]


def test_a_row_that_is_cut_short_after_a_line_end_in_quotes_is_one_row() -> None:
    found, _ = pieces(b'a,"b\nb"\nc,c,c\n')
    assert found == [b'a,"b\nb"', b"c,c,c"]


@pytest.mark.parametrize("cut", range(1, 24))
def test_an_unfinished_record_is_left_for_the_next_piece(cut: int) -> None:
    data = b'a,"b\r\nb",c\r\nd,5" d,d\r\n'
    _, records = pieces(data[:cut], final=False)

    assert data[: records.length].endswith(b"\r\n") or records.length == 0
    assert b"".join(pieces(data[: records.length], final=True)[0] + pieces(data[records.length :])[0]) == b"".join(
        pieces(data)[0]
    )


def test_a_quote_that_stays_open_too_long_was_never_meant_to_open() -> None:
    good = b"b,b,b\n" * (scan.MAX_RECORD // 6 + 1)
    found, records = pieces(b'a,"a,a\n' + good + b'c,c",c\n')
    assert records.broken == {0}
    assert len(found) == good.count(b"\n") + 2


def test_splitting_and_joining_are_inverse() -> None:
    original = ["髙".encode("cp932"), b'5" x', b"", b"a,b", b"a\nb"]
    assert scan.split(scan.join(original, ","), ",") == original
    assert scan.split(b'a,"b', ",") is None
    assert scan.split_anyhow(b'a,"b,c', ",") == [b"a", b"b,c"]


def test_no_japanese_character_hides_a_separator_in_its_second_byte() -> None:
    seconds = {code.encode("cp932")[1:] for code in map(chr, range(0x3000, 0xFFEF)) if _in_cp932(code)}
    assert not seconds & {b",", b'"', b"\n", b"\r", b"\t"}


def _in_cp932(char: str) -> bool:
    try:
        return len(char.encode("cp932")) == 2
    except UnicodeEncodeError:
        return False
