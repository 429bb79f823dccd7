"""The pages of companies and people, through their doors."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from core import clock, scope, sealing
from core.jobs.models import Job
from core.models import Event
from sla.models import PromiseVersion
from tenants import queries, services
from tenants.models import AccessLog, ApiToken, Invitation, Membership, Person, ServedClient, Team
from tenants.models import Client as Company
from tests.conftest import OPERATOR
from tests.factories.people import PASSWORD, client_person, host_of, login, somebody, staff

pytestmark = pytest.mark.django_db


def owner(code: str = "acme") -> Client:
    return login(Client(), client_person("owner", code), code)


def admin() -> Client:
    return login(Client(), staff("admin"))


def text_of(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def link_in_last_mail() -> str:
    with scope.operator():
        job = Job.objects.filter(task="core.mailing.deliver").latest("pk")
    found = re.search(r"https?://[^/]+(/account/invitation/\S+)", sealing.unseal(job.arguments["text"]))
    assert found is not None
    return found[1]


# Invitations


def test_an_invited_person_joins_sets_a_password_and_is_in() -> None:
    sent = owner().post("/settings/people/invite", {"name": "新田 一", "email": "Neu@Example.jp", "role": "orders"})
    assert sent.status_code == 302
    who = Client(headers={"host": host_of("acme")})
    address = link_in_last_mail()
    assert "新田 一" in who.get(address).content.decode()
    joined = who.post(address, {"name": "新田 一郎", "password1": PASSWORD, "password2": PASSWORD})
    assert (joined.status_code, joined.headers["Location"]) == (302, "/")
    assert who.get("/settings").status_code == 200
    with scope.client("acme"):
        person = Person.objects.get(email="neu@example.jp")
        assert (person.name, queries.role_of(person.pk, "acme")) == ("新田 一郎", "orders")
    assert who.get(address).status_code == 410


def test_a_person_of_another_client_joins_with_the_account_they_have() -> None:
    person = client_person("owner", "bravo")
    owner().post("/settings/people/invite", {"name": "別名", "email": person.email, "role": "viewer"})
    who = Client(headers={"host": host_of("acme")})
    address = link_in_last_mail()
    shown = who.get(address).content.decode()
    assert 'name="password1"' not in shown
    assert who.post(address).headers["Location"] == "/account/login/"
    who.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert who.get("/settings").status_code == 200
    with scope.operator():
        assert Person.objects.get(pk=person.pk).name == person.name
        assert Membership.objects.filter(person=person).count() == 2


@pytest.mark.parametrize("late", [timedelta(hours=48), timedelta(days=9)])
def test_an_invitation_ends_after_48_hours(late: timedelta) -> None:
    with scope.client("acme"):
        then = clock.now() - late
        guest = services.Guest(email="late@example.jp", name="遅田", role="viewer")
        services.invite(guest, client="acme", actor=OPERATOR, at=then)
    who = Client(headers={"host": host_of("acme")})
    answer = who.post(link_in_last_mail(), {"name": "遅田", "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 410
    assert "48時間" in answer.content.decode()
    with scope.operator():
        assert not Person.objects.filter(email="late@example.jp").exists()


def test_an_invitation_taken_back_or_sent_again_stops_the_old_link() -> None:
    who = owner()
    who.post("/settings/people/invite", {"name": "一", "email": "one@example.jp", "role": "viewer"})
    first = link_in_last_mail()
    with scope.client("acme"):
        pk = Invitation.objects.latest("pk").pk
    who.post(f"/settings/invitations/{pk}/again")
    second = link_in_last_mail()
    assert first != second
    visitor = Client(headers={"host": host_of("acme")})
    assert [visitor.get(address).status_code for address in (first, second)] == [410, 200]
    with scope.client("acme"):
        pk = Invitation.objects.latest("pk").pk
    who.post(f"/settings/invitations/{pk}/revoke")
    assert visitor.get(second).status_code == 410


def test_an_invitation_opens_the_host_it_was_written_for_only() -> None:
    owner().post("/settings/people/invite", {"name": "一", "email": "one@example.jp", "role": "viewer"})
    address = link_in_last_mail()
    for code in ("bravo", ""):
        assert Client(headers={"host": host_of(code)}).get(address).status_code == 410


def test_the_link_is_kept_as_a_hash_and_sealed_in_the_mails_job() -> None:
    owner().post("/settings/people/invite", {"name": "一", "email": "one@example.jp", "role": "viewer"})
    secret = link_in_last_mail().rsplit("/", 1)[1]
    with scope.operator():
        kept = Invitation.objects.latest("pk").secret_hash
        job = Job.objects.filter(task="core.mailing.deliver").latest("pk")
    assert secret not in kept
    assert secret not in str(job.arguments)


def test_what_is_wrong_with_an_invitation_stands_beside_the_field() -> None:
    who = owner()
    member = client_person("viewer", "acme")
    answer = who.post("/settings/people/invite", {"name": "一", "email": member.email, "role": "viewer"})
    assert answer.status_code == 422
    assert "すでに担当者です" in answer.content.decode()
    strange = who.post("/settings/people/invite", {"name": "一", "email": "x@example.jp", "role": "admin"})
    assert strange.status_code == 422
    with scope.client("acme"):
        assert not Invitation.objects.exists()


# People


def test_a_role_is_changed_and_written_down() -> None:
    person = client_person("viewer", "acme")
    owner().post(f"/settings/people/{person.pk}/role", {"role": "approver"})
    with scope.client("acme"):
        assert queries.role_of(person.pk, "acme") == "approver"
        line = AccessLog.objects.get(action="member.role_changed")
        assert (line.subject, line.data) == (person.email, {"before": "viewer", "after": "approver"})
        assert (line.ip, len(line.request_id)) == ("127.0.0.1", 32)


def test_the_last_owner_stays() -> None:
    person = client_person("owner", "acme")
    who = login(Client(), person, "acme")
    for path, data in (("role", {"role": "viewer"}), ("remove", {})):
        answer = who.post(
            f"/settings/people/{person.pk}/{path}",
            data,
            follow=True,
            headers={"referer": "http://acme.localhost/settings/people"},
        )
        assert "最後の管理者" in answer.content.decode()
    with scope.client("acme"):
        assert queries.role_of(person.pk, "acme") == "owner"


def test_two_owners_removed_at_once_leave_one() -> None:
    first, second = client_person("owner", "acme"), client_person("owner", "acme")
    with scope.client("acme"):
        outcome = services.remove_members([first.pk, second.pk], client="acme", actor=OPERATOR, at=clock.now())
        assert outcome.done == {first.pk}
        assert outcome.refused[second.pk].code == "last_owner"


def test_a_neighbours_person_cannot_be_touched() -> None:
    theirs = client_person("viewer", "bravo")
    who = owner("acme")
    who.post(f"/settings/people/{theirs.pk}/role", {"role": "owner"})
    assert who.post(f"/settings/people/{theirs.pk}/remove").status_code == 404
    assert who.post(f"/settings/people/{theirs.pk}/second-factor").status_code == 404
    with scope.client("bravo"):
        assert queries.role_of(theirs.pk, "bravo") == "viewer"


def test_the_operator_manages_a_clients_people_under_its_code() -> None:
    person = client_person("viewer", "acme")
    client_person("owner", "acme")
    who = admin()
    assert "viewer" in who.get("/clients/acme/settings/people").content.decode()
    moved = who.post(f"/clients/acme/settings/people/{person.pk}/role", {"role": "orders"})
    assert moved.headers["Location"] == "/clients/acme/settings/people"
    with scope.client("acme"):
        assert queries.role_of(person.pk, "acme") == "orders"


def test_staff_are_invited_into_a_team() -> None:
    with scope.operator():
        team = Team.objects.create(code="east", name="東チーム")
    admin().post(
        "/admin/people/invite", {"name": "新人", "email": "staff@example.jp", "role": "clerk", "team": team.pk}
    )
    visitor = Client(headers={"host": host_of("")})
    joined = visitor.post(link_in_last_mail(), {"name": "新人", "password1": PASSWORD, "password2": PASSWORD})
    assert joined.status_code == 302
    assert visitor.get("/admin").headers["Location"] == "/account/2fa/?asked=1"
    with scope.operator():
        person = Person.objects.get(email="staff@example.jp")
        assert list(person.teams.values_list("team__code", flat=True)) == ["east"]


# Settings


def test_a_company_asks_for_the_second_factor_and_shows_who_lacks_it() -> None:
    who = owner()
    assert "1 名" in text_of(who.get("/settings/security").content.decode())
    who.post("/settings/security", {"required": "1"})
    with scope.operator():
        assert Company.objects.get(code="acme").mfa_required
        assert not Company.objects.get(code="bravo").mfa_required


def test_the_company_is_changed_by_its_owner_and_read_by_the_others() -> None:
    who = owner()
    given = {"name": "アクメ株式会社", "postcode": "100-0001", "hue": "4"}
    assert who.post("/settings/company/change", given).status_code == 302
    assert who.post("/settings/company/change", {**given, "postcode": "12"}).status_code == 422
    viewer = login(Client(), client_person("viewer", "acme"), "acme")
    shown = viewer.get("/settings/company").content.decode()
    assert "アクメ株式会社" in shown
    assert 'name="postcode"' not in shown
    assert viewer.post("/settings/company/change", given).status_code == 403


def test_a_token_is_shown_once_and_works_until_it_is_revoked() -> None:
    who = owner()
    expires = (clock.now() + timedelta(days=30)).date().isoformat()
    made = who.post("/settings/tokens", {"name": "基幹", "scopes": ["orders:read"], "expires_on": expires})
    assert made.status_code == 201
    secret = re.search(r"ptk_[\w-]{43}", made.content.decode())
    assert secret is not None
    assert secret[0] not in who.get("/settings/tokens").content.decode()
    with scope.client("acme"):
        token = queries.token_of(secret[0], at=clock.now())
        assert token is not None
        assert token.secret_hash != secret[0]
        assert queries.token_of(secret[0] + "x", at=clock.now()) is None
        assert queries.token_of(secret[0], at=clock.now() + timedelta(days=32)) is None
    with scope.client("bravo"):
        assert queries.token_of(secret[0], at=clock.now()) is None
    who.post(f"/settings/tokens/{token.pk}/revoke")
    with scope.client("acme"):
        assert queries.token_of(secret[0], at=clock.now()) is None


def test_a_token_needs_a_scope_and_an_end_within_a_year() -> None:
    who = owner()
    far = (clock.now() + timedelta(days=400)).date().isoformat()
    soon = (clock.now() + timedelta(days=4)).date().isoformat()
    for given in (
        {"name": "x", "scopes": [], "expires_on": soon},
        {"name": "x", "scopes": ["orders:read"], "expires_on": far},
        {"name": "x", "scopes": ["orders:read"], "expires_on": "2020-01-01"},
        {"name": "x", "scopes": ["everything"], "expires_on": soon},
    ):
        assert who.post("/settings/tokens", given).status_code == 422
    with scope.client("acme"):
        assert not ApiToken.objects.exists()


def test_the_access_log_shows_a_client_its_own_lines_and_finds_them() -> None:
    at = datetime(2026, 3, 2, 3, tzinfo=UTC)
    for code in ("acme", "bravo"):
        with scope.client(code):
            services.note_access(
                action="document.opened", subject=f"{code}の請求書", client=code, actor=OPERATOR, at=at
            )
    who = owner("acme")
    shown = text_of(who.get("/settings/access-log").content.decode())
    assert "acmeの請求書" in shown
    assert "書類を開いた" in shown
    assert "bravoの請求書" not in shown
    for query, found in (
        ("q=請求書", True),
        ("q=納品書", False),
        ("group=document", True),
        ("group=token", False),
        ("since=2026-03-02&until=2026-03-02", True),
        ("since=2026-03-03", False),
        ("until=2026-03-01", False),
    ):
        assert ("acmeの請求書" in who.get(f"/settings/access-log?{query}").content.decode()) is found, query
    everything = admin().get("/admin/access-log").content.decode()
    assert "acmeの請求書" in everything
    assert "bravoの請求書" in everything


def test_the_table_of_roles_says_what_the_code_says() -> None:
    shown = text_of(owner().get("/settings/roles").content.decode())
    assert "承認者" in shown
    assert "倉庫担当" not in shown
    assert "倉庫担当" in text_of(admin().get("/admin/roles").content.decode())


# Administration


def test_a_new_client_is_there_with_its_teams_and_its_owners_invitation() -> None:
    with scope.operator():
        team = Team.objects.create(code="east", name="東チーム")
    who = admin()
    given = {"code": "newco", "name": "新会社", "hue": "3", "owner_name": "社長", "owner_email": "boss@example.jp"}
    made = who.post("/admin/clients/new", {**given, "teams": [team.pk]})
    assert made.headers["Location"] == "/admin/clients/newco"
    assert "社長" in who.get("/admin/clients/newco").content.decode()
    with scope.operator():
        assert list(ServedClient.objects.values_list("team__code", "client__code")) == [("east", "newco")]
    with scope.client("newco"):
        assert Event.objects.filter(name="client.opened").count() == 1
        assert PromiseVersion.objects.filter(is_active=True).count() == 3
    visitor = Client(headers={"host": host_of("newco")})
    joined = visitor.post(link_in_last_mail(), {"name": "社長", "password1": PASSWORD, "password2": PASSWORD})
    assert joined.headers["Location"] == "/"
    assert visitor.get("/settings").status_code == 200


def test_a_client_that_cannot_be_made_leaves_nothing() -> None:
    who = admin()
    given = {"name": "新会社", "hue": "3", "owner_name": "社長", "owner_email": "boss@example.jp"}
    for code in ("acme", "www", "A!", "-x", "spare-1"):
        answer = who.post("/admin/clients/new", {**given, "code": code})
        assert answer.status_code == 422, code
    with scope.operator():
        assert set(Company.objects.values_list("code", flat=True)) == {"acme", "bravo"}
        assert not Invitation.objects.exists()


def test_a_closed_client_says_so_to_people_and_programs() -> None:
    who = admin()
    who.post("/admin/clients/acme/switch", {"state": "inactive"})
    queries.forget_hosts()
    visitor = Client(headers={"host": host_of("acme")})
    page, api = visitor.get("/settings"), visitor.get("/api/v1/orders")
    assert (page.status_code, api.status_code) == (403, 403)
    assert "停止中" in page.content.decode()
    assert api.json()["error"]["code"] == "client_inactive"
    who.post("/admin/clients/acme/switch", {"state": "active"})
    queries.forget_hosts()
    assert visitor.get("/settings").status_code == 302


def test_an_unknown_host_is_404() -> None:
    assert Client(headers={"host": "nobody.localhost"}).get("/").status_code == 404


def test_a_team_decides_whose_things_its_people_see() -> None:
    clerk = staff("clerk")
    boss = admin()
    made = boss.post("/admin/teams/new", {"code": "west", "name": "西", "people": [clerk.pk], "clients": ["acme"]})
    assert made.status_code == 302
    who = login(Client(), clerk)
    assert who.get("/clients/acme/settings").status_code == 200
    assert who.get("/clients/bravo/settings").status_code == 404
    with scope.operator():
        team = Team.objects.get(code="west")
    boss.post(f"/admin/teams/{team.pk}", {"name": "西", "people": [clerk.pk], "clients": ["bravo"]})
    assert who.get("/clients/acme/settings").status_code == 404
    boss.post(f"/admin/teams/{team.pk}/remove")
    assert who.get("/clients/bravo/settings").status_code == 404


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/settings", "acme"),
        ("/settings/people", "acme"),
        ("/settings/roles", "acme"),
        ("/settings/tokens", "acme"),
        ("/settings/security", "acme"),
        ("/settings/access-log", "acme"),
        ("/admin", ""),
        ("/admin/clients", ""),
        ("/admin/clients/new", ""),
        ("/admin/clients/acme", ""),
        ("/admin/people", ""),
        ("/admin/teams", ""),
        ("/admin/teams/new", ""),
        ("/admin/roles", ""),
        ("/admin/access-log", ""),
        ("/clients/acme/settings/people", ""),
    ],
)
def test_every_page_opens_for_whoever_may_and_for_nobody_else(path: str, code: str) -> None:
    may = owner(code) if code else admin()
    assert may.get(path).status_code == 200
    assert Client(headers={"host": host_of(code)}).get(path).status_code == 302
    stranger = login(Client(), somebody(), code)
    assert stranger.get(path).status_code == 302


@pytest.mark.parametrize(
    ("path", "code", "queries_made"),
    [
        ("/settings/people", "acme", 7),
        ("/settings/tokens", "acme", 5),
        ("/settings/access-log", "acme", 5),
        ("/admin/clients", "", 7),
        ("/admin/teams", "", 5),
        ("/admin/people", "", 7),
    ],
)
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    path: str, code: str, queries_made: int, django_assert_num_queries: object
) -> None:
    who = owner(code) if code else admin()
    who.get(path)
    for _round in range(2):
        with django_assert_num_queries(queries_made):  # type: ignore[operator]
            assert who.get(path).status_code == 200
        _two_more_of_everything()


def _two_more_of_everything() -> None:
    at = clock.now()
    for _nth in range(2):
        client_person("viewer", "acme")
        staff("clerk", serves=["acme"])
        with scope.client("acme"):
            services.create_token(
                name="x", scopes=["orders:read"], expires_at=at + timedelta(days=2), actor=OPERATOR, at=at
            )
