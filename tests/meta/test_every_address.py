"""Every address of both hosts, tried by every role, by the neighbour's people and by nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

from core import scope
from documents.services import printing
from orders.models import ChangeRequest, FileFormat, Hold, Intake, OrderException, Return
from orders.services import changes, exceptions, holds, returning, ruling, threads
from orders.services.threads import Words
from projects.models import Task
from tenants.models import Person
from tenants.roles import ROLES, Role
from tests.conftest import OPERATOR
from tests.factories import operations, orders, projects
from tests.factories.buyers import ordered
from tests.factories.people import PASSWORD, client_person, host_of, login, staff
from tests.meta.addresses import Address, all_addresses

ADDRESSES = all_addresses()
PAGES = [address for address in ADDRESSES if address.is_page]
CLIENT_ROLES = [role for role in ROLES.values() if role.side == "client"]
STAFF_ROLES = [role for role in ROLES.values() if role.side == "operator"]

# Open to everybody, each for a reason of its own.
PUBLIC = {
    "invitation",
    "set_language",
    "health_live",
    "health_ready",
    "metrics",
    "schema",
    "reference",
    "tracking",
    "quote_page",
    "quote_paper",
    "supply_page",
    "supply_paper",
    "acceptance_page",
    "acceptance_paper",
    "mail_reports",
    "hook",  # a shop shows who it is by its signature
}
# What somebody who is not logged in needs: to come in, to get a new password, to leave.
ENTRANCES = {
    "account_login",
    "account_signup",  # says that accounts begin with an invitation
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_email_verification_sent",
    "mfa_login_webauthn",
}
# Written by looking alone: who is here, and what they looked at.
_VISITS = "('tenants_session', 'tenants_accesslog', 'usersessions_usersession', 'tenants_person')"
_TABLES = f"""
    SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables
     WHERE schemaname = 'c_acme' OR (schemaname = 'public' AND tablename NOT IN {_VISITS})
     ORDER BY 1
"""


@pytest.fixture
def ids(db: None, at: Callable[[str], Any]) -> dict[str, int]:
    """One object for each part of an address, all of acme, so that an address that lets somebody in finds a thing."""
    with scope.client("acme"):
        order = operations.received(units=(2,))
        asked = orders.order(verifications=["gift"]).pk
        holds.place([asked], reason="question", question="色は?", actor=OPERATOR, at=orders.MORNING)
        hold = Hold.objects.get(order_id=asked).pk
        intake = Intake.objects.create(
            channel=orders.channel(), source="api", state=Intake.DONE, created_at=orders.MORNING, actor_kind="system"
        ).pk
        exceptions.open_for([order], kind="shortage", actor=OPERATOR, at=orders.MORNING)
        trouble = OrderException.objects.get(order_id=order).pk
        working, gone = orders.order().pk, orders.order().pk
        orders.released(working)
        changes.ask([working], kind="note", wanted={"note": "置き配"}, reason="希望", actor=OPERATOR, at=orders.MORNING)
        change = ChangeRequest.objects.get(order_id=working).pk
        orders.shipped(gone)
        returning.request([gone], reason="不要", actor=OPERATOR, at=orders.MORNING)
        back = Return.objects.get(order_id=gone).pk
        rule = ruling.create(
            ruling.Draft("規則", {"all": []}, [{"do": "tag", "tag": "x"}]), actor=OPERATOR, at=orders.MORNING
        ).pk
        buyer = ordered()
        project = projects.delivering()
        work = projects.logged(project).pk
        question = projects.handed_in(project)
        task = projects.ids(Task, project)[0]
        run = printing.ask("order_slip", "order", [order], actor=OPERATOR, at=orders.MORNING).pk
        asking = threads.write_about(order, Words("いつ?"), side="client", actor=OPERATOR, at=orders.MORNING)
        own = FileFormat.objects.create(code="own-1", name="自社").pk
        channel = orders.channel().pk
    item = operations.item(order_id=order, subject_id=order).pk
    colleague = client_person("viewer", "acme").pk
    return {
        "order_id": order,
        "hold_id": hold,
        "intake_id": intake,
        "item_id": item,
        "pk": colleague,
        "rule_id": rule,
        "run_id": run,
        "exception_id": trouble,
        "change_id": change,
        "return_id": back,
        "thread_id": asking.thread_id,
        "message_id": asking.pk,
        "format_id": own,
        "channel_id": channel,
        "buyer_id": buyer,
        "project_id": project.pk,
        "task_id": task,
        "milestone_id": question.milestone_id,
        "acceptance_id": question.pk,
        "work_id": work,
    }


def contents() -> dict[str, str]:
    """A digest of every row of acme and of the shared tables."""
    with scope.owner(), connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        digests = (
            f"SELECT '{name}' AS name, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            for name in tables
        )
        cursor.execute(" UNION ALL ".join(digests))
        return dict(cursor.fetchall())


def ask(browser: Client, address: Address, method: str, ids: dict[str, int]) -> HttpResponseBase:
    """Ask for the address by this method, with nothing in the form, and read the answer to its end."""
    answer: HttpResponseBase = browser.generic(method, address.path(ids))
    if answer.streaming:
        b"".join(answer)
    return answer


def is_sent_to_log_in(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/")


def pages_on(host: str) -> list[tuple[Address, str]]:
    """The pages of a host, by each of their methods."""
    return [(page, method) for page in PAGES if page.host == host for method in page.methods]


def try_all(host: str, role: Role, browser: Client, ids: dict[str, int], *, refused: bool) -> list[str]:
    """Ask for every page that the role may not open (or may); what was answered otherwise than the table says."""
    wrong = []
    for page, method in pages_on(host):
        exists = page.side in ("both", host)
        if (exists and page.opens_for(role.permissions)) == refused:
            continue
        answer = ask(browser, page, method, ids)
        if refused:
            fits = answer.status_code == (403 if exists else 404)
        else:
            fits = answer.status_code not in (401, 403, 405) and not is_sent_to_log_in(answer)
        if not fits:
            wrong.append(f"{role.key}: {method} {page.route} answers {answer.status_code}")
    return wrong


@pytest.mark.parametrize("role", CLIENT_ROLES, ids=lambda role: role.key)
def test_a_client_role_opens_what_the_table_says(role: Role, ids: dict[str, int]) -> None:
    browser = login(Client(), client_person(role.key, "acme"), "acme")
    before = contents()
    assert try_all("client", role, browser, ids, refused=True) == []
    assert contents() == before
    assert try_all("client", role, browser, ids, refused=False) == []


@pytest.mark.parametrize("role", STAFF_ROLES, ids=lambda role: role.key)
def test_a_role_of_the_operator_opens_what_the_table_says(role: Role, ids: dict[str, int]) -> None:
    browser = login(Client(), staff(role.key, serves=["acme"]))
    before = contents()
    assert try_all("operator", role, browser, ids, refused=True) == []
    assert contents() == before
    assert try_all("operator", role, browser, ids, refused=False) == []


@pytest.mark.parametrize("host", ["client", "operator"])
def test_nobody_is_sent_to_the_log_in(host: str, ids: dict[str, int]) -> None:
    browser = Client(HTTP_HOST=host_of("acme" if host == "client" else ""))
    assert strangers_who_got_in(browser, host, ids) == []


@pytest.mark.parametrize("role", CLIENT_ROLES, ids=lambda role: role.key)
def test_the_neighbours_people_are_nobody_here(role: Role, ids: dict[str, int]) -> None:
    person = client_person(role.key, "bravo")
    assert strangers_who_got_in(carried_over(person, "bravo", "acme"), "client", ids) == []
    assert strangers_who_got_in(carried_over(person, "bravo", ""), "operator", ids) == []


def carried_over(person: Person, code: str, to: str) -> Client:
    """A browser that shows another host the session it got at the client `code`."""
    browser = login(Client(), person, code)
    browser.defaults["HTTP_HOST"] = host_of(to)
    return browser


def strangers_who_got_in(browser: Client, host: str, ids: dict[str, int]) -> list[str]:
    """Where somebody who does not belong here is not sent away, or something is changed."""
    before = contents()
    wrong = []
    for page, method in pages_on(host):
        answer = ask(browser, page, method, ids)
        sent_away = is_sent_to_log_in(answer) if page.side in ("both", host) else answer.status_code == 404
        if not sent_away:
            wrong.append(f"{method} {page.route} answers {answer.status_code}")
    return wrong + [table for table, digest in contents().items() if before[table] != digest]


@pytest.mark.parametrize("role", [r for r in STAFF_ROLES if r.key != "admin"], ids=lambda role: role.key)
def test_staff_find_nothing_of_a_client_that_their_teams_do_not_serve(role: Role, ids: dict[str, int]) -> None:
    browser = login(Client(), staff(role.key, serves=["bravo"]))
    before = contents()
    wrong = [
        f"{method} {page.route} answers {status}"
        for page, method in pages_on("operator")
        if page.is_below_a_client and (status := ask(browser, page, method, ids).status_code) not in (403, 404)
    ]
    assert wrong == []
    assert contents() == before


def test_every_address_says_who_may_pass() -> None:
    unsaid = {
        address.route
        for address in ADDRESSES
        if not address.is_page
        and not address.scopes
        and not address.route.startswith("account/")
        and not address.route.startswith("^account/")
        and address.name not in PUBLIC
    }
    assert unsaid == set()


def test_what_is_public_is_on_the_list() -> None:
    assert {address.name for address in ADDRESSES if address.permission == "public"} <= PUBLIC


@pytest.mark.parametrize("host", ["client", "operator"])
def test_an_account_page_shows_nobody_anything(host: str, db: None) -> None:
    browser = Client(HTTP_HOST=host_of("acme" if host == "client" else ""))
    opened = {
        address.name
        for address in ADDRESSES
        if address.host == host
        and not address.is_page
        and not address.scopes
        and browser.get(address.path({})).status_code == 200
    }
    assert opened <= ENTRANCES | PUBLIC


@pytest.mark.parametrize("code", ["acme", ""])
def test_nobody_signs_up(code: str, db: None) -> None:
    form = {"email": "new@example.jp", "password1": PASSWORD, "password2": PASSWORD}
    Client(HTTP_HOST=host_of(code)).post("/account/signup/", form)
    with scope.operator():
        assert not Person.objects.filter(email="new@example.jp").exists()


def test_an_endpoint_without_a_token_is_refused(db: None) -> None:
    browser = Client(HTTP_HOST=host_of("acme"))
    endpoints = [(a, method) for a in ADDRESSES if a.host == "client" for method, wanted in a.scopes.items() if wanted]
    wrong = [f"{method} {a.route}" for a, method in endpoints if ask(browser, a, method, {}).status_code != 401]
    assert wrong == []
