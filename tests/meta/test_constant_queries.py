"""Every page and every endpoint that reads asks as often for three of everything as for one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from core import clock, scope
from orders.queries import listing
from tenants.models import Person
from tenants.roles import ROLES
from tests.api.conftest import Program, program
from tests.factories.people import client_person, login, staff
from tests.meta.addresses import Address, all_addresses
from tests.meta.planting import Ids, plant

# What a page is asked for, where it shows nothing of itself.
QUERIES = {"search": "?q=T-0", "archive": "?q=T-", "postcodes": "?postcode=4980000"}

# Tables that nobody reads a list of.
UNLISTED = {
    "series_issuer",  # the operator itself, one row
    "series_series",  # what numbers were taken
    "documents_paperseries",  # the same, of a client
    "tenants_spareschema",  # between upgrade and the next client
    "tenants_schemachange",
    "account_emailconfirmation",  # allauth's, between a mail and the click on its link
    "django_session",  # replaced by tenants_session
    "django_content_type",
    "auth_permission",
    "auth_group",
}
OPENED = ("answered 200", "answered 204", "answered 302")
Asked = dict[str, list[str]]
"""Address (and choice of what it shows) to what it answered and asked."""


@dataclass(frozen=True)
class Readers:
    """Who looks: the client's owner, one of each role of the operator, and a program with every scope.

    people: the persons among them, the owner first; staff: by role, whoever may most first.
    """

    people: list[Person]
    owner: Client
    staff: dict[str, Client]
    program: Program

    def of(self, address: Address) -> tuple[Client, dict[str, str]]:
        """Whoever may open the address, and the headers they send."""
        if not address.is_page:
            return self.program.browser, self.program.headers
        if address.host == "client":
            return self.owner, {}
        return next(one for role, one in self.staff.items() if address.opens_for(ROLES[role].permissions)), {}


def may_be_read(address: Address) -> bool:
    """Whether somebody reads there: a page that a role opens, an endpoint that a token does."""
    if not address.is_page:
        return bool(address.scopes.get("GET"))
    roles = [role for role in ROLES.values() if role.side == address.host]
    opens = any(address.opens_for(role.permissions) for role in roles)
    return "GET" in address.methods and address.side in ("both", address.host) and opens


READING = [address for address in all_addresses() if may_be_read(address)]


@pytest.fixture
def readers(
    db: None, settings: Settings, tmp_path: Path, at: Callable[[str], datetime], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Readers]:
    """It is Thursday 1 October 2026, 10:00 in Tokyo. A page of orders holds all: a second one would be counted for."""
    monkeypatch.setitem(listing.page.__kwdefaults__ or {}, "size", 1000)
    settings.MOVED_CLOCK = tmp_path / "clock"
    clock.move(at("2026-10-01 10:00"))
    cache.clear()
    owner = client_person("owner", "acme")
    roles = sorted(ROLES.values(), key=lambda role: -len(role.permissions))
    people = {role.key: staff(role.key, serves=["acme"]) for role in roles if role.side == "operator"}
    yield Readers(
        [owner, *people.values()],
        login(Client(), owner, "acme"),
        {role: login(Client(), person) for role, person in people.items()},
        program("acme"),
    )
    clock.release()


def test_every_page_asks_as_often_for_three_of_everything_as_for_one(readers: Readers) -> None:
    none = rows()
    one = asked_everywhere(readers, plant(1, readers.people))
    planted = rows()
    plant(2, readers.people)
    three = asked_everywhere(readers, plant(3, readers.people))
    grown = rows()

    # What is compared is there: every table holds one and then three, and every address was opened.
    assert {table for table in none if not none[table] < planted[table] <= grown[table] - 2} <= UNLISTED
    assert addresses(three) - addresses({place: asked for place, asked in three.items() if asked[0] in OPENED}) == set()
    assert one.keys() == three.keys()
    wrong = [f"{place}\n{difference(one[place], three[place])}" for place in one if not same(one[place], three[place])]
    assert not wrong, "\n".join(wrong)


def addresses(asked: Asked) -> set[str]:
    """The addresses among these, whatever they were to show."""
    return {place.rpartition(" ")[0] for place in asked}


def same(one: list[str], three: list[str]) -> bool:
    """Whether there was the same answer, after as many questions."""
    return one[0] == three[0] and len(one) == len(three)


def rows() -> dict[str, int]:
    """How many rows each table of acme, and each shared one that has a model, holds."""
    counts = {}
    with scope.owner(), connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute("SELECT to_regclass(%s), to_regclass(%s)", [f"c_acme.{table}", f"public.{table}"])
            where = next(filter(None, cursor.fetchone()), None)
            if where:
                cursor.execute(f"SELECT count(*) FROM {where}")
                counts[table] = cursor.fetchone()[0]
    return counts


def asked_everywhere(readers: Readers, choices: dict[str, Ids]) -> Asked:
    """What each address answers and asks, after somebody's first request, which asks who they are and notes it."""
    asked = {}
    met = set()
    for address in READING:
        for choice, path in paths(address, choices):
            browser, _headers = readers.of(address)
            if browser not in met:
                met.add(browser)
                answer(address, path, readers)
            with CaptureQueriesContext(connection) as queries:
                status = answer(address, path, readers).status_code
            asked[f"{address.host} {address.route} {choice}"] = [f"answered {status}", *map(shape, queries)]
    return asked


def shape(query: dict[str, str]) -> str:
    """A statement without its values, and with one of those that it lists."""
    return re.sub(r"\?(, \?)+", "?", re.sub(r"'[^']*'|\b\d+\b|\bs\d+_x\d+", "?", query["sql"]))


def paths(address: Address, choices: dict[str, Ids]) -> list[tuple[str, str]]:
    """The paths of an address, each with the first choice that leads there."""
    found: dict[str, str] = {}
    for choice, ids in choices.items():
        found.setdefault(address.path(ids) + QUERIES.get(address.name, ""), choice)
    return [(choice, path) for path, choice in found.items()]


def answer(address: Address, path: str, readers: Readers) -> HttpResponseBase:
    """The answer, read to its end."""
    browser, headers = readers.of(address)
    given: HttpResponseBase = browser.get(path, headers=headers)
    if given.streaming:
        b"".join(given)
    return given


def difference(one: list[str], three: list[str]) -> str:
    """Which statements are asked more often (+) or less often (-) for three, a line each."""
    counted = Counter(three)
    counted.subtract(Counter(one))
    return "\n".join(f"  {count:+d} {sql[:300]}" for sql, count in counted.items() if count)
