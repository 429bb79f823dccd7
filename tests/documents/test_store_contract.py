"""What every store must do, run over each of them."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Callable
from typing import cast
from uuid import UUID, uuid4

import pytest

from documents.ports import BadKey, KeyTaken, Missing, Store, key_for
from documents.stores.envelope import CHUNK
from documents.stores.s3 import SMALLEST_PART

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, SMALLEST_PART, SMALLEST_PART + 1, 2 * SMALLEST_PART + 7]


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest) -> Store:
    return cast(Store, request.getfixturevalue(request.param))


@pytest.fixture
def key() -> str:
    return key_for("acme", uuid4())


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def put(store: Store, key: str, data: bytes) -> None:
    store.put(io.BytesIO(data), key=key)


class Trickle:
    """A source that gives short reads, as sockets do, and may break."""

    def __init__(self, data: bytes, *, breaks_at: int | None = None) -> None:
        self._stream = io.BytesIO(data)
        self._breaks_at = breaks_at

    def read(self, size: int, /) -> bytes:
        if self._breaks_at is not None and self._stream.tell() >= self._breaks_at:
            raise ConnectionResetError("the sender hung up")
        return self._stream.read(min(size, 10_007))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_put_is_what_is_read(store: Store, key: str, size: int) -> None:
    data = content(size)

    stored = store.put(io.BytesIO(data), key=key)

    assert (stored.sha256, stored.size) == (hashlib.sha256(data).hexdigest(), size)
    with store.open(key) as stream:
        assert stream.read() == data


def test_a_source_may_give_less_than_it_was_asked_for(store: Store, key: str) -> None:
    data = content(SMALLEST_PART + 12_345)

    assert store.put(Trickle(data), key=key).size == len(data)

    with store.open(key) as stream:
        assert stream.read() == data


@pytest.mark.parametrize("size", [CHUNK * 2 + 100, SMALLEST_PART + 100])
def test_any_range_can_be_read(store: Store, key: str, size: int) -> None:
    data = content(size)
    put(store, key, data)
    places = random.Random(1)

    with store.open(key) as stream:
        assert stream.seek(0, io.SEEK_END) == size
        assert stream.read(1) == b""
        for start in [0, CHUNK - 1, CHUNK, size - 1, *(places.randrange(size) for _ in range(10))]:
            length = places.randrange(1, CHUNK)
            stream.seek(start)
            assert stream.read(length) == data[start : start + length]
            assert stream.tell() == min(start + length, size)


def test_a_position_before_the_start_is_refused(store: Store, key: str) -> None:
    put(store, key, b"abc")

    with store.open(key) as stream, pytest.raises((ValueError, OSError)):
        stream.seek(-1)


def test_a_stored_file_is_never_changed(store: Store, key: str) -> None:
    put(store, key, b"first")

    with pytest.raises(KeyTaken):
        put(store, key, b"second")

    with store.open(key) as stream:
        assert stream.read() == b"first"


@pytest.mark.parametrize("breaks_at", [0, 1_000, SMALLEST_PART + 1_000])
def test_a_source_that_breaks_leaves_nothing(store: Store, key: str, breaks_at: int) -> None:
    with pytest.raises(ConnectionResetError, match="hung up"):
        store.put(Trickle(content(2 * SMALLEST_PART), breaks_at=breaks_at), key=key)

    assert not store.exists(key)
    put(store, key, b"a second try")
    assert store.exists(key)


class Overtaken:
    """A source during whose reading somebody else finishes a file under the same key."""

    def __init__(self, store: Store, key: str, data: bytes) -> None:
        self._store, self._key, self._stream = store, key, io.BytesIO(data)
        self._waiting = True

    def read(self, size: int, /) -> bytes:
        if self._waiting:
            self._waiting = False
            put(self._store, self._key, b"the other's")
        return self._stream.read(size)


@pytest.mark.parametrize("size", [10, SMALLEST_PART + 10])
def test_of_two_who_put_at_once_the_first_to_finish_stays(store: Store, key: str, size: int) -> None:
    with pytest.raises(KeyTaken):
        store.put(Overtaken(store, key, content(size)), key=key)

    with store.open(key) as stream:
        assert stream.read() == b"the other's"


def test_what_was_deleted_is_missing(store: Store, key: str) -> None:
    put(store, key, b"gone soon")

    store.delete(key)

    assert not store.exists(key)
    with pytest.raises(Missing):
        store.open(key)
    store.delete(key)  # once more does no harm


def test_a_file_that_never_was_is_missing(store: Store, key: str) -> None:
    assert not store.exists(key)
    with pytest.raises(Missing):
        store.open(key)


def test_two_clients_may_use_the_same_id(store: Store) -> None:
    file = uuid4()
    put(store, key_for("acme", file), b"acme's")
    put(store, key_for("bravo", file), b"bravo's")

    store.delete(key_for("acme", file))

    with store.open(key_for("bravo", file)) as stream:
        assert stream.read() == b"bravo's"


CALLS: list[Callable[[Store, str], object]] = [
    lambda store, key: store.put(io.BytesIO(b"x"), key=key),
    lambda store, key: store.open(key),
    lambda store, key: store.delete(key),
    lambda store, key: store.exists(key),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "acme",
        f"{UUID(int=1)}",
        f"/{UUID(int=1)}",
        f"../{UUID(int=1)}",
        f"acme/../{UUID(int=1)}",
        f"Acme/{UUID(int=1)}",
        f"acme/{UUID(int=1)}/x",
        f"acme/{UUID(int=1)}\n",
        f"acme/{UUID(int=10)}".upper(),
        "acme/請求書.pdf",
    ],
)
def test_a_key_of_another_form_is_refused(store: Store, bad: str, call: Callable[[Store, str], object]) -> None:
    with pytest.raises(BadKey):
        call(store, bad)


def test_the_key_of_no_client_is_refused() -> None:
    with pytest.raises(BadKey):
        key_for("..", uuid4())
