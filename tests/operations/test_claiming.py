"""The next item is the right one, and nobody gets it twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from core import scope
from operations import services
from operations.bookmarks import START, Bookmark
from operations.kinds import KINDS, kinds_of
from operations.models import WorkItem
from operations.services import claiming
from tenants.roles import permissions_of
from tests.conftest import OPERATOR
from tests.factories.operations import item, items

At = Callable[[str], datetime]
NINE = "2026-10-01 09:00"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    claiming._bookmarks().forget()


def claim(at: At, **wish: object) -> WorkItem | None:
    """Claim as 花子, who serves acme."""
    wanted: dict[str, object] = {"clients": ["acme"], "at": at(NINE), **wish}
    return services.claim_next(7, "受注 花子", **wanted)  # type: ignore[arg-type]


def test_the_order_is_priority_then_due_time_then_age(as_operator: None, at: At) -> None:
    without = item()
    late = item(due_at=at("2026-10-02 18:00"))
    early = item(due_at=at("2026-10-01 18:00"))
    same = item(due_at=at("2026-10-01 18:00"))
    urgent = item(due_at=at("2026-10-09 18:00"), priority=1)

    claimed = [claim(at) for _nth in range(6)]

    assert [found and found.pk for found in claimed] == [urgent.pk, early.pk, same.pk, late.pk, without.pk, None]


def test_the_item_is_the_persons_from_now_on(as_operator: None, at: At) -> None:
    item()

    mine = claim(at)

    assert mine is not None
    mine.refresh_from_db()
    assert (mine.state, mine.holder_id, mine.holder_name, mine.claimed_at) == ("claimed", 7, "受注 花子", at(NINE))


def test_only_clients_that_the_person_serves_and_kinds_that_the_role_may_do(as_operator: None, at: At) -> None:
    item(client="bravo", due_at=at("2026-10-01 10:00"))
    item(kind="pick", due_at=at("2026-10-01 11:00"))
    mine = item(due_at=at("2026-10-01 12:00"))

    found = claim(at, kinds=kinds_of(permissions_of("clerk")))

    assert found is not None
    assert found.pk == mine.pk
    assert claim(at, kinds=kinds_of(permissions_of("clerk"))) is None


def test_roles_have_their_kinds() -> None:
    clerks = ("cancel", "change", "verify", "resolve", "source", "release", "answer", "chase", "catch_up", "remind")
    assert kinds_of(permissions_of("clerk")) == clerks
    assert kinds_of(permissions_of("warehouse")) == ("return", "pick", "pack", "ship")
    assert kinds_of(permissions_of("lead")) == tuple(KINDS)
    assert kinds_of(permissions_of("billing")) == ("answer",)


def test_many_at_once_come_in_the_order_of_the_queue(as_operator: None, at: At) -> None:
    made = [item(due_at=at(f"2026-10-0{day} 18:00")) for day in (3, 1, 2)]

    found = services.claim_many(7, "受注 花子", clients=["acme"], count=2, at=at(NINE))

    assert [one.pk for one in found] == [made[1].pk, made[2].pk]


def test_work_of_few_is_found_behind_the_work_of_many(as_operator: None, at: At) -> None:
    _fill("bravo", 2500, at("2026-10-01 09:00"))
    mine = item(due_at=at("2026-10-05 18:00"))

    found = claim(at)

    assert found is not None
    assert found.pk == mine.pk
    assert claim(at) is None


def test_two_claims_at_the_same_time_never_get_the_same(as_operator: None, at: At) -> None:
    there = items(3)

    first = services.claim_many(7, "花子", clients=["acme"], count=2, at=at(NINE))
    second = services.claim_many(8, "次郎", clients=["acme"], count=2, at=at(NINE))

    assert {one.pk for one in first} | {one.pk for one in second} == {one.pk for one in there}
    assert not {one.pk for one in first} & {one.pk for one in second}


def test_a_claim_from_within_a_clients_scope_is_the_operators_all_the_same(acme: str, at: At) -> None:
    item(client="bravo")

    found = claim(at, clients=["acme", "bravo"])

    assert found is not None
    assert found.client == "bravo"
    assert scope.current_client() == "acme"


class TestBookmark:
    """What a bookmark skips is taken; what comes later, however it comes, is seen."""

    @pytest.fixture
    def begun(
        self, as_operator: None, at: At, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> list[WorkItem]:
        """Twenty items, the first eleven taken, and the place of the eleventh remembered, as after a commit."""
        made = [item(due_at=at(f"2026-10-{day:02} 18:00")) for day in range(1, 21)]
        for _nth in range(11):
            with django_capture_on_commit_callbacks(execute=True):
                claim(at)
        assert remembered().item_id == made[10].pk
        return made

    def test_the_next_search_begins_behind_what_was_taken(self, begun: list[WorkItem], at: At) -> None:
        found = claim(at)

        assert found is not None
        assert found.pk == begun[11].pk

    def test_an_urgent_newcomer_is_seen(self, begun: list[WorkItem], at: At) -> None:
        services.prioritise([begun[19].pk], clients=["acme"], priority=2, actor=OPERATOR, at=at(NINE))

        found = claim(at)

        assert found is not None
        assert found.pk == begun[19].pk

    def test_an_item_given_back_is_seen(self, begun: list[WorkItem], at: At) -> None:
        services.give_back([begun[0].pk], clients=["acme"], actor=OPERATOR, at=at(NINE), of_others=True)

        found = claim(at)

        assert found is not None
        assert found.pk == begun[0].pk

    def test_without_its_announcement_it_would_not_be(self, begun: list[WorkItem], at: At) -> None:
        WorkItem.objects.filter(pk=begun[0].pk).update(state="open", holder_id=None)

        found = claim(at)

        assert found is not None
        assert found.pk == begun[11].pk

    def test_nothing_is_learnt_from_what_is_undone(self, as_operator: None, at: At) -> None:
        items(3)

        claim(at)

        assert remembered() == START


def remembered() -> Bookmark:
    """The bookmark of the claims that `claim` makes."""
    return claiming._bookmarks().find((tuple(sorted(KINDS)), ("acme",)), now=time.monotonic())


def _fill(client: str, count: int, due_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO operations_workitem (client, kind, subject_kind, subject_id, order_id, title, due_at)"
            " SELECT %s, 'verify', 'order', g, g, 'x', %s FROM generate_series(1, %s) g",
            [client, due_at, count],
        )
