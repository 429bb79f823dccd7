"""What is done to companies and people. Each family of verbs is a module; these are the names to call."""

from tenants.services.access import Origin, note_access, origin
from tenants.services.clients import (
    RESERVED_CODES,
    change_client,
    create_client,
    go_live,
    open_client,
    require_second_factor,
    set_client_state,
)
from tenants.services.invitations import Guest, accept, invite, revoke_invitations, send_again
from tenants.services.people import add_member, change_role, end_sessions, remove_members, reset_second_factor
from tenants.services.teams import arrange_team, create_team, remove_team, serve
from tenants.services.tokens import create_token, note_use, revoke_tokens

__all__ = [
    "RESERVED_CODES",
    "Guest",
    "Origin",
    "accept",
    "add_member",
    "arrange_team",
    "change_client",
    "change_role",
    "create_client",
    "create_team",
    "create_token",
    "end_sessions",
    "go_live",
    "invite",
    "note_access",
    "note_use",
    "open_client",
    "origin",
    "remove_members",
    "remove_team",
    "require_second_factor",
    "reset_second_factor",
    "revoke_invitations",
    "revoke_tokens",
    "send_again",
    "serve",
    "set_client_state",
]
