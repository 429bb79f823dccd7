"""Claiming by many at the same time, on a database of its own, each with a session of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.rows import tuple_row

from portal.endpoints import postgres_url
from tests import databases, environment

pytestmark = pytest.mark.services

DATABASE = f"{environment.DATABASE}_claims"
START = (-(2**63), 0, 0)
_CLAIM = """
    SELECT place_rank, place_item, seen, (item).id
      FROM operations_claim('{pick}', '{acme}', %s, %s, %s, %s, 'x', %s, 1)
"""
_INSERT = """
    WITH entered AS (
        INSERT INTO operations_workitem (client, kind, subject_kind, subject_id, order_id, title, due_at)
        SELECT 'acme', 'pick', 'shipment', g, g, 'x', timestamptz '2026-10-01 00:00+00' + g * interval '1 minute'
          FROM generate_series(%s::int, %s::int) g
        RETURNING client, kind, rank, id)
    INSERT INTO operations_refill (client, kind, rank, item_id)
    SELECT client, kind, rank, id FROM entered ORDER BY rank LIMIT 1
"""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database with the queue's tables."""
    databases.make(DATABASE)
    yield postgres_url(environment.VAR, user="portal", database=DATABASE)
    with psycopg.connect(databases.SUPERUSER, autocommit=True) as session:
        databases.drop(session, DATABASE)


@pytest.fixture
def queue(database: str) -> Iterator[psycopg.Connection]:
    """A session of the operator on an empty queue."""
    with session(database) as empty:
        empty.execute("TRUNCATE operations_workitem, operations_refill")
    with session(database, role="portal_operator") as mine:
        yield mine


def session(database: str, role: str = "portal_owner") -> psycopg.Connection:
    """A session of its own."""
    opened = psycopg.connect(database, autocommit=True, row_factory=tuple_row)
    opened.execute(f'SET ROLE "{role}"'.encode())
    return opened


def fill(where: psycopg.Connection, first: int, last: int) -> None:
    """Items due at these minutes, announced."""
    where.execute(_INSERT, [first, last])


def claim(where: psycopg.Connection, person: int, place: tuple[int, int, int]) -> tuple[tuple[int, int, int], int]:
    """Claim one; the next place to begin at, and the subject's number, 0 where there was nothing."""
    row = where.execute(_CLAIM, [*place, person, datetime(2026, 10, 1, tzinfo=UTC)]).fetchone()
    assert row is not None
    found = where.execute("SELECT subject_id FROM operations_workitem WHERE id = %s", [row[3]]).fetchone()
    return row[:3], found[0] if found else 0


def test_of_many_who_claim_at_once_each_gets_their_own(queue: psycopg.Connection, database: str) -> None:
    fill(queue, 1, 120)

    def work(person: int) -> list[int]:
        mine: list[int] = []
        place = START
        with session(database, role="portal_operator") as own:
            while True:
                place, subject = claim(own, person, place)
                if not subject:
                    return mine
                mine.append(subject)

    with ThreadPoolExecutor(8) as people:
        taken = [subject for mine in people.map(work, range(1, 9)) for subject in mine]

    assert sorted(taken) == list(range(1, 121))


def test_nobody_waits_for_a_claim_that_is_under_way(queue: psycopg.Connection, database: str) -> None:
    fill(queue, 1, 2)
    with session(database, role="portal_operator") as slow, slow.transaction():
        assert claim(slow, 1, START)[1] == 1
        assert claim(queue, 2, START)[1] == 2


def test_what_was_written_before_a_bookmark_and_committed_after_is_seen(
    queue: psycopg.Connection, database: str
) -> None:
    fill(queue, 10, 20)
    with session(database, role="portal_operator") as late:
        with late.transaction():
            fill(late, 1, 1)
            place, first = claim(queue, 1, START)
            place, second = claim(queue, 1, place)
            assert (first, second) == (10, 11)
        assert claim(queue, 1, place)[1] == 1


def test_a_claim_that_failed_is_seen_again(queue: psycopg.Connection, database: str) -> None:
    fill(queue, 1, 5)
    with session(database, role="portal_operator") as failing:
        with failing.transaction(force_rollback=True):
            assert claim(failing, 1, START)[1] == 1
            place, second = claim(queue, 2, START)
            place, third = claim(queue, 2, place)
            assert (second, third) == (2, 3)
        assert claim(queue, 2, place)[1] == 1


def test_nothing_left_is_not_the_end(queue: psycopg.Connection, database: str) -> None:
    fill(queue, 5, 5)
    place, _only = claim(queue, 1, START)
    place, nothing = claim(queue, 1, place)
    fill(queue, 1, 1)

    assert nothing == 0
    assert claim(queue, 1, place)[1] == 1


def test_no_client_may_claim(queue: psycopg.Connection, database: str) -> None:
    with session(database) as owner:
        owner.execute("GRANT portal_client TO portal WITH SET TRUE")
    with session(database, role="portal_client") as client, pytest.raises(psycopg.errors.InsufficientPrivilege):
        claim(client, 1, START)
