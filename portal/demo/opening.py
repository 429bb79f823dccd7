"""The house is opened: the operator's people join by invitation, three clients are made, terms are agreed."""

from __future__ import annotations

import email
import email.policy
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from billing.numbers import registration_number
from billing.series.models import Issuer
from billing.services import presets, terms
from core import clock, scope
from core.events import SYSTEM, Actor
from operations.kinds import kinds_of
from portal.demo.calendar import at
from portal.demo.floor import Worker
from portal.demo.month import channels_of
from portal.demo.visitor import Unexpected, Visitor, code_now
from portal.demo.world import CLIENT_PEOPLE, COMPANIES, OPERATOR_NAME, STAFF, Company, Somebody
from sla import services as promises
from tenants import services
from tenants.models import Person, Team
from tenants.roles import permissions_of
from tenants.services.invitations import Guest

OPENED = date(2026, 9, 28)
MAIL_SECONDS = 30
ACTIVATE = "/account/2fa/totp/activate/"
BY_BROWSER = frozenset({"admin", "lead", "clerk1", "billing", "owner"})
"""Who joins through the pages; the others take the same invitation to the same service."""

_LINK = re.compile(r"/account/invitation/([\w-]+)")
_TOTP = re.compile(r"\b([A-Z2-7]{32})\b")


@dataclass
class House:
    """Everybody who takes part, with what they need to come in again."""

    port: int
    password: str = field(default_factory=lambda: "-".join(secrets.token_hex(2) for _n in range(4)))
    people: dict[str, Person] = field(default_factory=dict)
    second_factors: dict[str, str] = field(default_factory=dict)

    def actor(self, somebody: Somebody) -> Actor:
        person = self.people[somebody.email]
        return Actor("person", str(person.pk), person.name)

    def of(self, client: str, key: str) -> Somebody:
        """The person with that key at the company."""
        return next(s for s in (*STAFF, *CLIENT_PEOPLE) if (s.client, s.key) == (client, key))

    def enter(self, somebody: Somebody) -> Visitor:
        """Log in as that person, on their own host."""
        visitor = Visitor(somebody.client, port=self.port)
        visitor.log_in(somebody.email, self.password, self.second_factors.get(somebody.email, ""))
        return visitor

    def workers(self) -> list[Worker]:
        """The people of the floor with the kinds of work that their roles may do."""
        floor = [s for s in STAFF if s.role in ("clerk", "warehouse", "lead")]
        return [Worker(self.people[s.email].pk, s.name, kinds_of(permissions_of(s.role))) for s in floor]

    def keep(self, path: Path) -> None:
        """Write down who can log in and how, for whoever looks at the demonstration."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        people = [
            {"name": s.name, "email": s.email, "client": s.client, "totp": self.second_factors.get(s.email, "")}
            for s in (*STAFF, *CLIENT_PEOPLE)
            if s.client or s.email in self.second_factors
        ]
        path.write_text(json.dumps({"password": self.password, "people": people}, ensure_ascii=False, indent=1))


def open_house(port: int) -> House:
    """Make the operator, its people and teams, and the three clients with theirs."""
    house = House(port)
    now = at(OPENED, "09:00")
    clock.move(now)
    _introduce_operator()
    for somebody in STAFF:
        _join(house, somebody, now)
    for company in COMPANIES:
        _make(company, house, now)
    _form_team(house, now)
    return house


def _introduce_operator() -> None:
    with scope.owner():
        Issuer.objects.create(
            name=OPERATOR_NAME,
            registration=registration_number("T7000012050002"),
            postcode="135-0061",
            address="東京都江東区豊洲3-3-3 ひかり物流センター4階",
            phone="03-0000-1234",
            email="billing@hikari.example.jp",
            accounts=[
                {
                    "bank": "みほん銀行",
                    "branch": "豊洲支店",
                    "kind": "普通",
                    "number": "1234567",
                    "holder": "ヒカリアウトソーシング（カ",
                }
            ],
            payment_note="お振込手数料は貴社にてご負担ください。",
        )


def _make(company: Company, house: House, now: datetime) -> None:
    admin = house.actor(house.of("", "admin"))
    services.create_client(
        code=company.code,
        name=company.name,
        name_kana=company.kana,
        postcode=company.postcode,
        address=company.address,
        phone=company.phone,
        hue=company.hue,
        actor=admin,
        at=now,
    )
    with scope.client(company.code):
        channels_of(company)
        promises.set_up_defaults(at=now)
        _agree(company, house)
    for somebody in CLIENT_PEOPLE:
        if somebody.client == company.code:
            _join(house, somebody, now)


def _agree(company: Company, house: House) -> None:
    plan, charges, included = presets.PLANS[company.plan]
    recipient = {
        "name": company.name,
        "postcode": company.postcode,
        "address": [company.address],
        "department": "経理部",
    }
    terms.agree(plan=plan, starts_on=date(2026, 10, 1), recipient=recipient)
    clerk = house.actor(house.of("", "billing"))
    terms.publish_card(name=plan, starts_on=date(2026, 10, 1), charges=charges, included=included, actor=clerk)


def _form_team(house: House, now: datetime) -> None:
    admin = house.actor(house.of("", "admin"))
    with scope.operator():
        team: Team = services.create_team(code="first", name="第一チーム", actor=admin, at=now)
        services.arrange_team(
            team.pk,
            name=team.name,
            person_ids=[house.people[s.email].pk for s in STAFF],
            clients=[company.code for company in COMPANIES],
            actor=admin,
            at=now,
        )


def _join(house: House, somebody: Somebody, now: datetime) -> None:
    """Invite the person, and have them follow the link of the mail."""
    where = scope.client(somebody.client) if somebody.client else scope.operator()
    guest = Guest(email=somebody.email, name=somebody.name, role=somebody.role)
    with where:
        services.invite(guest, client=somebody.client, actor=SYSTEM, at=now)
    secret = _secret_from_mail(somebody.email)
    if somebody.key in BY_BROWSER:
        _join_by_browser(house, somebody, secret)
    else:
        with scope.client(somebody.client) if somebody.client else scope.operator():
            services.accept(secret, name=somebody.name, password=house.password, at=now)
    with scope.operator():
        house.people[somebody.email] = Person.objects.get(email=somebody.email)


def _join_by_browser(house: House, somebody: Somebody, secret: str) -> None:
    path = f"/account/invitation/{secret}"
    form = {"name": somebody.name, "password1": house.password, "password2": house.password}
    with Visitor(somebody.client, port=house.port) as visitor:
        visitor.send(path, form)
        if somebody.client:
            return
        page = visitor.get(ACTIVATE)
        if "reauthenticate" in str(page.url):
            page = visitor.send(str(page.url), {"password": house.password, "next": ACTIVATE}, form=page)
        found = _TOTP.search(page.text)
        if found is None:
            raise Unexpected(f"{page.url}: the page that activates the second factor shows no secret.")
        visitor.send(ACTIVATE, {"code": code_now(found[1])}, form=page)  # opened again it would show another secret
        house.second_factors[somebody.email] = found[1]


def _secret_from_mail(address: str) -> str:
    """The secret of the newest invitation mailed to the address; the worker that sends it may take a moment."""
    deadline = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < deadline:
        for path in sorted((settings.VAR / "mail").glob("*.log"), key=lambda p: p.stat().st_mtime, reverse=True):
            for part in path.read_bytes().split(b"-" * 79):
                message = email.message_from_bytes(part.lstrip(), policy=email.policy.default)
                body = message.get_body(("plain",))
                found = _LINK.search(body.get_content()) if body and address in str(message["To"]) else None
                if found:
                    return found[1]
        time.sleep(0.1)
    raise Unexpected(f"No invitation reached {address} within {MAIL_SECONDS} s.")
