"""Tokens for a client's programs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import scope
from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from tenants.models import ApiToken
from tenants.roles import TOKEN_SCOPES
from tenants.secrecy import hashed
from tenants.services.access import note_access

PREFIX = "ptk_"
SHOWN = 12
LONGEST = timedelta(days=366)
NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *, name: str, scopes: Iterable[str], expires_at: datetime, actor: Actor, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token for the client in scope; returns it with its secret, which is not kept and never shown again.

    scopes: keys of tenants.roles.TOKEN_SCOPES. Refused for none or an unknown one, and for more than a year.
    """
    wanted = sorted(set(scopes))
    if not wanted or not TOKEN_SCOPES.keys() >= set(wanted):
        raise Refused(_("使える範囲を1つ以上選んでください。"), code="no_scopes", field="scopes")
    if not at < expires_at <= at + LONGEST:
        raise Refused(_("有効期限は今日から1年以内の日付にしてください。"), code="bad_expiry", field="expires_on")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        client=scope.current_client(),
        name=name,
        prefix=secret[:SHOWN],
        secret_hash=hashed(secret),
        scopes=wanted,
        created_by=actor.name,
        created_at=at,
        expires_at=expires_at,
    )
    _note("token.created", token, actor=actor, at=at, scopes=wanted)
    return token, secret


def revoke_tokens(token_ids: Iterable[int], *, actor: Actor, at: datetime) -> Outcome:
    """Make tokens of the client in scope useless from now on. Those already revoked stay as they are."""
    chosen = set(token_ids)
    tokens = ApiToken.objects.select_for_update().filter(pk__in=chosen, client=scope.current_client())
    found = {token.pk: token for token in tokens.order_by("pk")}
    ApiToken.objects.filter(pk__in=found, revoked_at=None).update(revoked_at=at)
    for token in found.values():
        if token.revoked_at is None:
            _note("token.revoked", token, actor=actor, at=at)
    unknown = {pk: Refused(_("このトークンはありません。"), code="unknown") for pk in chosen - found.keys()}
    return Outcome.of(found, unknown)


def note_use(token: ApiToken, *, at: datetime) -> None:
    """Write down when the token was last used, to the minute.

    Where another call of the same program is writing that very thing, this one does not wait for it to end.
    """
    if token.last_used_at is None or token.last_used_at <= at - NOTED_EVERY:
        free = ApiToken.objects.select_for_update(skip_locked=True).filter(pk=token.pk)
        ApiToken.objects.filter(pk__in=free.values("pk")).update(last_used_at=at)


def _note(action: str, token: ApiToken, *, actor: Actor, at: datetime, **data: object) -> None:
    note_access(
        action=action, subject=f"{token.name} ({token.prefix}…)", client=token.client, actor=actor, at=at, **data
    )
