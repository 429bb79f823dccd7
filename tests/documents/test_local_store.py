"""What the disk adds to the contract: sealed bytes, rotation of keys, and what killed processes leave."""

from __future__ import annotations

import io
import os
import resource
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from documents.ports import StoreError, StoreFull, Tampered, key_for
from documents.stores.envelope import CHUNK, HEADER, SEALED_CHUNK, Keyring
from documents.stores.local import LocalStore

ID = UUID("12345678-1234-4234-8234-123456789abc")
KEY = key_for("acme", ID)
DATA = b"".join(number.to_bytes(4, "big") for number in range(CHUNK))  # four chunks


def path_of(store_root: Path, client: str = "acme") -> Path:
    return store_root / client / "12" / str(ID)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def stored(local: LocalStore, root: Path) -> Path:
    """A sealed file of four chunks, as it lies on the disk."""
    local.put(io.BytesIO(DATA), key=KEY)
    return path_of(root)


def test_the_disk_holds_nothing_readable(local: LocalStore, root: Path) -> None:
    local.put(io.BytesIO("株式会社アクメ 請求書".encode() * 1000), key=KEY)

    sealed = path_of(root).read_bytes()

    assert "アクメ".encode() not in sealed
    assert path_of(root).stat().st_mode & 0o077 == 0
    assert path_of(root).parent.stat().st_mode & 0o077 == 0


def test_the_same_content_is_never_sealed_alike(local: LocalStore, root: Path) -> None:
    first, second = uuid4(), uuid4()
    for file in (first, second):
        local.put(io.BytesIO(DATA), key=key_for("acme", file))

    bodies = [next(root.glob(f"acme/*/{file}")).read_bytes()[HEADER:] for file in (first, second)]

    assert bodies[0][:SEALED_CHUNK] != bodies[1][:SEALED_CHUNK]


@pytest.mark.parametrize("place", [0, 5, 13, HEADER - 1, HEADER, HEADER + SEALED_CHUNK + 9, -1])
def test_a_changed_byte_is_noticed(local: LocalStore, stored: Path, place: int) -> None:
    sealed = bytearray(stored.read_bytes())
    sealed[place] ^= 1
    stored.write_bytes(sealed)

    with pytest.raises(StoreError), local.open(KEY) as stream:
        stream.read()


def test_chunks_that_change_places_are_noticed(local: LocalStore, stored: Path) -> None:
    sealed = stored.read_bytes()
    first, second = (sealed[HEADER + at * SEALED_CHUNK : HEADER + (at + 1) * SEALED_CHUNK] for at in (0, 1))
    stored.write_bytes(sealed[:HEADER] + second + first + sealed[HEADER + 2 * SEALED_CHUNK :])

    with local.open(KEY) as stream, pytest.raises(Tampered):
        stream.read(1)


@pytest.mark.parametrize("left", [0, 10, HEADER, HEADER + 5, HEADER + SEALED_CHUNK, HEADER + 3 * SEALED_CHUNK, -1])
def test_a_file_cut_short_does_not_open(local: LocalStore, stored: Path, left: int) -> None:
    stored.write_bytes(stored.read_bytes()[:left])

    with pytest.raises(Tampered):
        local.open(KEY)


def test_a_file_that_grew_does_not_open(local: LocalStore, stored: Path) -> None:
    with stored.open("ab") as file:
        file.write(bytes(20))

    with pytest.raises(Tampered):
        local.open(KEY)


def test_a_file_moved_to_another_client_does_not_open(local: LocalStore, stored: Path, root: Path) -> None:
    path_of(root, "bravo").parent.mkdir(parents=True)
    stored.rename(path_of(root, "bravo"))

    with pytest.raises(Tampered):
        local.open(key_for("bravo", ID))


def test_nobody_opens_it_without_the_key(local: LocalStore, stored: Path, root: Path) -> None:
    stranger = LocalStore(root, keyring=Keyring([secrets.token_hex(32)]))

    with pytest.raises(StoreError, match="not on the ring"):
        stranger.open(KEY)


def test_keys_rotate(local: LocalStore, stored: Path, root: Path, secret: str) -> None:
    fresh = secrets.token_hex(32)
    content = stored.read_bytes()[HEADER:]
    both = LocalStore(root, keyring=Keyring([fresh, secret]))
    with both.open(KEY) as stream:
        assert stream.read() == DATA

    assert both.rewrap(KEY) is True
    assert both.rewrap(KEY) is False

    with LocalStore(root, keyring=Keyring([fresh])).open(KEY) as stream:
        assert stream.read() == DATA
    assert stored.read_bytes()[HEADER:] == content
    with pytest.raises(StoreError, match="not on the ring"):
        local.open(KEY)


def test_a_short_secret_is_no_key() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Keyring(["password"])
    with pytest.raises(ValueError, match="32 characters"):
        Keyring([])


def test_an_open_file_outlives_its_deletion(local: LocalStore, stored: Path) -> None:
    with local.open(KEY) as stream:
        local.delete(KEY)
        assert stream.read() == DATA


def test_nothing_half_written_stays_behind(local: LocalStore, stored: Path, root: Path) -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        local.put(Broken(), key=key_for("acme", uuid4()))

    assert [path for path in root.rglob("*") if path.is_file()] == [stored]


def test_what_a_killed_process_left_is_swept(local: LocalStore, stored: Path, root: Path) -> None:
    abandoned, running = root / ".incoming" / "old", root / ".incoming" / "new"
    abandoned.write_bytes(b"half")
    running.write_bytes(b"half")
    long_ago = datetime(2026, 11, 1, tzinfo=UTC)
    os.utime(abandoned, (long_ago.timestamp(), long_ago.timestamp()))

    assert local.sweep(before=long_ago + timedelta(hours=1)) == 1

    assert not abandoned.exists()
    assert running.exists()
    assert stored.exists()


@pytest.fixture
def little_room() -> Iterator[None]:
    """The process may write 1 MiB to a file and no more, which is met as a full disk is: while writing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_as_such(local: LocalStore, root: Path, little_room: None) -> None:
    with pytest.raises(StoreFull, match=KEY):
        local.put(io.BytesIO(bytes(2 * 1024 * 1024)), key=KEY)

    assert not local.exists(KEY)
    assert [path for path in root.rglob("*") if path.is_file()] == []
