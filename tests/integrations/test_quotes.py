"""The buyer's page of a quote: who finds it, what it lets them do, and what they are told when it is too late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from core import clock, scope
from core.models import Event
from integrations.models import Notice
from integrations.services import sending
from integrations.tracking import offers
from orders.models import Contract, QuoteQuestion, QuoteVersion
from orders.queries.quoting import links
from orders.quoting import QUOTES
from orders.services import quoting
from tests.conftest import OPERATOR
from tests.factories import quotes
from tests.factories.orders import MORNING
from tests.factories.people import host_of

At = Callable[[str], datetime]
YES = {"act": "accept", "name": "佐藤 一郎", "agreed": "on"}


@pytest.fixture(autouse=True)
def morning(db: None, settings: Settings, tmp_path: Path, at: At) -> Iterator[None]:
    """It is Thursday 1 October 2026, 10:00 in Tokyo, and nobody has looked at anything."""
    settings.MOVED_CLOCK = tmp_path / "clock"
    clock.move(at("2026-10-01 10:00"))
    cache.clear()
    with scope.client("acme"):
        cache.clear()
    yield
    clock.release()


def offered(**more: Any) -> tuple[QuoteVersion, str]:
    """A quote of acme that waits for its buyer, and the path of its page."""
    with scope.client("acme"):
        version = quotes.sent(**more)
        return version, f"/q/{links.secret_of(version)}"


def browser(code: str = "acme") -> Client:
    return Client(HTTP_HOST=host_of(code))


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_shows_the_quote_and_keeps_to_itself(db: None) -> None:
    _version, path = offered()
    answer = browser().get(path)
    for needed in ("Q-2026-00001", "煎茶 TEA-1", "¥11,000", "月末締め翌月末払い", "10/31"):
        assert needed in shown(answer)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "営業 太郎" not in shown(answer)


def test_the_paper_can_be_taken_along(db: None) -> None:
    _version, path = offered()
    answer = browser().get(f"{path}/paper")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert browser().get("/q/none/paper").status_code == 404


def test_acceptance_keeps_name_time_and_address(db: None) -> None:
    version, path = offered()
    assert browser().post(path, YES, headers={"user-agent": "Phone"}).status_code == 302
    with scope.client("acme"):
        contract = Contract.objects.get(version=version)
        event = Event.objects.get(name="quote.accepted")
    assert (contract.accepted_by, contract.accepted_from, contract.accepted_with) == ("佐藤 一郎", "127.0.0.1", "Phone")
    assert (event.at, event.actor_kind, event.data["from"]) == (contract.accepted_at, "buyer", "127.0.0.1")
    assert "ご承諾いただきました" in shown(browser().get(path))


@pytest.mark.parametrize("missing", ["name", "agreed"])
def test_nothing_is_accepted_without_name_and_mark(db: None, missing: str) -> None:
    _version, path = offered()
    assert browser().post(path, {**YES, missing: ""}).status_code == 422
    with scope.client("acme"):
        assert not Contract.objects.exists()


def test_who_accepts_in_a_second_tab_is_told(db: None) -> None:
    _version, path = offered()
    browser().post(path, YES)
    answer = browser().post(path, YES)
    assert answer.status_code == 422
    assert "すでに承諾されています" in shown(answer)
    with scope.client("acme"):
        assert Contract.objects.count() == 1


def test_a_superseded_version_says_so_and_cannot_be_accepted(db: None) -> None:
    version, path = offered()
    with scope.client("acme"):
        quoting.revise([version.quote_id], actor=OPERATOR, at=MORNING)
        quoting.send([version.quote_id], actor=OPERATOR, at=MORNING)
    assert "新しいお見積りがあります" in shown(browser().get(path))
    assert "新しい版" in shown(browser().post(path, YES))
    with scope.client("acme"):
        assert not Contract.objects.exists()


def test_a_quote_whose_time_is_over_says_so(db: None, at: At) -> None:
    _version, path = offered(valid_until=date(2026, 10, 2))
    clock.move(at("2026-10-03 00:00"))
    page = shown(browser().get(path))
    assert "有効期限が過ぎました" in page
    assert "この内容で承諾する" not in page
    assert "有効期限を過ぎています" in shown(browser().post(path, YES))


def test_a_buyer_declines_with_a_reason(db: None) -> None:
    version, path = offered()
    assert browser().post(path, {"act": "decline", "reason": ""}).status_code == 422
    assert browser().post(path, {"act": "decline", "reason": "予算が合わない"}).status_code == 302
    with scope.client("acme"):
        version.refresh_from_db()
    assert (version.state, version.reason) == ("declined", "予算が合わない")


def test_a_buyer_asks_and_reads_the_answer(db: None) -> None:
    version, path = offered()
    assert browser().post(path, {"act": "ask", "text": "早められますか"}).status_code == 302
    with scope.client("acme"):
        question = QuoteQuestion.objects.get(version=version)
        quoting.answer_question(question.pk, answer="7日で出せます", actor=OPERATOR, at=MORNING)
    assert "7日で出せます" in shown(browser().get(path))


def test_the_link_is_good_for_this_client_until_it_is_replaced_or_closed(db: None) -> None:
    version, path = offered()
    assert browser("bravo").get(path).status_code == 404
    assert browser().get(f"{path[:-2]}AA").status_code == 404
    with scope.client("acme"):
        quoting.renew_links([version.pk], at=MORNING)
        version.refresh_from_db()
        renewed = f"/q/{links.secret_of(version)}"
    assert browser().get(path).status_code == 404
    assert browser().get(renewed).status_code == 200
    with scope.client("acme"):
        quoting.close_links([version.pk], at=MORNING)
        version.refresh_from_db()
        assert links.address_of(version) == ""
    for act in (YES, {"act": "ask", "text": "x"}):
        assert browser().post(renewed, act).status_code == 404


def test_a_draft_has_no_page(db: None) -> None:
    with scope.client("acme"):
        assert links.secret_of(quotes.written()) == ""


def test_whoever_tries_links_is_stopped(db: None) -> None:
    _version, path = offered()
    visitor = browser()
    for nth in range(20):
        assert visitor.get(f"/q/none{nth}").status_code == 404
    assert visitor.get(path).status_code == 429


def test_the_page_speaks_english(db: None) -> None:
    _version, path = offered()
    visitor = browser()
    assert visitor.get(f"{path}?language=en").status_code == 302
    assert "Accept this quote" in shown(visitor.get(path))


def test_the_buyer_is_written_to_and_the_house_is_told(live: str) -> None:
    version, path = offered()
    with scope.client("acme"):
        notice = Notice.objects.get(kind="buyer.quote_sent")
        assert (notice.address, notice.number) == ("sato@example.jp", "Q-2026-00001")
        letter = sending._letter(notice)
    assert f"{path}\n" in letter.text
    assert "2026年10月31日" in letter.text
    assert "青山茶舗株式会社 御中\n佐藤 一郎 様" in letter.text
    from tests.factories.people import client_person

    client_person("orders")
    browser().post(path, {"act": "ask", "text": "納期は?"})
    browser().post(path, YES)
    with scope.client("acme"):
        told = list(Notice.objects.filter(audience="client").order_by("id").values_list("kind", "body"))
        assert version.pk
    assert [kind for kind, _body in told] == ["client.quote_asked", "client.quote_accepted"]
    assert "納期は?" in told[0][1]


def test_every_state_that_a_buyer_meets_has_words() -> None:
    assert set(QUOTES) - {"draft"} == set(offers.STATES)
