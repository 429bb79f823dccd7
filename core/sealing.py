"""Short secrets kept in the database: sealed with ENCRYPTION_KEY, so that a dump alone does not give them away.

And links that are kept nowhere: `link_to` turns a short text into one that nobody can guess, the same each time.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class NotOurs(ValueError):  # noqa: N818 (says what the text is)
    """The text was not sealed with any key of ENCRYPTION_KEY."""


def seal(text: str) -> str:
    """The text, sealed; every call gives another result."""
    return _ring(settings.ENCRYPTION_KEY).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises NotOurs."""
    try:
        return _ring(settings.ENCRYPTION_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise NotOurs("This text was not sealed with a key of ENCRYPTION_KEY.") from None


def link_to(text: str, *, space: str) -> str:
    """An unguessable word for an address that stands for the text, the same each time; good in `space` alone.

    Deterministic authenticated encryption (AES-SIV, RFC 5297): without the key nobody makes another one.
    """
    sealed = _links(settings.ENCRYPTION_KEY)[0].encrypt(text.encode(), [space.encode()])
    return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")


def linked(link: str, *, space: str) -> str:
    """The text that the link stands for in this space. Raises NotOurs."""
    try:
        sealed = base64.b64decode(link + "=" * (-len(link) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotOurs("This is no link of ours.") from None
    for key in _links(settings.ENCRYPTION_KEY):
        try:
            return key.decrypt(sealed, [space.encode()]).decode()
        except (InvalidTag, ValueError):
            continue
    raise NotOurs("This is no link of ours.")


@lru_cache(maxsize=4)
def _links(secrets: str) -> tuple[AESSIV, ...]:
    derived = (HKDF(SHA256(), length=64, salt=None, info=b"portal/core/sealing/links") for _ in secrets.split(","))
    return tuple(AESSIV(hkdf.derive(s.strip().encode())) for hkdf, s in zip(derived, secrets.split(","), strict=True))


@lru_cache(maxsize=4)
def _ring(secrets: str) -> MultiFernet:
    """secrets: the current one first; after commas those that older texts may still need."""
    return MultiFernet([Fernet(_derived(secret.strip())) for secret in secrets.split(",")])


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal/core/sealing").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
