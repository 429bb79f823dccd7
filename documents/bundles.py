"""Many files as one ZIP archive, made while it is sent: the same memory however many there are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PIECE = 256 * 1024


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name there, the local time it shows, and what opens its content."""

    name: str
    at: datetime
    open: Callable[[], BinaryIO]


class _Sink(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        piece = bytes(data)
        self._held.append(piece)
        return len(piece)

    def take(self) -> bytes:
        taken = b"".join(self._held)
        self._held.clear()
        return taken


def bundle(members: Iterable[Member]) -> Iterator[bytes]:
    """The archive piece by piece; each member is opened when its turn comes. Names must differ."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, member.at.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            with member.open() as content, archive.open(info, "w") as target:
                while piece := content.read(PIECE):
                    target.write(piece)
                    yield sink.take()
    yield sink.take()
