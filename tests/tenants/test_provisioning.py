"""A new client: everything or nothing; and what its role may do, said in raw SQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction

from core import scope
from core.errors import Refused
from core.events import Actor
from orders.models import Channel
from tenants import queries, schemas, services, tasks
from tenants.models import AccessLog, Client, Domain, SchemaChange, SpareSchema
from tests import databases
from tests.conftest import OPERATOR

AT = datetime(2026, 3, 2, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("committed")


def make(code: str, actor: Actor = OPERATOR) -> Client:
    return services.create_client(code=code, name="新会社", actor=actor, at=AT)


def traces(code: str) -> list[str]:
    """What there is of the client in the database and the cluster."""
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'schema' FROM pg_namespace WHERE nspname = %s"
            " UNION ALL SELECT 'role' FROM pg_roles WHERE rolname = %s"
            " UNION ALL SELECT 'row' FROM tenants_client WHERE code = %s"
            " UNION ALL SELECT 'host' FROM tenants_domain WHERE domain = %s"
            " UNION ALL SELECT 'log' FROM tenants_accesslog WHERE subject = %s",
            [scope.schema_of(code), scope.role_of(code), code, f"{code}.localhost", code],
        )
        return sorted(row[0] for row in cursor.fetchall())


def run(sql: str) -> list[tuple[object, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def denied(sql: str) -> bool:
    try:
        run(sql)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "row-level security" in str(error) or "must be" in str(error)
    return False


def test_a_new_client_has_all_it_needs_and_is_found_by_its_host() -> None:
    make("one")
    assert traces("one") == ["host", "log", "role", "row", "schema"]
    found = queries.client_of_host("one.localhost")
    assert found is not None
    assert found.code == "one"
    with scope.client("one"):
        assert run("SELECT count(*) FROM orders_order") == [(0,)]
        assert Client.objects.get().schema_version == schemas_version()


def schemas_version() -> int:
    with scope.operator():
        return max(SchemaChange.objects.values_list("version", flat=True))


@pytest.mark.parametrize("spares", [0, 1])
def test_a_failure_at_the_last_step_leaves_nothing(spares: int) -> None:
    for _n in range(spares):
        schemas.make_spare()
    with pytest.raises(DataError):
        make(f"two-{spares}", actor=Actor("person", "1", "長" * 101))
    assert traces(f"two-{spares}") == []
    with scope.owner():
        assert SpareSchema.objects.count() == spares
        for spare in SpareSchema.objects.all():
            assert traces(spare.name) == ["role", "schema"]
    make(f"two-{spares}")


def test_a_failure_half_way_leaves_nothing() -> None:
    with scope.owner():
        run('CREATE SCHEMA "c_three"')
    with pytest.raises(ProgrammingError, match="already exists"):
        make("three")
    assert traces("three") == ["schema"]
    with scope.owner():
        run('DROP SCHEMA "c_three"')
    make("three")


def test_of_two_who_want_the_same_code_one_gets_it() -> None:
    start = threading.Barrier(2)
    answers: list[str] = []

    def want() -> None:
        start.wait()
        try:
            make("four")
            answers.append("made")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    both = [threading.Thread(target=want) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == ["made", "taken"]
    assert traces("four") == ["host", "log", "role", "row", "schema"]


@pytest.mark.parametrize("code", ["acme"])
def test_a_code_in_use_is_refused(code: str) -> None:
    with pytest.raises(Refused, match="すでに使われています"):
        make(code)


@pytest.mark.parametrize("code", ["www", "a", "A", "1x", "x_y", "spare-9", "x-", 'x"; DROP', "x" * 31])
def test_a_code_that_is_no_host_name_is_refused(code: str) -> None:
    with pytest.raises(Refused):
        make(code)


def test_a_schema_made_ahead_takes_the_clients_name() -> None:
    with scope.owner():
        SpareSchema.objects.all().delete()
    spare = schemas.make_spare()
    make("five")
    assert traces(spare) == []
    assert traces("five") == ["host", "log", "role", "row", "schema"]
    with scope.client("five"):
        Channel.objects.create(code="x", name="x", profile="x")
        assert run("SELECT current_user::text, current_schema()::text") == [(scope.role_of("five"), "c_five")]
        assert denied("DELETE FROM core_event")
    with scope.client("acme"):
        assert denied('SELECT * FROM "c_five".orders_channel')


def test_some_are_kept_ready_and_no_more() -> None:
    with scope.operator():
        tasks.keep_spares()
        tasks.keep_spares()
        assert SpareSchema.objects.count() == tasks.SPARES


def test_an_outdated_spare_is_never_taken_and_goes_with_the_next_upgrade() -> None:
    old = schemas.make_spare()
    with scope.owner():
        SpareSchema.objects.update(schema_version=0)
    make("six")
    assert traces(old) == ["role", "schema"]
    schemas.upgrade_clients()
    assert traces(old) == []


def test_a_client_that_is_behind_catches_up_and_the_others_are_left_alone() -> None:
    make("seven")
    with scope.owner():
        last = SchemaChange.objects.create(
            version=schemas_version() + 1, app="orders", name="9999_test", sql="CREATE TABLE extra (id int)"
        )
        Client.objects.exclude(code="seven").update(schema_version=last.version)
    try:
        assert schemas.upgrade_clients() == ["seven"]
        assert schemas.upgrade_clients() == []
        with scope.client("seven"):
            assert run("SELECT count(*) FROM extra") == [(0,)]
    finally:
        with scope.owner():
            last.delete()
            run('DROP TABLE "c_seven".extra')
            Client.objects.update(schema_version=schemas_version())


def test_a_client_whose_tables_are_in_use_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "LOCK_TIMEOUT", "20ms")
    make("busy")
    make("free")
    with scope.owner():
        last = SchemaChange.objects.create(
            version=schemas_version() + 2, app="orders", name="9998_test", sql="ALTER TABLE orders_channel ADD x int"
        )
        Client.objects.exclude(code__in=["busy", "free"]).update(schema_version=last.version)
    with psycopg.connect(databases.SUPERUSER, dbname=settings.DATABASES["default"]["NAME"]) as reader:
        reader.execute('SELECT count(*) FROM "c_busy".orders_channel')
        with pytest.raises(OperationalError):
            schemas.upgrade_clients()
        reader.rollback()
    assert schemas.upgrade_clients() == ["busy"]
    with scope.owner():
        last.delete()
        run('ALTER TABLE "c_busy".orders_channel DROP x; ALTER TABLE "c_free".orders_channel DROP x')
        Client.objects.update(schema_version=schemas_version())


# What a client's role may do, in raw SQL.


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT * FROM "c_eight".orders_channel',
        "INSERT INTO \"c_eight\".orders_channel (code, name, profile, is_active) VALUES ('x', 'x', 'x', true)",
        'SET LOCAL search_path = "c_eight", "c_acme"; TABLE "c_eight".orders_channel',
        "UPDATE core_event SET name = 'x'",
        "DELETE FROM core_event",
        "TRUNCATE core_event",
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "ALTER TABLE orders_channel ADD COLUMN x int",
        "DROP TABLE orders_channel",
        "UPDATE tenants_client SET state = 'inactive'",
        "INSERT INTO tenants_person (email, name, password, language, is_active) VALUES ('x', 'x', 'x', 'ja', true)",
        "DELETE FROM tenants_person",
        "INSERT INTO tenants_membership (client, role, person_id) VALUES ('eight', 'owner', 1)",
        "INSERT INTO tenants_accesslog"
        " (at, client, actor_kind, actor_id, actor_name, action, subject, request_id, data)"
        " VALUES (now(), 'eight', 'x', 'x', 'x', 'x', 'x', 'x', '{}')",
        "DELETE FROM tenants_accesslog",
        "UPDATE jobs_job SET state = 'done'",
        "TABLE tenants_team",
        "TABLE tenants_schemachange",
        "TABLE tenants_spareschema",
        "CREATE ROLE mine",
        "CREATE SCHEMA mine",
    ],
)
def test_a_clients_role_is_denied(eight: None, sql: str) -> None:
    with scope.client("acme"):
        assert denied(sql), sql


@pytest.fixture(scope="module")
def eight(own_database: None) -> None:
    make("eight")


def test_a_clients_role_sees_its_own_rows_of_every_shared_table(eight: None) -> None:
    with scope.client("acme"):
        for table, column in (
            ("tenants_client", "code"),
            ("tenants_accesslog", "client"),
            ("tenants_membership", "client"),
            ("tenants_session", "client"),
            ("jobs_job", "client"),
            ("operations_workitem", "client"),
        ):
            assert {row[0] for row in run(f"SELECT {column} FROM {table}")} <= {"acme"}, table


def test_the_operators_role_sees_no_clients_schema() -> None:
    with scope.operator():
        assert denied('SELECT * FROM "c_acme".orders_channel')
        assert denied("DELETE FROM tenants_accesslog")
        assert denied("CREATE TABLE mine (id int)")


def test_the_login_role_by_itself_can_do_nothing() -> None:
    with psycopg.connect(_login()) as session:
        for sql in (
            "TABLE public.tenants_client",
            'TABLE "c_acme".orders_channel',
            "CREATE TABLE public.mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), session.transaction():
                session.execute(sql)


def test_the_wall_stops_mistakes_and_not_whoever_sends_statements_of_their_own(eight: None) -> None:
    """The known limit, kept here so that nobody relies on more: RESET ROLE and SET ROLE are always open to a session
    (docs/adr/0001). Whoever can send a whole statement is the login role, and may become any client.
    """
    with scope.client("acme"), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user::text")
        assert cursor.fetchone() == (settings.DATABASES["default"]["USER"],)
        cursor.execute(f'SET LOCAL ROLE "{scope.role_of("eight")}"')
        cursor.execute('SELECT count(*) FROM "c_eight".orders_channel')
        assert cursor.fetchone() == (0,)


# Behind a proxy that pools by transaction.


def _login() -> str:
    given = settings.DATABASES["default"]
    host = given["OPTIONS"].get("host", given["HOST"])
    return psycopg.conninfo.make_conninfo(host=host, user=given["USER"], dbname=given["NAME"])


def _session_state() -> tuple[object, ...]:
    """What the server's session remembers once no transaction is open."""
    with connection.wrap_database_errors:
        row = connection.connection.execute(
            "SELECT current_user::text, current_setting('search_path'), current_setting('timezone'),"
            " (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors)"
        ).fetchone()
    return tuple(row)


def test_nothing_of_a_client_survives_its_transaction(eight: None) -> None:
    connection.close()
    with scope.operator():
        pass
    fresh = _session_state()
    for code in ("acme", "eight", "acme"):
        with scope.client(code):
            list(AccessLog.objects.all()[:5])
            list(AccessLog.objects.iterator(chunk_size=1))
            assert run("SELECT current_schema()::text") == [(f"c_{code}",)]
        assert _session_state() == fresh
    with pytest.raises(ZeroDivisionError), scope.client("acme"):
        raise ZeroDivisionError
    assert _session_state() == fresh


def test_two_clients_take_turns_on_one_server_session(eight: None) -> None:
    """What a pooling proxy does: the transactions of two clients, one after the other, on the same session."""
    with scope.client("acme"):
        pass
    first = connection.connection.info.backend_pid
    seen: list[object] = []
    for code in ("acme", "eight") * 3:
        with scope.client(code):
            seen.append(run("SELECT code FROM tenants_client"))
        assert connection.connection.info.backend_pid == first
    assert seen == [[("acme",)], [("eight",)]] * 3


def test_an_inactive_clients_hosts_are_known_but_closed(eight: None) -> None:
    services.set_client_state("eight", Client.INACTIVE, actor=OPERATOR, at=AT)
    found = queries.client_of_host("eight.localhost")
    assert found is not None
    assert not found.is_active
    with scope.owner():
        assert Domain.objects.filter(domain="eight.localhost").exists()
