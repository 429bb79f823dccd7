"""People for tests, and the quick way in: a session with the second factor recorded, as a log-in leaves it behind."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from functools import cache

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.test import Client

from core import scope
from tenants.models import Membership, Person, ServedClient, Team, TeamMember
from tenants.sessions import SessionStore

PASSWORD = "tsuki-no-hikari-2026"
_numbers = itertools.count(1)


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def somebody(*, email: str = "", name: str = "山田 花子", **fields: object) -> Person:
    """A person of no company, with a confirmed address and the password PASSWORD."""
    email = email or f"person{next(_numbers)}@example.jp"
    with scope.operator():
        person = Person.objects.create(email=email, name=name, password=_hashed(), **fields)
        EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    return person


def client_person(role: str = "owner", code: str = "acme", *, person: Person | None = None, **fields: object) -> Person:
    """A person with the role at the client `code`: a new one, or `person`."""
    who = person or somebody(**fields)  # type: ignore[arg-type]
    with scope.operator():
        Membership.objects.create(person=who, client=code, role=role)
    return who


def staff(role: str = "clerk", serves: Iterable[str] = (), **fields: object) -> Person:
    """One of the operator's people, in a team of their own that serves the clients `serves`."""
    who = somebody(**{"name": "受注 花子", **fields})  # type: ignore[arg-type]
    with scope.operator():
        Membership.objects.create(person=who, client="", role=role)
        team = Team.objects.create(code=f"team-{who.pk}", name=f"チーム{who.pk}")
        TeamMember.objects.create(team=team, person=who)
        ServedClient.objects.bulk_create(ServedClient(team=team, client_id=code) for code in serves)
    return who


def host_of(code: str) -> str:
    """The host name of the client `code`; "" is the operator's."""
    return f"{code}.{settings.BASE_DOMAIN}" if code else settings.BASE_DOMAIN


def login(client: Client, person: Person, code: str = "", *, second_factor: bool = True) -> Client:
    """Open a session of `person` on the host of the client `code` ("" for the operator's) and talk to that host.

    Returns the given client, so that `browser = login(Client(), staff("lead"))` is one line.
    """
    with scope.client(code) if code else scope.operator():
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        methods = ["password", "mfa"] if second_factor else ["password"]
        session["account_authentication_methods"] = [{"method": method, "at": time.time()} for method in methods]
        session["account_authentication_methods_user"] = str(person.pk)
        session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    client.defaults["HTTP_HOST"] = host_of(code)
    return client
