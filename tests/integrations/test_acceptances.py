"""The buyer's page of what was handed in: who finds it, what it lets them do, and what they are told when late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
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
from projects import services
from projects.models import Acceptance, Evaluation, Milestone, Project
from projects.queries import links
from tenants import services as tenants
from tests.conftest import OPERATOR
from tests.factories import projects
from tests.factories.people import client_person, host_of, staff

At = Callable[[str], datetime]
YES = {"act": "accept", "name": "佐藤 一郎", "agreed": "on"}
NO = {"act": "reject", "name": "佐藤 一郎", "reason": "件数が合わない"}
FIVE = {"act": "evaluate", "score": "5", "words": "助かりました", "name": "佐藤 一郎"}


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


def asked() -> tuple[Acceptance, str]:
    """A milestone of acme that waits for its buyer, and the path of its page."""
    with scope.client("acme"):
        one = projects.handed_in(projects.delivering())
        return one, f"/a/{links.secret_of(one)}"


def browser(code: str = "acme") -> Client:
    return Client(HTTP_HOST=host_of(code))


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_shows_what_is_handed_in_and_keeps_to_itself() -> None:
    _one, path = asked()
    answer = browser().get(path)
    for needed in ("初期設定", "¥330,000", "10/8", "設定値が設計書と一致している", "青山茶舗株式会社 御中"):
        assert needed in shown(answer)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "評価をお聞かせください" not in shown(answer)
    assert browser().get(f"{path}/paper").status_code == 404
    assert browser("bravo").get(path).status_code == 404
    assert browser().get("/a/none").status_code == 404


def test_acceptance_keeps_name_time_and_address_and_gives_the_certificate() -> None:
    one, path = asked()
    assert browser().post(path, YES, headers={"user-agent": "Phone"}).status_code == 302
    with scope.client("acme"):
        kept = Acceptance.objects.get(pk=one.pk)
        event = Event.objects.get(name="project.accepted")
        assert Milestone.objects.get(pk=one.milestone_id).accepted_at == event.at
    assert (kept.answered_by, kept.answered_from, kept.answered_with) == ("佐藤 一郎", "127.0.0.1", "Phone")
    assert (event.actor_kind, event.data["from"]) == ("buyer", "127.0.0.1")
    assert "検収いただきました" in shown(browser().get(path))
    answer = browser().get(f"{path}/paper")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "posted", [{**YES, "name": ""}, {**YES, "agreed": ""}, {**NO, "reason": ""}, {"act": "delete"}, FIVE]
)
def test_nothing_is_answered_without_what_it_needs(posted: dict[str, str]) -> None:
    one, path = asked()
    assert browser().post(path, posted).status_code == 422
    with scope.client("acme"):
        assert Acceptance.objects.get(pk=one.pk).answered_at is None
        assert not Evaluation.objects.exists()


def test_who_answers_in_a_second_tab_is_told() -> None:
    _one, path = asked()
    browser().post(path, YES)
    answer = browser().post(path, YES)
    assert answer.status_code == 422
    assert "すでに回答をいただいています" in shown(answer)


def test_what_is_rejected_goes_back_with_the_reason() -> None:
    one, path = asked()
    assert browser().post(path, NO).status_code == 302
    assert "差し戻しを承りました" in shown(browser().get(path))
    with scope.client("acme"):
        assert projects.phase_of(one.milestone.project_id) == "delivering"
        assert Acceptance.objects.get(pk=one.pk).reason == "件数が合わない"


def test_a_page_that_was_taken_back_or_renewed_is_gone() -> None:
    one, path = asked()
    with scope.client("acme"):
        services.renew_links([one.pk])
        fresh = f"/a/{links.secret_of(Acceptance.objects.get(pk=one.pk))}"
    assert browser().get(path).status_code == 404
    assert browser().get(fresh).status_code == 200
    with scope.client("acme"):
        services.withdraw([one.pk], actor=OPERATOR, at=clock.now())
    assert browser().get(fresh).status_code == 404


def test_it_can_be_answered_late(at: At) -> None:
    _one, path = asked()
    clock.move(at("2026-10-20 10:00"))
    assert "期限を過ぎています" in shown(browser().get(path))
    assert browser().post(path, YES).status_code == 302


def test_the_whole_is_evaluated_on_the_same_link_once_all_is_accepted() -> None:
    one, path = asked()
    browser().post(path, YES)
    with scope.client("acme"):
        second = projects.handed_in(Project.objects.get(), 1)
    browser().post(f"/a/{links_of(second)}", YES)
    assert "評価をお聞かせください" in shown(browser().get(path))
    assert browser().post(path, FIVE).status_code == 302
    assert browser().post(path, FIVE).status_code == 422
    page = shown(browser().get(path))
    assert "5点中 5点" in page
    with scope.client("acme"):
        assert (Evaluation.objects.get().given_from, projects.phase_of(one.milestone.project_id)) == (
            "127.0.0.1",
            "completed",
        )


def links_of(one: Acceptance) -> str:
    with scope.client("acme"):
        return links.secret_of(one)


def test_the_page_speaks_the_language_that_is_asked_for() -> None:
    _one, path = asked()
    visitor = browser()
    assert visitor.get(f"{path}?language=en").status_code == 302
    assert 'lang="en"' in shown(visitor.get(path))


def test_the_buyer_is_written_to_and_both_houses_are_told(at: At) -> None:
    tenants.go_live("acme", at("2026-09-30 09:00"), actor=OPERATOR, at=at("2026-09-29 09:00"))
    client_person("orders")
    staff("clerk", serves=["acme"])
    one, path = asked()
    with scope.client("acme"):
        letter = sending._letter(Notice.objects.get(kind="buyer.acceptance_asked"))
    assert f"{path}\n" in letter.text
    assert "2026年10月8日" in letter.text
    assert "青山茶舗株式会社 御中\n佐藤 一郎 様\n" in letter.text
    browser().post(path, NO)
    with scope.client("acme"):
        again = projects.handed_in(one.milestone.project)
    browser().post(f"/a/{links_of(again)}", YES)
    with scope.client("acme"):
        told_of = Notice.objects.filter(kind__contains=".acceptance_").exclude(audience="buyer")
        told = list(told_of.order_by("id").values_list("kind", "body"))
        letter = sending._letter(Notice.objects.filter(kind="buyer.acceptance_asked").latest("id"))
    assert [kind for kind, _body in told] == [
        "client.acceptance_refused",
        "operator.acceptance_refused",
        "client.acceptance_given",
    ]
    assert "件数が合わない" in told[0][1]
    assert f"/clients/acme/projects/{one.milestone.project_id}/acceptance" in told[1][1]
    assert f"/a/{links_of(again)}" in letter.text


def test_trying_links_is_stopped() -> None:
    _one, path = asked()
    visitor = browser()
    for nth in range(21):
        visitor.get(f"/a/wrong{nth}")
    assert visitor.get(path).status_code == 429
