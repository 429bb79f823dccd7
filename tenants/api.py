"""How programs show who they are: a token of the client, in the Authorization header."""

from __future__ import annotations

from typing import Any

from rest_framework import authentication, permissions


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`."""


class ScopePermission(permissions.BasePermission):
    """The token's scopes must contain the one that the endpoint names."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return False
