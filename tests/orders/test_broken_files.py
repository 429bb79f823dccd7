"""No file, however broken, crashes, hangs or leaks: it becomes orders, or a sentence that says what is wrong where."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Refused
from integrations.channels.nextengine.sample import HEADER
from integrations.channels.samples import example
from integrations.examples import EXAMPLES
from integrations.registry import CHANNELS
from orders.intake import Intake, half_of, mend_file, read, read_batches, recognised
from tests.factories.order_files import order_file, row
from tests.factories.workbooks import Cell, Formula, Number, workbook

PROFILE = CHANNELS["nextengine"]
GOOD = order_file([row(店舗伝票番号=f"A-{place}") for place in range(1, 6)])
BROKEN = [b"\x00", b'"', b"\x81", b"\xff\xfe", b"\r", b"\n", b",", b"\t", b"\xef\xbb\xbf", "髙㈱".encode(), b"'=1+1"]


def attempt(data: bytes, profile: Any = PROFILE) -> list[Intake]:
    """What becomes of a file: parts, or a sentence. Anything else that is raised is a fault of ours."""
    try:
        return list(read_batches(io.BytesIO(data), profile, rows=20))
    except Refused as refusal:
        assert str(refusal).strip()
        assert "%(" not in str(refusal)
        return []


def consistent(parts: list[Intake]) -> None:
    """Every row is an order's or has a reason with its place; none is both."""
    good = [number for part in parts for number in part.orders["number"]]
    refused = {number for part in parts for number in part.refused["number"] if number}
    assert len(good) == len(set(good))
    assert not refused & set(good)
    for part in parts:
        assert part.refused["row"].min() is None or int(str(part.refused["row"].min())) >= part.layout.first_row
        assert part.refused["value"].str.len_chars().max() in (None, *range(301))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=3000), st.sampled_from(sorted(CHANNELS)))
def test_bytes_of_any_kind(data: bytes, channel: str) -> None:
    assert attempt(data, CHANNELS[channel]) == []
    assert recognised(io.BytesIO(data), list(CHANNELS.values())) is None
    assert half_of(io.BytesIO(data), CHANNELS[channel]) is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.sampled_from(BROKEN)), max_size=12), st.integers(0, len(GOOD)))
def test_a_good_file_with_anything_put_in_and_the_end_cut_off(mess: list[tuple[int, bytes]], end: int) -> None:
    data = GOOD
    for place, piece in mess:
        data = data[:place] + piece + data[place:]
    consistent(attempt(data[: max(end, len(data) // 2)]))


@settings(deadline=None, max_examples=25)
@given(st.binary(max_size=4000))
def test_anything_after_a_good_header(tail: bytes) -> None:
    parts = attempt(",".join(HEADER).encode("cp932") + b"\r\n" + tail)
    consistent(parts)
    for part in parts:
        mend = mend_file(",".join(HEADER).encode("cp932") + b"\r\n" + tail, PROFILE, part.refused)
        assert sum(again.counts.orders for again in attempt(mend)) == 0


CELL = st.one_of(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), max_size=12),
    st.builds(Number, st.sampled_from(["0", "-1", "1E+20", "46296.5", "1e400", "x", "", "9" * 30]), st.booleans()),
    st.builds(Formula, st.sampled_from([None, "#N/A", "#REF!", "5", ""])),
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(HEADER), CELL), max_size=8), st.integers(0, 3))
def test_workbooks_with_any_cells(odd: list[tuple[str, Cell]], above: int) -> None:
    cells: list[Cell] = [dict(odd).get(name, row().get(name, "")) for name in HEADER]
    title: list[list[Cell]] = [["題"] for _ in range(above)]
    good: list[Cell] = [row().get(name, "") for name in HEADER]
    consistent(attempt(workbook({"受注": [*title, list(HEADER), good, cells]})))


@settings(deadline=None, max_examples=12)
@given(st.data())
def test_workbooks_with_bytes_changed(data: st.DataObject) -> None:
    book = bytearray(workbook({"受注": [list(HEADER), [row().get(name, "") for name in HEADER]]}))
    for _ in range(data.draw(st.integers(1, 5))):
        book[data.draw(st.integers(4, len(book) - 1))] = data.draw(st.integers(0, 255))
    consistent(attempt(bytes(book)))


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(st.text("/.ab\\", min_size=1, max_size=5), st.binary(max_size=200)),
        max_size=3,
        unique_by=lambda m: m[0],
    )
)
def test_archives_of_anything(members: list[tuple[str, bytes]]) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    assert attempt(target.getvalue(), CHANNELS["yahoo"]) == []


def wide() -> bytes:
    return GOOD + b",".join([b"x"] * 200) + b"\r\n"


def huge_cell(*, quoted: bool) -> bytes:
    cell = b"x" * (40 << 20)
    return GOOD + b"A-9," + (b'"' + cell + b'"' if quoted else cell) + b"\r\n"


def mixed() -> bytes:
    lines = GOOD.split(b"\r\n")
    lines[3] = lines[3].decode("cp932").encode("utf-8")
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("data", "row_at"),
    [(wide(), 7), (GOOD + b"\x00" * 50 + b"\r\n", 7), (mixed(), 4)],
    ids=["200 columns", "NUL bytes", "two encodings"],
)
def test_one_broken_row_is_told_by_its_place_and_takes_no_other(data: bytes, row_at: int) -> None:
    parts = attempt(data)
    assert {place for part in parts for place in part.refused["row"]} == {row_at}
    assert sum(part.counts.orders for part in parts) == (4 if row_at == 4 else 5)


@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_of_forty_megabytes_is_refused_in_little_memory(quoted: bool) -> None:
    data = huge_cell(quoted=quoted)
    tracemalloc.start()
    try:
        with pytest.raises(Refused, match="7行目が長すぎ"):
            list(read_batches(io.BytesIO(data), PROFILE, rows=10_000))
        assert tracemalloc.get_traced_memory()[1] < 250 << 20
    finally:
        tracemalloc.stop()


def test_a_file_of_one_endless_line_is_refused() -> None:
    assert attempt(b"x" * (5 << 20)) == []


@pytest.mark.parametrize("known", EXAMPLES, ids=lambda known: f"{known.profile}-{known.code}")
def test_an_example_is_what_it_is_offered_as(known: Any) -> None:
    data = known.content()
    profile = CHANNELS[known.profile]
    if known.code in ("orders", "items"):
        assert half_of(io.BytesIO(data), profile) == known.code
        return
    intake = read(data, profile)
    assert (intake.counts.orders, intake.counts.refused_rows) == (3, 0)
    assert recognised(io.BytesIO(data), list(CHANNELS.values())) is profile


def test_an_example_is_the_same_each_time() -> None:
    from integrations.channels.nextengine.sample import SHOP

    assert example(SHOP) == example(SHOP)
