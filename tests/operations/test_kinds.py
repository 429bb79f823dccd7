"""The table of kinds, and what each of them needs besides its row."""

from __future__ import annotations

import pytest
from django.template.loader import get_template

from core import events
from operations import services
from operations.kinds import KINDS, done_by
from operations.models import WorkItem
from orders.lifecycle import ORDER_FACTS, SHIPMENT_FACTS
from portal.look.icons import names


@pytest.mark.parametrize("kind", KINDS, ids=KINDS)
def test_a_kind_has_a_panel_an_icon_and_a_code_that_fits(kind: str) -> None:
    get_template(f"operations/parts/task_{kind}.html")  # raises where there is none
    assert KINDS[kind].icon in names()
    longest = WorkItem._meta.get_field("kind").max_length
    assert longest is not None
    assert len(kind) <= longest


@pytest.mark.parametrize("kind", KINDS, ids=KINDS)
def test_what_a_kind_is_done_by_is_followed(kind: str) -> None:
    followers = {
        "question": services.follow_question,
        "supply": services.follow_supply,
        "project": services.follow_project,
    }
    follower = followers.get(KINDS[kind].subject, services.follow)
    heard = {name for name, subscribers in events.subscriptions().items() if follower in subscribers}

    assert KINDS[kind].done_by <= heard


@pytest.mark.parametrize("kind", KINDS, ids=KINDS)
def test_a_kind_is_not_wanted_where_nothing_is(kind: str) -> None:
    late = ("late_tasks", "late_answers")
    facts = {"order": ORDER_FACTS, "shipment": SHIPMENT_FACTS, "question": ("waiting",), "supply": ("waiting",)}
    names = facts.get(KINDS[kind].subject, late)
    nothing = dict.fromkeys([*names, "our_holds", "our_decisions"], 0) | (
        {"stage": 10} if KINDS[kind].subject == "shipment" else {}
    )

    assert not KINDS[kind].wanted.holds(nothing)


def test_an_event_knows_what_it_shows_done() -> None:
    assert done_by("shipment.packed") == ["pack"]
    assert done_by("order.held") == []
