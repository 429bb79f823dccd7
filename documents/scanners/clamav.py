"""ClamAV by its own protocol, so that a file is looked through wherever it lies.

Source: clamd(8), "INSTREAM": chunks with their length before them in network order, ended by a length of zero. clamd
looks at no more than its StreamMaxLength (100 MB as delivered) and MaxFileSize; let both exceed the largest upload.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from urllib.parse import urlsplit

from documents.ports import Readable, ScannerAway
from documents.stores.streams import pieces
from documents.verdicts import Verdict

CHUNK = 256 * 1024
SECONDS = 120.0
PORT = 3310

_LONGEST_ANSWER = 4096
_LENGTH = struct.Struct("!L")
_TOO_MUCH = "Heuristics.Limits.Exceeded"  # what clamd says where AlertExceedsMax is on


class ClamAV:
    """A `Scanner` at `tcp://host:3310` or `unix:///path/of/the/socket`."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def scan(self, stream: Readable) -> Verdict:
        try:
            with self._connect() as connection:
                connection.settimeout(SECONDS)
                connection.sendall(b"zINSTREAM\0")
                _send(stream, connection)
                return _verdict(_answer(connection))
        except OSError as error:
            raise ScannerAway(f"ClamAV at {self._url.geturl()}: {error}") from error

    def _connect(self) -> socket.socket:
        if self._url.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self._url.path)
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((self._url.hostname or "", self._url.port or PORT), timeout=SECONDS)


def _send(stream: Readable, connection: socket.socket) -> None:
    # clamd hangs up where the file is longer than it takes; why, is then waiting to be read.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for piece, _last in pieces(stream, CHUNK):
            if piece:
                connection.sendall(_LENGTH.pack(len(piece)) + piece)
        connection.sendall(_LENGTH.pack(0))


def _answer(connection: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
        piece = connection.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].decode(errors="replace").strip()


def _verdict(answer: str) -> Verdict:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Verdict()
    if said.endswith(" FOUND"):
        found = said.removesuffix(" FOUND")
        return Verdict(complete=False) if found.startswith(_TOO_MUCH) else Verdict(found=found)
    if "size limit exceeded" in said:
        return Verdict(complete=False)
    raise ScannerAway(f"ClamAV says {said!r}.")
