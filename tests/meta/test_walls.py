"""The wall between clients, held against the database as the upgrade left it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from core import scope
from tenants import schemas
from tenants.walls import APPEND_ONLY, SHARED, SHARED_APPEND_ONLY

# Made by Django, not by a model of ours.
BOOKKEEPING = {"django_migrations"}

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
_RIGHTS = """
    SELECT table_name, privilege_type FROM information_schema.role_table_grants
     WHERE grantee IN ('portal_client', 'PUBLIC', %s) AND table_schema = 'public'
"""
_UNFORCED = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)"


def tables_in(schema: str) -> set[str]:
    """The tables of a schema."""
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(_TABLES, [schema])
        return {name for (name,) in cursor.fetchall()}


def tables_of(*, clients: bool) -> set[str]:
    """The tables that the models of the clients' apps have, or those of the shared apps."""
    labels = schemas.client_apps()
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if (model._meta.app_label in labels) == clients and model._meta.managed
    }


def denied(sql: str) -> bool:
    """Whether PostgreSQL refuses this to the role at hand."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be" in str(error)
    return False


def test_client_tables_are_in_client_schemas_alone(db: None) -> None:
    assert tables_of(clients=True) & tables_in("public") == set()
    assert tables_in("c_acme") == tables_of(clients=True)


def test_shared_tables_are_in_public_alone(db: None) -> None:
    assert tables_of(clients=False) & tables_in("c_acme") == set()


def test_two_clients_have_the_same_tables(db: None) -> None:
    assert tables_in("c_acme") == tables_in("c_bravo") == tables_in("c_") - BOOKKEEPING


def test_no_client_table_points_at_a_shared_one(db: None) -> None:
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = 'c_acme'::regnamespace"
            "   AND confrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        )
        assert cursor.fetchall() == []


def test_a_client_has_the_rights_of_the_walls_and_no_others(db: None) -> None:
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(_RIGHTS, [scope.role_of("acme")])
        granted: dict[str, set[str]] = {}
        for table, right in cursor.fetchall():
            granted.setdefault(table, set()).add(right)
    assert granted == {table: set(wall.rights.split(", ")) for table, wall in SHARED.items()}


def test_every_wall_stands(db: None) -> None:
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(f"{_UNFORCED} AND NOT relrowsecurity", [list(SHARED)])
        assert cursor.fetchall() == []
        cursor.execute(_UNFORCED, [list(SHARED)])
        assert {name for (name,) in cursor.fetchall()} == set(SHARED)


def test_tables_out_of_reach_are_denied_to_a_client(acme: str) -> None:
    unwalled = tables_in("public") - set(SHARED)
    assert unwalled
    assert [table for table in sorted(unwalled) if not denied(f'SELECT 1 FROM public."{table}"')] == []


@pytest.mark.parametrize("schema", ["c_bravo", "c_"])
def test_another_schema_is_denied_to_a_client(acme: str, schema: str) -> None:
    for table in sorted(tables_in(schema)):
        assert denied(f'SELECT 1 FROM "{schema}"."{table}"'), table
        assert denied(f'DELETE FROM "{schema}"."{table}"'), table


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE public.mine (id int)",
        'CREATE TABLE "c_acme".mine (id int)',
        'DROP TABLE "c_acme".orders_order CASCADE',
        "CREATE ROLE mine",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
    ],
)
def test_a_client_makes_drops_and_runs_nothing(acme: str, sql: str) -> None:
    assert denied(sql)


def test_the_record_is_only_ever_added_to(acme: str) -> None:
    for table in APPEND_ONLY:
        assert denied(f"UPDATE {table} SET id = id")
        assert denied(f"DELETE FROM {table}")
        assert denied(f"TRUNCATE {table}")


def test_the_operators_record_is_only_ever_added_to(as_operator: None) -> None:
    for table in SHARED_APPEND_ONLY:
        assert denied(f"DELETE FROM {table}")
        assert denied(f"UPDATE {table} SET id = id")


def test_the_operator_reaches_no_client_schema(as_operator: None) -> None:
    assert denied('SELECT 1 FROM "c_acme".orders_order')


def test_every_app_is_either_shared_or_the_clients() -> None:
    assert not set(settings.SHARED_APPS) & set(settings.TENANT_APPS)
