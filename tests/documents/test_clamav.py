from __future__ import annotations

import io
import socket
import threading
from pathlib import Path

import pytest

from documents.ports import ScannerAway
from documents.scanners.clamav import ClamAV
from documents.verdicts import Verdict, explain
from tests.documents.conftest import CLAMD_TAKES, EICAR


def test_a_harmless_file_is_harmless_and_an_empty_one_too(clamd: str) -> None:
    scanner = ClamAV(clamd)
    assert scanner.scan(io.BytesIO(b"order,1\r\n" * 1000)) == Verdict()
    assert scanner.scan(io.BytesIO(b"")) == Verdict()


def test_what_is_found_is_named(clamd: str) -> None:
    verdict = ClamAV(clamd).scan(io.BytesIO(b"header" + EICAR))
    assert verdict.found == "Eicar-Own.UNOFFICIAL"
    assert "Eicar-Own.UNOFFICIAL" in str(explain(verdict.rejection))


def test_what_was_not_looked_at_in_full_is_never_harmless(clamd: str) -> None:
    verdict = ClamAV(clamd).scan(io.BytesIO(bytes(3 * CLAMD_TAKES)))
    assert not verdict.complete
    assert "検査ができない" in str(explain(verdict.rejection))


def test_a_scanner_that_is_not_there_is_away() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ScannerAway, match="refused"):
            ClamAV(f"tcp://127.0.0.1:{taken.getsockname()[1]}").scan(io.BytesIO(b"x"))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"stream: OK\0", Verdict()),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", Verdict(complete=False)),
        (b"stream: Win.Test FOUND\0", Verdict(found="Win.Test")),
        (b"", None),
        (b"Can't allocate memory ERROR\0", None),
    ],
)
def test_what_it_says_is_understood_over_a_socket_file_too(
    tmp_path: Path, answer: bytes, found: Verdict | None
) -> None:
    path = tmp_path / "clamd.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_answer_once, args=(listener, answer))
        thread.start()
        scanner = ClamAV(f"unix://{path}")
        if found is None:
            with pytest.raises(ScannerAway):
                scanner.scan(io.BytesIO(b"x"))
        else:
            assert scanner.scan(io.BytesIO(b"x")) == found
        thread.join()


def _answer_once(listener: socket.socket, answer: bytes) -> None:
    connection, _address = listener.accept()
    with connection:
        heard = b""
        while not heard.endswith(b"\0\0\0\0"):
            heard += connection.recv(4096)
        connection.sendall(answer)
