"""Cache keys that carry the scope, so that one client's cached answer is never another's."""

from __future__ import annotations

from core import scope


def scoped_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the client in force is part of every key.

    allauth's keys (rate limits, codes already used) are kept across clients: with keys per client an address would
    have its allowance, and a one-time code its one time, once for each client.
    """
    held = scope.connection().scope
    space = "all" if key.startswith("allauth") else (held.client if held and held.client else "operator")
    return f"{key_prefix}:{version}:{space}:{key}"
