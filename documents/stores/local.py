"""Files on a local disk, encrypted at rest: `<root>/<client>/<first two of the id>/<id>`."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from documents.ports import KeyTaken, Missing, Readable, Stored, StoreFull, split_key
from documents.stores.envelope import (
    CHUNK,
    HEADER,
    SEALED_CHUNK,
    Header,
    Keyring,
    Sealer,
    content_size,
    new_data_key,
)
from documents.stores.streams import Measured, Seekable, pieces

_INCOMING = ".incoming"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStore:
    """A `Store` on a disk of this machine. Safe for several processes on one root."""

    def __init__(self, root: Path, *, keyring: Keyring) -> None:
        self._root = root
        self._keyring = keyring

    def put(self, stream: Readable, *, key: str) -> Stored:
        target = self._path(key)
        if target.exists():
            raise KeyTaken(key)
        measured = Measured(stream)
        with _room_for(key), self._part() as part:
            self._seal(measured, part, key)
            _settle(part)
            _make_folder(target.parent)
            _publish(Path(part.name), target, key)
        return measured.stored

    def open(self, key: str) -> BinaryIO:
        try:
            file = self._path(key).open("rb", buffering=0)
        except FileNotFoundError:
            raise Missing(key) from None
        try:
            header = Header.parse(file.read(HEADER))
            sealer = Sealer(self._keyring.unwrap(header, bound_to=key))
            return io.BufferedReader(_Opened(file, sealer), buffer_size=CHUNK)
        except BaseException:
            file.close()
            raise

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            _settle_folder(path.parent)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def rewrap(self, key: str) -> bool:
        """Wrap the file's data key with the current master key; the content stays as it is.

        Returns False where that was so already. Raises Missing, Tampered. Whoever calls keeps others from deleting the
        file meanwhile (by the lock on its document).
        """
        path = self._path(key)
        try:
            source = path.open("rb")
        except FileNotFoundError:
            raise Missing(key) from None
        with source:
            header = Header.parse(source.read(HEADER))
            if header.key_id == self._keyring.current:
                return False
            fresh = self._keyring.wrap(self._keyring.unwrap(header, bound_to=key), bound_to=key)
            with _room_for(key), self._part() as part:
                part.write(bytes(fresh))
                shutil.copyfileobj(source, part, SEALED_CHUNK)
                _settle(part)
                Path(part.name).replace(path)
                _settle_folder(path.parent)
        return True

    def sweep(self, *, before: datetime) -> int:
        """Remove what killed processes left half-written before that time; returns how many parts that were."""
        stale = [part for part in (self._root / _INCOMING).glob("*") if part.stat().st_mtime < before.timestamp()]
        for part in stale:
            part.unlink(missing_ok=True)
        return len(stale)

    def _path(self, key: str) -> Path:
        client, file = split_key(key)
        return self._root / client / str(file)[:2] / str(file)

    def _seal(self, stream: Readable, part: IO[bytes], key: str) -> None:
        data_key = new_data_key()
        sealer = Sealer(data_key)
        part.write(bytes(self._keyring.wrap(data_key, bound_to=key)))
        for number, (chunk, last) in enumerate(pieces(stream, CHUNK)):
            part.write(sealer.seal(chunk, number, last=last))

    @contextlib.contextmanager
    def _part(self) -> Iterator[IO[bytes]]:
        """A file for us alone that is gone afterwards, unless it was moved to its place."""
        incoming = self._root / _INCOMING
        _make_folder(incoming)
        with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as part:
            try:
                yield part
            finally:
                Path(part.name).unlink(missing_ok=True)


class _Opened(Seekable):
    """The content of a sealed file, opened chunk by chunk as it is read."""

    def __init__(self, file: io.FileIO, sealer: Sealer) -> None:
        super().__init__(content_size(os.fstat(file.fileno()).st_size))
        self._file = file
        self._sealer = sealer
        self._last = max(0, (self.size - 1) // CHUNK)
        self._held = self._last
        self._chunk = self._open_chunk(self._last)  # first of all, since it proves that the end was not cut off

    def _read_at(self, position: int, most: int) -> bytes:
        number, offset = divmod(position, CHUNK)
        if number != self._held:
            self._chunk = self._open_chunk(number)
            self._held = number
        return self._chunk[offset : offset + most]

    def _open_chunk(self, number: int) -> bytes:
        sealed = os.pread(self._file.fileno(), SEALED_CHUNK, HEADER + number * SEALED_CHUNK)
        return self._sealer.open(sealed, number, last=number == self._last)

    def close(self) -> None:
        self._file.close()
        super().close()


def _publish(part: Path, target: Path, key: str) -> None:
    """Give the finished part its name, in one step that fails where the name is taken."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise KeyTaken(key) from None
    _settle_folder(target.parent)


@contextlib.contextmanager
def _room_for(key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull(f"No room on the disk for {key}.") from error
        raise


def _settle(part: IO[bytes]) -> None:
    """Have the bytes on the disk before they get a name."""
    part.flush()
    os.fsync(part.fileno())


def _make_folder(folder: Path) -> None:
    """The folder and those above it, each entry on the disk, open to this user alone."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _settle_folder(folder.parent)


def _settle_folder(folder: Path) -> None:
    """Have the folder's entries on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
