from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import psycopg.errors
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQLWrapper
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.utils.functional import cached_property
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from django_tenants.postgresql_backend.base import FakeTenant
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.types.array import ListDumper

from core.backend.features import DatabaseFeatures
from core.errors import UnscopedWork

if TYPE_CHECKING:
    from core.scope import Scope


class RecordingSchemaEditor(DatabaseSchemaEditor):
    """Django's schema editor; while `connection.recorded_ddl` is a list it also notes what it executed."""

    def execute(self, sql: Any, params: Any = ()) -> Any:
        recorded: list[str] | None = self.connection.recorded_ddl  # type: ignore[attr-defined]
        if recorded is not None:
            text = str(sql)
            if params:
                text = psycopg.ClientCursor(self.connection.connection).mogrify(text, params)
            recorded.append(text.rstrip().rstrip(";"))
        return super().execute(sql, params)


class ListOfNumbersDumper(ListDumper):
    """Lists, those of whole numbers in one go: every command names its ids, and one by one they cost six times that."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        if set(map(type, obj)) == {int}:
            return f"{{{','.join(map(str, obj))}}}".encode()
        return super().dump(obj)


class DatabaseWrapper(TenantsWrapper):  # type: ignore[misc]
    """PostgreSQL where a transaction begins as one role on one search path, or not at all.

    django-tenants issues `SET search_path` for the session; a transaction-pooling proxy hands that session to the
    next client. Here role and path travel with BEGIN, in the same round trip, and end with the transaction.
    psycopg's own transaction handling stays off: the connection is always in autocommit and BEGIN is ours.
    """

    SchemaEditorClass = RecordingSchemaEditor
    features_class = DatabaseFeatures

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.scope: Scope | None = None
        self.session_scope: Scope | None = None
        self.recorded_ddl: list[str] | None = None
        self.switches = 0
        super().__init__(*args, **kwargs)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        adapters = AdaptersMap(params["context"])
        adapters.register_dumper(list, ListOfNumbersDumper)
        return {**params, "context": adapters}

    @cached_property
    def pg_version(self) -> int:  # Django opens a cursor to ask for it, which no scope allows
        self.ensure_connection()
        return int(self.connection.info.server_version)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        # django-tenants' own bookkeeping, without its content type cache (no client app has content types).
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public

    def adopt(self, scope: Scope | None) -> None:
        """Remember `scope` as the one in force; says nothing to the database."""
        self.scope = scope
        self.set_tenant(FakeTenant(scope.schema if scope else "public"))

    def switch(self, scope: Scope | None) -> None:
        """Change role and search path inside the running transaction."""
        self._command(scope.statement if scope else "SET LOCAL ROLE NONE")
        self.switches += 1
        self.adopt(scope)

    def _set_autocommit(self, autocommit: bool) -> None:
        with self.wrap_database_errors:
            if autocommit:
                self.connection.autocommit = True
            else:
                self._command(self.scope.begin if self.scope else "BEGIN")

    # Savepoints and the check of deferred constraints belong to the transaction, whatever its scope.

    def _savepoint(self, sid: str) -> None:
        self._say(self.ops.savepoint_create_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        self._say(self.ops.savepoint_rollback_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        self._say(self.ops.savepoint_commit_sql(sid))

    def check_constraints(self, table_names: Any = None) -> None:
        self._say("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    def _say(self, sql: str) -> None:
        with self.wrap_database_errors:
            self._command(sql)

    def _command(self, sql: str) -> None:
        # Commands without parameters or rows: a cursor for each would cost as much as the command itself.
        result = self.connection.pgconn.exec_(sql.encode())
        if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY):
            raise psycopg.errors.error_from_result(result, encoding=self.connection.info.encoding)

    def _cursor(self, name: str | None = None) -> Any:
        if self.session_scope is None and (self.scope is None or not self.in_atomic_block):
            raise UnscopedWork(
                "A query outside of any scope. Work for a client runs in scope.client(code), the operator's in "
                "scope.operator(); both open the transaction that the query belongs to."
            )
        return PostgreSQLWrapper._cursor(self, name)  # type: ignore[attr-defined]

    @contextlib.contextmanager
    def session(self, scope: Scope) -> Iterator[None]:
        """Work as `scope` outside of transactions too: for upgrades, on a direct connection, never behind a pool."""
        self.ensure_connection()
        with self.wrap_database_errors:
            self.connection.execute(scope.session_statement)
        self.session_scope = scope
        self.adopt(scope)
        try:
            yield
        finally:
            self.session_scope = None
            self.adopt(None)
            if self.connection is not None:
                self.connection.execute("RESET ROLE; RESET search_path")
