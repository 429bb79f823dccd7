"""Reading piece by piece, whatever the source gives at a time."""

from __future__ import annotations

import hashlib
import io
from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from documents.ports import Readable, Stored

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Measured:
    """Passes a stream's bytes on and knows afterwards what they were."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._size = 0

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(size)
        self._digest.update(piece)
        self._size += len(piece)
        return piece

    @property
    def stored(self) -> Stored:
        """What was read so far."""
        return Stored(sha256=self._digest.hexdigest(), size=self._size)


def pieces(stream: Readable, size: int) -> Iterator[tuple[bytes, bool]]:
    """The stream in pieces of exactly `size` bytes (the last may be shorter), each with whether it is the last.

    An empty stream is one empty last piece.
    """
    piece = _fill(stream, size)
    while len(piece) == size and (following := _fill(stream, size)):
        yield piece, False
        piece = following
    yield piece, True


def _fill(stream: Readable, size: int) -> bytes:
    """The next `size` bytes, fewer only at the end of a source that gives short reads."""
    parts: list[bytes] = []
    missing = size
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class Seekable(io.RawIOBase):
    """A stream of known size that is read from any position; subclasses say how (`_read_at`)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    @abstractmethod
    def _read_at(self, position: int, most: int) -> bytes:
        """One to `most` bytes from `position`, which lies before the end."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise ValueError("A stream has nothing before its start.")
        self._position = origin + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if not len(view) or self._position >= self.size:
            return 0
        piece = self._read_at(self._position, len(view))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
