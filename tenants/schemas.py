"""The clients' schemas: made from the recorded SQL of their migrations, kept up to date by replaying what is new.

django-tenants' migrate_schemas walks every schema at every release, quadratically. Here the client apps' migrations
run once, on a template schema; what they execute is recorded (tenants.SchemaChange) and replayed, one transaction a
client, only where a client's registry row says it is behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.models import Max
from psycopg.errors import LockNotAvailable

from core import scope
from core.scope import Scope
from tenants import walls
from tenants.models import Client, SchemaChange, SpareSchema

TEMPLATE = Scope(role="portal_owner", schema="c_", public=False)
LOCK_TIMEOUT = "2s"
ROUNDS = 5


def client_apps() -> set[str]:
    """The labels of the apps whose tables live in the clients' schemas."""
    return {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}


def record_changes() -> int:
    """Bring the template schema up to date and record the SQL that did it; returns how many changes are new."""
    held = scope.connection()
    with held.session(scope.OWNER), connection.cursor() as cursor:
        cursor.execute('CREATE SCHEMA IF NOT EXISTS "c_"')
    with held.session(TEMPLATE):
        changes = _migrate_recording()
    with scope.owner():
        version = latest_version()
        SchemaChange.objects.bulk_create(
            SchemaChange(version=version + n, app=app, name=name, sql=sql)
            for n, (app, name, sql) in enumerate(changes, 1)
        )
    return len(changes)


def _migrate_recording() -> list[tuple[str, str, str]]:
    held = scope.connection()
    changes: list[tuple[str, str, str]] = []

    def watch(action: str, migration: Migration | None = None, _fake: bool | None = False, /) -> None:
        if action == "apply_start":
            held.recorded_ddl = []
        elif action == "apply_success" and migration is not None:
            recorded, held.recorded_ddl = held.recorded_ddl or [], None
            changes.append((migration.app_label, migration.name, ";\n".join(recorded)))

    executor = MigrationExecutor(connection, watch)
    labels = client_apps()
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] in labels])
    return changes


def latest_version() -> int:
    """The version that every client should be at."""
    return SchemaChange.objects.aggregate(last=Max("version"))["last"] or 0


def replay(schema: str, *, after: int) -> int:
    """Run the changes after version `after` on `schema`, inside the caller's transaction; returns the new version."""
    version = latest_version()
    with scope.connection().cursor() as cursor:
        cursor.execute(_replay(schema, after, version))
    return version


def _replay(schema: str, after: int, version: int) -> str:
    """The whole replay as one text, for one round trip."""
    role = scope.role_of(schema.removeprefix("c_"))
    guarded = [f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}"' for table in walls.APPEND_ONLY]
    changes = _changes(str(settings.DATABASES["default"]["NAME"]), after, version)
    return ";\n".join([f'SET LOCAL search_path = "{schema}"', *changes, *guarded, "SET LOCAL search_path = public"])


@lru_cache(maxsize=8)
def _changes(_database: str, after: int, version: int) -> tuple[str, ...]:
    """The SQL of the changes in (after, version]; recorded changes never change, so that once is enough."""
    changes = SchemaChange.objects.filter(version__gt=after, version__lte=version).order_by("version")
    return tuple(sql for sql in changes.values_list("sql", flat=True) if sql)


def make(name: str, version: int) -> None:
    """Make schema, role, grants and tables of that version for `name`, in the owner's transaction at hand."""
    role, schema = scope.role_of(name), scope.schema_of(name)
    login = settings.DATABASES["default"]["USER"]
    with scope.connection().cursor() as cursor:
        cursor.execute(f"""
            CREATE ROLE "{role}" NOLOGIN;
            GRANT portal_client TO "{role}";
            GRANT "{role}" TO "{login}" WITH INHERIT FALSE, SET TRUE;
            CREATE SCHEMA "{schema}";
            GRANT USAGE ON SCHEMA "{schema}" TO "{role}";
            ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{role}";
            ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO "{role}";
            {_replay(schema, 0, version)}
        """)


def make_spare() -> str:
    """Make one schema ahead, for a client that has no name yet."""
    name = f"spare-{secrets.token_hex(4)}"
    with scope.owner():
        version = latest_version()
        make(name, version)
        SpareSchema.objects.create(name=name, schema_version=version)
    return name


_TAKE_SPARE = """
    WITH latest AS (SELECT coalesce(max(version), 0) AS version FROM tenants_schemachange),
         taken AS (DELETE FROM tenants_spareschema
                    WHERE name = (SELECT s.name FROM tenants_spareschema s, latest
                                   WHERE s.schema_version = latest.version
                                   ORDER BY s.name LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
                RETURNING name)
    SELECT latest.version, (SELECT name FROM taken) FROM latest
"""


def take_spare() -> tuple[int, str]:
    """Take a schema made ahead, in the owner's transaction at hand: the latest version, and its name or ""."""
    with scope.connection().cursor() as cursor:
        cursor.execute(_TAKE_SPARE)
        version, name = cursor.fetchone()
    return version, name or ""


def name_spare(spare: str, code: str) -> None:
    """Give a schema made ahead, and its role, the client's name."""
    with scope.connection().cursor() as cursor:
        cursor.execute(f"""
            ALTER SCHEMA "{scope.schema_of(spare)}" RENAME TO "{scope.schema_of(code)}";
            ALTER ROLE "{scope.role_of(spare)}" RENAME TO "{scope.role_of(code)}"
        """)


def upgrade_clients(codes: Iterable[str] | None = None) -> list[str]:
    """Replay what is new on every client that is behind, a transaction each; returns the codes that were behind.

    A client whose tables are in use at that moment is tried again after the others. Raises OperationalError where one
    is still in use after a few rounds; whoever is done by then stays done, and running it again takes up the rest.
    """
    with scope.owner():
        target = latest_version()
        behind = Client.objects.filter(schema_version__lt=target).order_by("code")
        names = list((behind if codes is None else behind.filter(code__in=codes)).values_list("code", flat=True))
    waiting = names
    for last in (False,) * (ROUNDS - 1) + (True,):
        waiting = [code for code in waiting if not _upgraded(code, insist=last)]
    with scope.owner():
        _drop_outdated_spares(target)
    return names


def _upgraded(code: str, *, insist: bool) -> bool:
    """Whether the client is upgraded now; False where its tables are in use, unless one insists."""
    try:
        with scope.owner(), scope.connection().cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            client = Client.objects.select_for_update().get(code=code)
            version = replay(client.schema_name, after=client.schema_version)
            Client.objects.filter(pk=client.pk).update(schema_version=version)
    except OperationalError as error:
        if insist or not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


def _drop_outdated_spares(target: int) -> None:
    with scope.connection().cursor() as cursor:
        for spare in SpareSchema.objects.select_for_update(skip_locked=True).filter(schema_version__lt=target):
            cursor.execute(f"""
                DROP SCHEMA "{scope.schema_of(spare.name)}" CASCADE;
                DROP ROLE "{scope.role_of(spare.name)}"
            """)
            spare.delete()
