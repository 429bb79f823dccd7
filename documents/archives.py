"""What a ZIP archive holds, read from its directory at the end alone: nothing is unpacked.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 (central directory), 4.3.16 (its end) and 4.4.4 (flags).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LARGEST_DIRECTORY = 1024 * 1024  # some ten thousand entries; more is a bomb or no business file

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LONGEST_COMMENT = 0xFFFF
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_MARK = b"PK\x01\x02"
_ENCRYPTED = 0x2041  # encrypted, strongly encrypted, or directory masked
_UTF8 = 0x0800


class BrokenArchive(ValueError):  # noqa: N818 (named for what was found)
    """The bytes are no whole ZIP archive, or one with a directory beyond reason."""


@dataclass(frozen=True)
class Entry:
    """A member of an archive: its name and whether a password keeps it."""

    name: str
    encrypted: bool


def entries(stream: BinaryIO) -> list[Entry]:
    """The members, in the order of the directory. Raises BrokenArchive."""
    offset, size = _directory(stream)
    if size > LARGEST_DIRECTORY:
        raise BrokenArchive("The directory is larger than any honest archive's.")
    stream.seek(offset)
    return list(_walk(stream.read(size)))


def _directory(stream: BinaryIO) -> tuple[int, int]:
    """Where the directory starts and how long it is."""
    length = stream.seek(0, io.SEEK_END)
    tail_start = max(0, length - _END.size - _LONGEST_COMMENT)
    stream.seek(tail_start)
    tail = stream.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise BrokenArchive("The end of the archive is missing.")
    *_, size, offset, _comment = _END.unpack_from(tail, at)
    if offset + size > tail_start + at:
        raise BrokenArchive("The directory lies outside of the archive.")
    return offset, size


def _walk(directory: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(directory):
        if len(directory) - at < _ENTRY.size or not directory.startswith(_ENTRY_MARK, at):
            raise BrokenArchive("The directory is damaged.")
        fields = _ENTRY.unpack_from(directory, at)
        flags, (name_length, extra, comment) = fields[3], fields[10:13]
        start = at + _ENTRY.size
        name = directory[start : start + name_length]
        encoding = "utf-8" if flags & _UTF8 else "cp932"
        yield Entry(name=name.decode(encoding, "replace"), encrypted=bool(flags & _ENCRYPTED))
        at = start + name_length + extra + comment
