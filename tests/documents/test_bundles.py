from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import datetime
from functools import partial

from documents import archives
from documents.bundles import PIECE, Member, bundle

AT = datetime(2026, 11, 2, 9, 30, 2)  # noqa: DTZ001 (archives keep local time)


class Repeated(io.RawIOBase):
    """So many bytes that need no memory."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        given = min(self.left, size)
        self.left -= given
        return bytes(given)


def test_an_archive_holds_what_went_in() -> None:
    files = {"index.csv": b"a,b\r\n", "20261031_株式会社青葉_110000_1.pdf": b"%PDF" * 300_000, "empty.txt": b""}
    data = b"".join(bundle(Member(name, AT, partial(io.BytesIO, body)) for name, body in files.items()))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.filename: archive.read(info) for info in archive.infolist()} == files
        assert archive.infolist()[0].date_time == (2026, 11, 2, 9, 30, 2)
    assert [entry.name for entry in archives.entries(io.BytesIO(data))] == list(files)


def test_a_member_is_opened_when_its_turn_comes_and_closed_after() -> None:
    opened: list[io.BytesIO] = []

    def open_next() -> io.BytesIO:
        assert all(stream.closed for stream in opened)
        opened.append(io.BytesIO(b"x" * 10))
        return opened[-1]

    pieces = bundle(Member(f"{nth}", AT, open_next) for nth in range(3))
    assert not opened
    assert b"".join(pieces)
    assert len(opened) == 3


def test_memory_does_not_grow_with_the_files() -> None:
    members = [Member(f"{nth}.bin", AT, lambda: Repeated(40 * PIECE)) for nth in range(3)]  # type: ignore[arg-type,return-value]
    tracemalloc.start()
    try:
        total = sum(len(piece) for piece in bundle(members))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total < 40 * PIECE
    assert peak < 6 * PIECE
