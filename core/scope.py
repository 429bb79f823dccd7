"""Who a piece of work is done as: the wall between clients.

A scope is a PostgreSQL role and a search path. Entering one opens a transaction (or, inside another scope, a
savepoint) whose every statement runs as that role. A client's role has rights on its own schema alone, and on the
shared tables it sees its own rows only, so a forgotten filter finds nothing and a wrong schema name is refused.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import connection as default_connection
from django.db import transaction

from core.errors import Refused, UnscopedWork

if TYPE_CHECKING:
    from core.backend.base import DatabaseWrapper

CODE = re.compile(r"[a-z][a-z0-9-]{1,29}")


@dataclass(frozen=True)
class Scope:
    """A role and the schemas it looks in; `client` is the client's code, None for the operator and the owner."""

    role: str
    schema: str
    client: str | None = None
    public: bool = True

    @cached_property
    def path(self) -> str:
        """The value of search_path."""
        if self.schema == "public" or not self.public:
            return f'"{self.schema}"'
        return f'"{self.schema}", public'

    @cached_property
    def statement(self) -> str:
        """What switches the running transaction to this scope."""
        return f'SET LOCAL ROLE "{self.role}"; SET LOCAL search_path = {self.path}'

    @cached_property
    def begin(self) -> str:
        """What opens a transaction in this scope, in one round trip."""
        return f"BEGIN; {self.statement}"

    @cached_property
    def session_statement(self) -> str:
        """What puts a whole session into this scope (upgrades only)."""
        return f'SET ROLE "{self.role}"; SET search_path = {self.path}'


OPERATOR = Scope(role="portal_operator", schema="public")
OWNER = Scope(role="portal_owner", schema="public")


def connection() -> DatabaseWrapper:
    """The default connection, as our backend."""
    return cast("DatabaseWrapper", default_connection)


def schema_of(code: str) -> str:
    """The schema of the client `code`."""
    return f"c_{code}"


def role_of(code: str) -> str:
    """The role of the client `code`. Roles belong to the cluster, so the database's name keeps two portals apart."""
    return f"{settings.DATABASES['default']['NAME']}:{code}"


@lru_cache(maxsize=4096)
def _client_scope(database: str, code: str) -> Scope:
    if not CODE.fullmatch(code):
        raise Refused(f"「{code}」は取引先コードとして使えません。", code="bad_client_code")
    return Scope(role=f"{database}:{code}", schema=schema_of(code), client=code)


def of_client(code: str) -> Scope:
    """The scope of the client `code`; Refused where it cannot be a client's code."""
    return _client_scope(str(settings.DATABASES["default"]["NAME"]), code)


@contextlib.contextmanager
def enter(scope: Scope) -> Iterator[None]:
    """Run the block in `scope`, in one transaction; an exception undoes everything the block wrote."""
    held = connection()
    if held.scope == scope and held.in_atomic_block:
        yield
    elif held.in_atomic_block:
        with _nested(held, scope):
            yield
    else:
        with _outermost(held, scope):
            yield


@contextlib.contextmanager
def _outermost(held: DatabaseWrapper, scope: Scope) -> Iterator[None]:
    held.adopt(scope)
    try:
        with transaction.atomic():
            yield
    finally:
        held.adopt(held.session_scope)


@contextlib.contextmanager
def _nested(held: DatabaseWrapper, scope: Scope) -> Iterator[None]:
    # SET LOCAL is undone by ROLLBACK TO SAVEPOINT, so only the way out that commits has to switch back.
    outer = held.scope
    try:
        with transaction.atomic():
            held.switch(scope)
            yield
            if not held.needs_rollback:
                held.switch(outer)
    finally:
        held.adopt(outer)


def client(code: str) -> contextlib.AbstractContextManager[None]:
    """Work as the client `code`."""
    return enter(of_client(code))


def operator() -> contextlib.AbstractContextManager[None]:
    """Work as the operator: the shared tables, no client's schema."""
    return enter(OPERATOR)


def owner() -> contextlib.AbstractContextManager[None]:
    """Work as the owner of the database objects: provisioning only."""
    return enter(OWNER)


def current() -> Scope:
    """The scope in force; UnscopedWork where there is none."""
    scope = connection().scope
    if scope is None:
        raise UnscopedWork("No scope is in force here.")
    return scope


def current_client() -> str:
    """The code of the client that the work in progress is done as; UnscopedWork where it is done as no client."""
    code = current().client
    if code is None:
        raise UnscopedWork("This is a client's work, and no client's scope is in force.")
    return code
