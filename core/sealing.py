"""Short secrets kept in the database: sealed with ENCRYPTION_KEY, so that a dump alone does not give them away."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
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


@lru_cache(maxsize=4)
def _ring(secrets: str) -> MultiFernet:
    """secrets: the current one first; after commas those that older texts may still need."""
    return MultiFernet([Fernet(_derived(secret.strip())) for secret in secrets.split(",")])


def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal/core/sealing").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
