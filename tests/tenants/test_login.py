"""The log-in, as a browser goes through it."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from core import clock, scope, sealing
from core.jobs.models import Job
from tenants import services
from tenants.models import AccessLog, Person
from tests.conftest import OPERATOR
from tests.factories.people import PASSWORD, client_person, host_of, staff

pytestmark = pytest.mark.usefixtures("committed", "probe")


def browser(code: str = "acme") -> Client:
    return Client(headers={"host": host_of(code)})


def enter(person: Person, code: str = "acme", password: str = PASSWORD) -> Client:
    """A browser in which the person gave address and password."""
    who = browser(code)
    who.post("/account/login/", {"login": person.email, "password": password})
    return who


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def set_up_totp(who: Client) -> str:
    """Go through the set-up of an authenticator; returns its secret."""
    who.post("/account/reauthenticate/", {"password": PASSWORD})
    shown = who.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r"secret=([A-Z2-7]+)", shown) or re.search(r"\b([A-Z2-7]{32})\b", shown)
    assert secret is not None, shown
    done = who.post("/account/2fa/totp/activate/", {"code": code_of(secret[1])})
    assert done.status_code == 302, done.content.decode()
    return secret[1]


def is_in(who: Client, path: str = "/account/sessions/") -> bool:
    return who.get(path).status_code == 200


def actions(code: str = "acme") -> list[str]:
    with scope.client(code) if code else scope.operator():
        return list(
            AccessLog.objects.filter(action__startswith="account").order_by("pk").values_list("action", flat=True)
        )


def mails() -> list[tuple[str, str]]:
    with scope.operator():
        jobs = Job.objects.filter(task="core.mailing.deliver").order_by("pk")
        return [(job.arguments["subject"], sealing.unseal(job.arguments["text"])) for job in jobs]


def test_a_person_logs_in_with_address_and_password_and_out_again() -> None:
    who = enter(client_person())
    assert is_in(who)
    assert actions() == ["account.logged_in"]
    who.post("/account/logout/")
    assert not is_in(who)


def test_a_stranger_gets_the_answer_of_a_wrong_password() -> None:
    member, stranger = client_person(), staff()
    tries = [(member.email, "not-the-password"), (stranger.email, PASSWORD), ("nobody@example.jp", PASSWORD)]
    answers = [browser().post("/account/login/", {"login": email, "password": word}) for email, word in tries]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({words(answer.content.decode()) for answer in answers}) == 1
    assert actions() == ["account.login_failed"] * 3


def test_a_clients_person_is_a_stranger_on_the_operators_host() -> None:
    assert not is_in(enter(client_person(), ""))


def test_somebody_who_was_shut_out_is_out_at_once() -> None:
    person, other = client_person(), client_person()
    who = enter(person)
    with scope.client("acme"):
        services.remove_members([person.pk], client="acme", actor=OPERATOR, at=clock.now())
    assert not is_in(who)
    assert not is_in(enter(person))
    assert is_in(enter(other))


def test_after_too_many_failures_even_the_right_password_waits() -> None:
    person = client_person()
    for _attempt in range(5):
        enter(person, password="wrong-wrong-wrong")
    assert not is_in(enter(person))
    assert not is_in(enter(person, ""))


def test_while_attempts_cannot_be_counted_nobody_is_let_in_and_is_told_when_to_come_back(no_cache: None) -> None:
    who = browser()
    assert who.get("/account/login/").status_code == 200
    answer = who.post("/account/login/", {"login": client_person().email, "password": PASSWORD})

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "1分ほど待ってからもう一度お試しください。" in answer.content.decode()
    assert not is_in(who)


def test_staff_without_a_second_factor_can_set_one_up_and_nothing_else() -> None:
    person = staff("admin")
    who = enter(person, "")
    refused = who.get("/probe")
    assert (refused.status_code, refused.headers["Location"]) == (302, "/account/2fa/?asked=1")
    assert who.get("/account/2fa/").status_code == 200
    set_up_totp(who)
    assert who.get("/probe").status_code == 200
    ((subject, text),) = mails()
    assert "認証アプリ" in subject
    assert text.startswith(f"{person.name} 様")


def test_a_session_from_before_the_second_factor_has_to_show_it() -> None:
    person = staff("admin")
    old = enter(person, "")
    secret = set_up_totp(enter(person, ""))
    asked = old.get("/probe")
    assert asked.headers["Location"] == "/account/2fa/reauthenticate/?next=/probe"
    old.post("/account/reauthenticate/", {"password": PASSWORD})
    assert old.get("/probe").status_code == 302
    old.post("/account/2fa/reauthenticate/", {"code": "000000"})
    assert old.get("/probe").status_code == 302
    old.post("/account/2fa/reauthenticate/", {"code": code_of(secret)})
    assert old.get("/probe").status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing() -> None:
    person = client_person()
    secret = set_up_totp(enter(person))
    cache.clear()
    who = enter(person)
    assert not is_in(who)
    who.post("/account/2fa/authenticate/", {"code": "000000"})
    assert not is_in(who)
    who.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(who)


def test_a_code_works_once_whatever_the_host() -> None:
    person = client_person()
    with scope.operator():
        services.add_member(person, client="", role="clerk")
    secret = set_up_totp(enter(person))
    cache.clear()
    first, second = enter(person), enter(person, "")
    first.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    second.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_stands_in_for_the_factor_once() -> None:
    person = client_person()
    who = enter(person)
    set_up_totp(who)
    shown = who.get("/account/2fa/recovery-codes/").content.decode()
    code = re.findall(r"\b\d{8}\b", shown)[0]
    for expected in (True, False):
        again = enter(person)
        again.post("/account/2fa/authenticate/", {"code": code})
        assert is_in(again) is expected


def test_secrets_of_second_factors_are_sealed() -> None:
    person = client_person()
    secret = set_up_totp(enter(person))
    with scope.client("acme"):
        kept = {row.type: row.data for row in Authenticator.objects.filter(user=person)}
    assert kept["totp"]["secret"] != secret
    assert sealing.unseal(kept["totp"]["secret"]) == secret
    assert sealing.unseal(kept["recovery_codes"]["seed"])


def test_taking_the_last_factor_away_closes_the_pages_that_ask_for_one() -> None:
    person = staff("admin")
    who = enter(person, "")
    secret = set_up_totp(who)
    cache.clear()
    who.post("/account/2fa/reauthenticate/", {"code": code_of(secret)})
    assert who.post("/account/2fa/totp/deactivate/").status_code == 302
    assert who.get("/probe").headers["Location"] == "/account/2fa/?asked=1"


def test_a_client_may_ask_its_people_for_a_second_factor() -> None:
    who = enter(client_person())
    assert who.get("/probe").status_code == 200
    services.require_second_factor("acme", True, actor=OPERATOR, at=clock.now())
    assert who.get("/probe").headers["Location"] == "/account/2fa/?asked=1"


def test_a_forgotten_password_is_set_by_a_link_that_works_once() -> None:
    person = client_person()
    stale = enter(person)
    who = browser()
    who.post("/account/password/reset/", {"email": person.email})
    ((subject, text),) = mails()
    assert "パスワード" in subject
    link = urlsplit(re.search(r"https?://\S+", text)[0])  # type: ignore[index]
    assert link.netloc.startswith("acme.localhost")
    form = who.get(link.path).headers["Location"]
    new = {"password1": "ao-i-sora-no-shita", "password2": "ao-i-sora-no-shita"}
    assert who.post(form, new).status_code == 302
    assert not is_in(stale)
    assert not is_in(enter(person))
    assert is_in(enter(person, password="ao-i-sora-no-shita"))
    assert who.get(link.path).status_code == 200
    assert "account.password_set" in actions()


def test_a_reset_for_a_stranger_sends_nothing_and_says_the_same() -> None:
    member, stranger = client_person(), staff()
    answers = []
    for email in (member.email, stranger.email, "nobody@example.jp"):
        asked = browser().post("/account/password/reset/", {"email": email})
        answers.append((asked.status_code, asked.headers["Location"]))
    assert len(set(answers)) == 1
    assert len(mails()) == 1
    browser("").post("/account/password/reset/", {"email": member.email})
    assert len(mails()) == 1


def test_changing_the_password_ends_every_session_on_every_host() -> None:
    person = client_person()
    with scope.operator():
        services.add_member(person, client="", role="clerk")
    here, there = enter(person), enter(person, "")
    here.post("/account/reauthenticate/", {"password": PASSWORD})
    here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "ao-i-sora-no-shita", "password2": "ao-i-sora-no-shita"},
    )
    assert not is_in(here)
    assert not is_in(there)
    assert is_in(enter(person, password="ao-i-sora-no-shita"))
    assert any("パスワード" in subject for subject, _text in mails())


def test_the_list_of_sessions_shows_this_hosts_and_ends_the_others() -> None:
    person = client_person()
    with scope.operator():
        services.add_member(person, client="", role="clerk")
    here, phone, operators = enter(person), enter(person), enter(person, "")
    with scope.client("acme"):
        assert UserSession.objects.count() == 2
    here.post("/account/sessions/")
    assert is_in(here)
    assert not is_in(phone)
    assert is_in(operators)


def test_one_session_is_ended_by_name() -> None:
    person, other = client_person(), client_person()
    here, phone, others = enter(person), enter(person), enter(other)
    with scope.client("acme"):
        theirs = UserSession.objects.get(session_key=phone.session.session_key)
        strangers = UserSession.objects.get(user=other)
    assert here.post(f"/account/sessions/{strangers.pk}/end").status_code == 404
    assert here.post(f"/account/sessions/{theirs.pk}/end").status_code == 302
    assert [is_in(one) for one in (here, phone, others)] == [True, False, True]


def test_a_new_address_is_used_once_it_is_confirmed() -> None:
    person = client_person()
    who = enter(person)
    who.post("/account/reauthenticate/", {"password": PASSWORD})
    who.post("/account/email/", {"email": "neu@example.jp", "action_add": ""})
    confirm = next(text for subject, text in mails() if "neu@" not in subject and "confirm-email" in text)
    link = urlsplit(re.search(r"https?://\S*confirm-email\S+", confirm)[0])  # type: ignore[index]
    assert who.post(link.path).status_code == 302
    with scope.operator():
        assert Person.objects.get(pk=person.pk).email == "neu@example.jp"
        assert list(EmailAddress.objects.filter(user=person).values_list("email", flat=True)) == ["neu@example.jp"]


def test_an_address_that_somebody_elsewhere_uses_is_refused_to_its_reader_only() -> None:
    person, elsewhere = client_person(), staff()
    who = enter(person)
    who.post("/account/reauthenticate/", {"password": PASSWORD})
    who.post("/account/email/", {"email": elsewhere.email, "action_add": ""})
    confirm = next(text for _subject, text in mails() if "confirm-email" in text)
    link = urlsplit(re.search(r"https?://\S*confirm-email\S+", confirm)[0])  # type: ignore[index]
    assert who.post(link.path).status_code == 302
    with scope.operator():
        assert Person.objects.get(pk=person.pk).email == person.email


def test_nobody_signs_up() -> None:
    closed = browser().post(
        "/account/signup/", {"email": "new@example.jp", "password1": "ao-i-sora-no", "password2": "ao-i-sora-no"}
    )
    assert closed.status_code in (200, 404)
    with scope.operator():
        assert not Person.objects.filter(email="new@example.jp").exists()


def test_a_form_from_elsewhere_logs_nobody_in() -> None:
    person = client_person()
    who = Client(enforce_csrf_checks=True, headers={"host": host_of("acme")})
    refused = who.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert not is_in(who)


def test_after_logging_in_only_addresses_of_this_host_are_followed() -> None:
    person = client_person()
    for target, expected in (("/probe", "/probe"), ("https://evil.example/", "/"), ("http://bravo.localhost/", "/")):
        cache.clear()
        answer = browser().post("/account/login/", {"login": person.email, "password": PASSWORD, "next": target})
        assert answer.headers["Location"] == expected


def words(page: str) -> str:
    """What the page says, without what differs from one showing to the next."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
