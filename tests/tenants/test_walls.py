from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from core import scope
from core.errors import UnscopedWork
from orders.models import Channel
from tenants.models import Client, Membership, Person


def test_a_query_outside_of_any_scope_is_a_bug(db: None) -> None:
    with pytest.raises(UnscopedWork):
        Client.objects.count()


def test_a_clients_role_reads_its_own_schema_alone(db: None) -> None:
    with scope.client("acme"):
        Channel.objects.create(code="shop", name="本店", profile="nextengine")
    with scope.client("bravo"):
        assert not Channel.objects.exists()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute('SELECT * FROM "c_acme".orders_channel')


def test_shared_tables_show_a_client_its_own_rows_alone(db: None) -> None:
    with scope.operator():
        anna, ben = (Person.objects.create(email=f"{n}@example.jp", name=n) for n in ("anna", "ben"))
        Membership.objects.create(person=anna, client="acme", role="owner")
        Membership.objects.create(person=ben, client="bravo", role="owner")
    with scope.client("acme"):
        assert [c.code for c in Client.objects.all()] == ["acme"]
        assert [p.email for p in Person.objects.all()] == ["anna@example.jp"]
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Membership.objects.create(person=anna, client="bravo", role="owner")
        assert Membership.objects.filter(client="bravo").update(role="viewer") == 0


def test_scopes_nest_and_come_back(db: None) -> None:
    with scope.operator():
        with scope.client("acme"):
            assert _role().endswith(":acme")
        assert _role() == "portal_operator"


def test_an_error_inside_leaves_the_outer_scope_as_it_was(db: None) -> None:
    with scope.operator():
        with pytest.raises(ZeroDivisionError), scope.client("acme"):
            Channel.objects.create(code="gone", name="消える", profile="x")
            raise ZeroDivisionError
        assert _role() == "portal_operator"
        with scope.client("acme"):
            assert not Channel.objects.exists()


def _role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
