"""What the documents ask of the place their bytes are kept in, and of whoever looks for viruses in them.

Two places exist, `stores.local` (a disk, encrypted at rest) and `stores.s3` (any S3); one contract test runs over both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Protocol, runtime_checkable
from uuid import UUID

from core.scope import CODE
from documents.verdicts import Verdict

_KEY = re.compile(rf"({CODE.pattern})/([0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}})")


class StoreError(Exception):
    """Something is wrong with a stored file or with its place; never the person's doing."""


class BadKey(StoreError, ValueError):  # noqa: N818 (named for what was found)
    """The key is not `<client code>/<uuid>`."""


class Missing(StoreError, LookupError):  # noqa: N818 (named for what was found)
    """Nothing is stored under this key."""


class KeyTaken(StoreError):  # noqa: N818 (named for what was found)
    """Something is stored under this key already; a stored file never changes."""


class Tampered(StoreError):  # noqa: N818 (named for what was found)
    """The stored bytes are not those that were put: changed, cut short, or moved here from another key."""


class StoreFull(StoreError):  # noqa: N818 (named for what was found)
    """There is no room left for the file."""


@dataclass(frozen=True)
class Stored:
    """What was put: SHA-256 of the content in lower-case hex, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class UploadForm:
    """A signed form that sends a file straight to the store: POST `fields` and then `file` to `url` as multipart."""

    url: str
    fields: dict[str, str]


class Readable(Protocol):
    """Anything that gives its bytes piece by piece."""

    def read(self, size: int, /) -> bytes: ...


class Store(Protocol):
    """A place for files that are written once and never changed. Every call raises BadKey for a key of another form."""

    def put(self, stream: Readable, *, key: str) -> Stored:
        """Keep everything `stream` gives under `key`, durably, or nothing at all.

        Uses the same memory whatever the size. Raises KeyTaken where the key holds a file, StoreFull where there is
        no room; whatever the stream raises passes through. After any error the key holds what it held before.
        """

    def open(self, key: str) -> BinaryIO:
        """The content, as a seekable stream that fetches only what is read; close it, or use it in a `with`.

        Raises Missing here; Tampered here or while reading, before it gives any byte that was not put.
        """

    def delete(self, key: str) -> None:
        """Forget the file. Does nothing where there is none."""

    def exists(self, key: str) -> bool:
        """Whether a whole file is stored under the key."""


@runtime_checkable
class DirectStore(Store, Protocol):
    """A store that browsers may reach themselves, by links that are signed and expire."""

    def upload_form(self, key: str, *, content_type: str, largest: int, seconds: int = ...) -> UploadForm:
        """A form for one upload of 1 to `largest` bytes of that content type under `key`, valid for `seconds`.

        The form can be sent again until it expires, so what arrives must be copied to a key of its own once checked.
        """

    def download_url(self, key: str, *, filename: str, content_type: str, seconds: int = ...) -> str:
        """A link that saves the file under `filename` (Japanese is kept), valid for `seconds`."""


class ScannerAway(Exception):  # noqa: N818 (named for what was met)
    """The scanner gave no answer. Asking again later may help; until then nothing is known of the file."""


class Scanner(Protocol):
    """Somebody who looks for viruses."""

    def scan(self, stream: Readable) -> Verdict:
        """Look through everything `stream` gives. Raises ScannerAway; whatever the stream raises passes through."""


def key_for(client: str, file: UUID) -> str:
    """The key of a client's file. Raises BadKey where `client` is no client code."""
    key = f"{client}/{file}"
    split_key(key)
    return key


def split_key(key: str) -> tuple[str, UUID]:
    """The client code and the file id of a key. Raises BadKey for anything else, such as a path that climbs."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise BadKey(f"A key is <client code>/<uuid>, not {key!r}.")
    return found[1], UUID(found[2])
