"""Tokens of a client's programs."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise

from core import scope
from core.paging import Page, page_of
from tenants.models import ApiToken
from tenants.roles import TOKEN_SCOPES
from tenants.secrecy import hashed

TOKEN_ROWS = 50


def token_of(secret: str, *, at: datetime) -> ApiToken | None:
    """The token of the client in scope with that secret, where it is in force at `at`.

    It is found by its hash, so that how long the answer takes says nothing about the secret.
    """
    digest = hashed(secret)
    token = ApiToken.objects.filter(
        secret_hash=digest, client=scope.current().client or "", revoked_at=None, expires_at__gt=at
    ).first()
    return token if token is not None and hmac.compare_digest(token.secret_hash, digest) else None


@dataclass(frozen=True)
class TokenRow:
    """A token as its list shows it; the secret is not among what is known of it."""

    pk: int
    name: str
    prefix: str
    scopes: tuple[str | Promise, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: Literal["active", "expired", "revoked"]


def tokens_of(client: str, *, at: datetime, after: str = "", before: str = "") -> Page[TokenRow]:
    """The client's tokens, the newest first, those that no longer work among them."""
    rows = ApiToken.objects.filter(client=client)
    found = page_of(rows, order=("-id",), after=after, before=before, size=TOKEN_ROWS)
    return Page([_token_row(row, at) for row in found.rows], after=found.after, before=found.before)


def _token_row(row: ApiToken, at: datetime) -> TokenRow:
    return TokenRow(
        pk=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(TOKEN_SCOPES[key].label for key in row.scopes if key in TOKEN_SCOPES),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        state="revoked" if row.revoked_at else "expired" if row.expires_at <= at else "active",
    )
