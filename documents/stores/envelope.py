"""Encryption at rest: a data key per file, wrapped by a master key (envelope encryption).

A sealed file is a header of fixed length and then the content in chunks of AES-256-GCM:

    magic 4 | master key's id 8 | wrapping nonce 12 | wrapped data key 32 + tag 16
    chunk 0 | tag 16 | chunk 1 | tag 16 | ... the last chunk may be shorter

The wrapping authenticates the header and the file's key in the store (so a file moved to another client's folder does
not open). A chunk's nonce is its number and whether it is the last (so chunks neither swap places nor go missing at the
end: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). Each data key seals one file only, which
is what makes counted nonces safe.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from documents.ports import StoreError, Tampered

CHUNK = 64 * 1024
TAG = 16
SEALED_CHUNK = CHUNK + TAG

_MAGIC = b"PSF1"
_ID = 8
_NONCE = 12
_DATA_KEY = 32
HEADER = len(_MAGIC) + _ID + _NONCE + _DATA_KEY + TAG
SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Header:
    """The head of a sealed file, in its parts."""

    key_id: bytes
    nonce: bytes
    wrapped: bytes

    @classmethod
    def parse(cls, head: bytes) -> Header:
        """Raises Tampered where this is not the head of a sealed file."""
        if len(head) != HEADER or not head.startswith(_MAGIC):
            raise Tampered("The file does not begin as a sealed file does.")
        rest = head[len(_MAGIC) :]
        return cls(key_id=rest[:_ID], nonce=rest[_ID : _ID + _NONCE], wrapped=rest[_ID + _NONCE :])

    def __bytes__(self) -> bytes:
        return _MAGIC + self.key_id + self.nonce + self.wrapped


class Keyring:
    """The master keys: the first wraps, all unwrap. A key's id follows from the key, so nothing else is kept."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """secrets: current first, then those that older files may still need; at least 32 characters of randomness."""
        if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
            raise ValueError(f"An encryption key has at least {SHORTEST_SECRET} characters.")
        derived = [_derive(secret) for secret in secrets]
        self._keys = {key_id: AESGCM(key) for key_id, key in derived}
        self.current = derived[0][0]

    def wrap(self, data_key: bytes, *, bound_to: str) -> Header:
        """The header that only opens with this ring, for the file of that store key."""
        nonce = os.urandom(_NONCE)
        wrapped = self._keys[self.current].encrypt(nonce, data_key, _binding(self.current, bound_to))
        return Header(key_id=self.current, nonce=nonce, wrapped=wrapped)

    def unwrap(self, header: Header, *, bound_to: str) -> bytes:
        """The file's data key. Raises Tampered, or StoreError where the master key is not on the ring."""
        master = self._keys.get(header.key_id)
        if master is None:
            raise StoreError(f"{bound_to} is sealed with key {header.key_id.hex()}, which is not on the ring.")
        try:
            return master.decrypt(header.nonce, header.wrapped, _binding(header.key_id, bound_to))
        except InvalidTag:
            raise Tampered(f"The head of {bound_to} was changed, or belongs to another file.") from None


class Sealer:
    """Seals and opens the chunks of one file."""

    def __init__(self, data_key: bytes) -> None:
        self._cipher = AESGCM(data_key)

    def seal(self, chunk: bytes, number: int, *, last: bool) -> bytes:
        return self._cipher.encrypt(_chunk_nonce(number, last), chunk, None)

    def open(self, sealed: bytes, number: int, *, last: bool) -> bytes:
        """Raises Tampered where this is not that chunk of the file."""
        try:
            return self._cipher.decrypt(_chunk_nonce(number, last), sealed, None)
        except InvalidTag:
            raise Tampered(f"Chunk {number} was changed, moved or cut.") from None


def new_data_key() -> bytes:
    """A random key for one file."""
    return AESGCM.generate_key(bit_length=_DATA_KEY * 8)


def content_size(sealed_size: int) -> int:
    """How many bytes a sealed file of that size holds. Raises Tampered for a size no sealed file has."""
    body = sealed_size - HEADER
    chunks = -(-body // SEALED_CHUNK)
    if body < TAG or body - (chunks - 1) * SEALED_CHUNK < TAG:
        raise Tampered("The file was cut short.")
    return body - chunks * TAG


def _derive(secret: str) -> tuple[bytes, bytes]:
    """A master key and its id, independent of whatever else the secret is used for."""
    hkdf = HKDF(algorithm=SHA256(), length=_ID + _DATA_KEY, salt=None, info=b"portal documents at rest")
    material = hkdf.derive(secret.encode())
    return material[:_ID], material[_ID:]


def _binding(key_id: bytes, bound_to: str) -> bytes:
    return _MAGIC + key_id + bound_to.encode()


def _chunk_nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + bytes([last])
