"""How a secret that is only ever compared is kept: by its hash. It is long and random, so one round is enough."""

from __future__ import annotations

import hashlib


def hashed(secret: str) -> str:
    """The SHA-256 of the secret, as hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()
