"""What becomes of claimed work: finished by the facts, given back, handed on, returned when its holder has left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core import scope
from core.events import Actor
from operations import services
from operations.models import Refill, Tally, WorkItem
from operations.queries.people import Worker
from orders.services import verification
from tenants.models import AccessLog
from tests.factories.operations import item, received

At = Callable[[str], datetime]
NINE = "2026-10-01 09:00"
HANAKO = Actor("person", "7", "受注 花子")
JIRO = Actor("person", "8", "倉庫 次郎")
SERVED = ["acme"]


@pytest.fixture
def hanakos(as_operator: None, at: At) -> WorkItem:
    """An item that 花子 has claimed."""
    return claimed(at)


def claimed(at: At, **fields: object) -> WorkItem:
    """An item of 花子, claimed at nine."""
    return item(state="claimed", holder_id=7, holder_name=HANAKO.name, claimed_at=at(NINE), **fields)


def worker() -> Worker:
    """次郎, who verifies for acme."""
    return Worker(person_id=8, name=JIRO.name, kinds=frozenset({"verify"}), clients=frozenset({"acme"}))


def holder_of(work: WorkItem) -> tuple[str, int | None, str]:
    """State, holder's id and name, as stored."""
    with scope.operator():
        work.refresh_from_db()
    return work.state, work.holder_id, work.holder_name


def test_one_may_take_the_very_items_one_sees(as_operator: None, at: At) -> None:
    free = item()

    outcome = services.take([free.pk], clients=SERVED, actor=HANAKO, at=at(NINE))

    assert outcome.done == {free.pk}
    assert holder_of(free) == ("claimed", 7, "受注 花子")


def test_what_somebody_works_on_is_not_taken_and_names_them(hanakos: WorkItem, at: At) -> None:
    outcome = services.take([hanakos.pk], clients=SERVED, actor=JIRO, at=at(NINE))

    assert outcome.refused[hanakos.pk].code == "held_by_another"
    assert "受注 花子さん" in str(outcome.refused[hanakos.pk])
    assert holder_of(hanakos) == ("claimed", 7, "受注 花子")


def test_a_lead_takes_it_over_and_that_is_on_record(hanakos: WorkItem, at: At) -> None:
    services.take([hanakos.pk], clients=SERVED, actor=JIRO, at=at(NINE), from_others=True)

    assert holder_of(hanakos) == ("claimed", 8, "倉庫 次郎")
    logged = AccessLog.objects.get(action="work.taken_over")
    assert (logged.client, logged.actor_name, logged.data["items"]) == ("", "倉庫 次郎", [hanakos.pk])


def test_taking_again_what_is_ones_own_keeps_when_it_was_claimed(hanakos: WorkItem, at: At) -> None:
    services.take([hanakos.pk], clients=SERVED, actor=HANAKO, at=at("2026-10-01 11:00"))

    hanakos.refresh_from_db()
    assert hanakos.claimed_at == at(NINE)


def test_what_is_finished_or_strange_is_refused_one_by_one(as_operator: None, at: At) -> None:
    free, done, strange = item(), item(state="done"), item(client="bravo")

    outcome = services.take([free.pk, done.pk, strange.pk, 999], clients=SERVED, actor=HANAKO, at=at(NINE))

    assert outcome.done == {free.pk}
    assert {key: refusal.code for key, refusal in outcome.refused.items()} == {
        done.pk: "finished",
        strange.pk: "not_found",
        999: "not_found",
    }
    assert holder_of(strange) == ("open", None, "")


def test_given_back_it_is_open_and_announced(hanakos: WorkItem, at: At) -> None:
    outcome = services.give_back([hanakos.pk], clients=SERVED, actor=HANAKO, at=at(NINE))

    assert outcome.done == {hanakos.pk}
    assert holder_of(hanakos) == ("open", None, "")
    assert Refill.objects.filter(item_id=hanakos.pk, rank=hanakos.rank).exists()


def test_only_ones_own_is_given_back(hanakos: WorkItem, at: At) -> None:
    free = item()

    outcome = services.give_back([hanakos.pk, free.pk], clients=SERVED, actor=JIRO, at=at(NINE))

    assert {key: refusal.code for key, refusal in outcome.refused.items()} == {
        hanakos.pk: "held_by_another",
        free.pk: "not_claimed",
    }


def test_reassigning_goes_over_the_holder_and_is_on_record(hanakos: WorkItem, at: At) -> None:
    services.reassign([hanakos.pk], clients=SERVED, to=worker(), actor=HANAKO, at=at(NINE))

    assert holder_of(hanakos) == ("claimed", 8, "倉庫 次郎")
    assert AccessLog.objects.get(action="work.reassigned").data["to"] == "倉庫 次郎"


def test_nobody_is_given_what_they_do_not_serve_or_may_not_do(as_operator: None, at: At) -> None:
    strange, beyond = item(client="bravo"), item(kind="ship")

    outcome = services.reassign(
        [strange.pk, beyond.pk], clients=["acme", "bravo"], to=worker(), actor=HANAKO, at=at(NINE)
    )

    assert {key: refusal.code for key, refusal in outcome.refused.items()} == {
        strange.pk: "not_served",
        beyond.pk: "not_permitted",
    }
    assert holder_of(strange) == ("open", None, "")


def test_work_is_finished_by_the_facts_not_by_saying_so(acme: str, at: At) -> None:
    order = received(verifications=("address",))
    mine = services.claim_next(7, "受注 花子", clients=SERVED, at=at(NINE))
    assert mine is not None

    too_early = services.finish([mine.pk], clients=SERVED)
    verification.answer([order], answer="確認済み", actor=HANAKO, at=at(NINE))
    in_time = services.finish([mine.pk], clients=SERVED)

    assert too_early.refused[mine.pk].code == "not_done"
    assert "確認理由に回答する" in str(too_early.refused[mine.pk])
    assert in_time.done == {mine.pk}


def test_what_a_person_holds_who_has_left_goes_back(hanakos: WorkItem, at: At) -> None:
    assert services.return_abandoned(at=at(NINE) + timedelta(minutes=30)) == 0

    assert services.return_abandoned(at=at(NINE) + timedelta(minutes=31)) == 1
    assert holder_of(hanakos) == ("open", None, "")
    assert Refill.objects.filter(item_id=hanakos.pk).exists()


def test_who_gives_signs_of_being_there_keeps_it(hanakos: WorkItem, at: At) -> None:
    services.note_presence(7, at=at("2026-10-01 09:05"))
    services.note_presence(7, at=at("2026-10-01 09:20"))

    assert services.return_abandoned(at=at("2026-10-01 09:45")) == 0
    assert services.return_abandoned(at=at("2026-10-01 09:51")) == 1


def test_in_the_warehouse_one_may_be_away_longer(as_operator: None, at: At) -> None:
    picking = claimed(at, kind="pick")

    assert services.return_abandoned(at=at("2026-10-01 10:59")) == 0
    assert services.return_abandoned(at=at("2026-10-01 11:01")) == 1
    assert holder_of(picking) == ("open", None, "")


def test_a_days_figures_are_folded_into_one_row_each(as_operator: None, at: At) -> None:
    for hour in (9, 15):
        Tally.objects.create(client="acme", name="shipped", at=at(f"2026-10-01 {hour:02}:00"), orders=2, units=3)
    Tally.objects.create(client="acme", name="shipped", at=at("2026-10-02 09:00"), orders=1, units=1)

    for _nth in range(2):
        services.fold_tallies(before=at("2026-10-02 00:00"))

    assert list(Tally.objects.order_by("at").values_list("at", "orders", "units")) == [
        (at("2026-10-01 00:00"), 4, 6),
        (at("2026-10-02 09:00"), 1, 1),
    ]


def test_priority_moves_open_work_ahead(as_operator: None, at: At) -> None:
    early, late = (item(due_at=at(f"2026-10-0{day} 18:00")) for day in (1, 2))

    services.prioritise([late.pk], clients=SERVED, priority=1, actor=HANAKO, at=at(NINE))

    first = WorkItem.objects.filter(pk__in=[early.pk, late.pk]).order_by("rank").first()
    assert first is not None
    assert first.pk == late.pk
