"""The clients' schemas: made from the recorded SQL of their migrations, kept up to date by replaying what is new.

django-tenants' migrate_schemas walks every schema at every release, quadratically. Here the client apps' migrations
run once, on a template schema; what they execute is recorded (tenants.SchemaChange) and replayed, one transaction a
client, only where a client's registry row says it is behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.models import Max

from core import scope
from core.scope import Scope
from tenants import walls
from tenants.models import Client, SchemaChange, SpareSchema

TEMPLATE = Scope(role="portal_owner", schema="c_", public=False)
LOCK_TIMEOUT = "2s"


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
    changes = list(SchemaChange.objects.filter(version__gt=after).order_by("version"))
    sql = ";\n".join(change.sql for change in changes if change.sql)
    held = scope.connection()
    with held.cursor() as cursor:
        cursor.execute(f'SET LOCAL search_path = "{schema}"')
        if sql:
            cursor.execute(sql)
            cursor.execute(
                ";".join(f"REVOKE UPDATE, DELETE, TRUNCATE ON {t} FROM {_grantee(schema)}" for t in walls.APPEND_ONLY)
            )
        cursor.execute("SET LOCAL search_path = public")
    return changes[-1].version if changes else after


def _grantee(schema: str) -> str:
    return f'"{scope.role_of(schema.removeprefix("c_"))}"'


def make(name: str) -> int:
    """Make schema, role, grants and tables for `name` in the owner's transaction at hand; returns the version."""
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
            ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO "{role}"
        """)
    return replay(schema, after=0)


def make_spare() -> str:
    """Make one schema ahead, for a client that has no name yet."""
    name = f"spare-{secrets.token_hex(4)}"
    with scope.owner():
        version = make(name)
        SpareSchema.objects.create(name=name, schema_version=version)
    return name


def adopt_spare(code: str) -> int | None:
    """Give a schema made ahead the client's name, in the owner's transaction at hand.

    Returns its version, or None where no spare is there that is up to date.
    """
    spare = (
        SpareSchema.objects.select_for_update(skip_locked=True)
        .filter(schema_version=latest_version())
        .order_by("name")
        .first()
    )
    if spare is None:
        return None
    with scope.connection().cursor() as cursor:
        cursor.execute(f"""
            ALTER SCHEMA "{scope.schema_of(spare.name)}" RENAME TO "{scope.schema_of(code)}";
            ALTER ROLE "{scope.role_of(spare.name)}" RENAME TO "{scope.role_of(code)}"
        """)
    version = spare.schema_version
    spare.delete()
    return version


def upgrade_clients(codes: Iterable[str] | None = None) -> list[str]:
    """Replay what is new on every client that is behind, a transaction each; returns the codes that were behind."""
    with scope.owner():
        target = latest_version()
        behind = Client.objects.filter(schema_version__lt=target).order_by("code")
        names = list((behind if codes is None else behind.filter(code__in=codes)).values_list("code", flat=True))
    for code in names:
        with scope.owner():
            _upgrade(code)
    with scope.owner():
        _drop_outdated_spares(target)
    return names


def _upgrade(code: str) -> None:
    with transaction.atomic(), scope.connection().cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        client = Client.objects.select_for_update().get(code=code)
        version = replay(client.schema_name, after=client.schema_version)
        Client.objects.filter(pk=client.pk).update(schema_version=version)


def _drop_outdated_spares(target: int) -> None:
    with scope.connection().cursor() as cursor:
        for spare in SpareSchema.objects.select_for_update(skip_locked=True).filter(schema_version__lt=target):
            cursor.execute(f"""
                DROP SCHEMA "{scope.schema_of(spare.name)}" CASCADE;
                DROP OWNED BY "{scope.role_of(spare.name)}";
                DROP ROLE "{scope.role_of(spare.name)}"
            """)
            spare.delete()
