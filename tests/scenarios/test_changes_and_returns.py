"""What a client asks to have changed after release, and goods that come back, on a moved clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from core.errors import Refused
from orders.models import ChangeRequest, Return, Shipment
from orders.queries.timeline import of_order
from orders.services import changes, returning, shipping
from sla import services as promises
from sla.goals import DurationGoal
from sla.models import Clock
from sla.promises import METRICS, Promise
from sla.queries import promises_in_force
from tests.conftest import OPERATOR
from tests.scenarios.conftest import CLIENT, Story

Begin = Callable[..., Story]
ADDRESS = {"postcode": "5300001", "address": "大阪府大阪市北区梅田3-1-3", "name": "髙橋 健"}


def asks(tale: Story, kind: str, wanted: dict[str, Any], when: str = "2026-10-01 11:00") -> ChangeRequest:
    tale.go(when)
    changes.ask([tale.key], kind=kind, wanted=wanted, reason="ご希望", actor=CLIENT, at=tale.at(when)).sole()
    return ChangeRequest.objects.filter(order=tale.key).latest("pk")


def answers(tale: Story, asked: ChangeRequest, *, accept: bool, when: str = "2026-10-01 11:30") -> None:
    outcome = changes.answer([asked.pk], accept=accept, answer="承知しました", actor=OPERATOR, at=tale.at(when))
    outcome.sole()


def at_work(story: Begin, **fields: Any) -> Story:
    """An order that the warehouse works on."""
    tale = story(**fields)
    shipping.release([tale.key], actor=OPERATOR, at=tale.at("2026-10-01 10:30"))
    return tale


def test_before_release_a_change_is_made_at_once(story: Begin) -> None:
    tale = story(units=[2])

    asked = asks(tale, "address", ADDRESS)

    assert asked.state == "accepted"
    assert (tale.order.ship_prefecture, tale.order.ship_name) == ("大阪府", "髙橋 健")
    assert "高橋" in tale.order.search  # found by the new name too
    assert tale.told("order.change_requested") == []
    assert tale.work == {"release": "open"}


def test_a_change_is_said_in_one_way_with_what_a_reader_wants_to_know(story: Begin) -> None:
    tale = story(units=[2])

    asks(tale, "address", ADDRESS)
    asks(tale, "date", {"date": "2026-10-20", "slot": "am"})
    asks(tale, "note", {"note": "玄関前に"})

    assert [data["what"] for data in tale.told("order.changed")] == ["address", "dates", "note"]
    said = [str(entry.text) for entry in of_order(tale.key)]
    assert said[:3] == [
        "備考を変更しました",
        "お届け日を変更しました（2026-10-20）",
        "お届け先を変更しました（〒5300001 大阪府）",
    ]
    assert (tale.order.promised_date, tale.order.wished_slot, tale.order.note) == (date(2026, 10, 20), "am", "玄関前に")


def test_after_release_the_operator_is_asked_and_the_warehouse_waits(story: Begin) -> None:
    tale = at_work(story, units=[2])

    asked = asks(tale, "address", ADDRESS)

    assert (asked.state, asked.answer_by) == ("asked", tale.at("2026-10-01 14:00"))  # two hours, not lunch
    assert tale.work == {"change": "open"}
    shipment = Shipment.objects.get(order=tale.key)
    picked = shipping.pick([shipment.pk], actor=OPERATOR, at=tale.at("2026-10-01 11:10"))
    assert picked.refused[shipment.pk].code == "change_requested"
    answers(tale, asked, accept=True)

    assert tale.order.ship_prefecture == "大阪府"
    assert tale.work == {"pick": "open"}


def test_a_declined_change_leaves_the_order_as_it_was(story: Begin) -> None:
    tale = at_work(story, units=[2])
    asked = asks(tale, "date", {"date": "2026-10-20", "slot": "am"})

    answers(tale, asked, accept=False)

    assert (tale.order.wished_date, tale.work) == (None, {"pick": "open"})
    again = changes.answer([asked.pk], accept=True, answer="やはり", actor=OPERATOR, at=tale.at("2026-10-01 12:00"))
    assert again.refused[asked.pk].code == "answered"


def test_a_change_nobody_answers_expires(story: Begin) -> None:
    tale = at_work(story, units=[2])
    asked = asks(tale, "note", {"note": "玄関前に"})

    tale.go("2026-10-01 13:55")
    assert tale.work == {"change": "open"}
    tale.go("2026-10-01 14:00")

    asked.refresh_from_db()
    assert (asked.state, tale.order.note) == ("expired", "")
    assert tale.work == {"pick": "open"}


def test_less_is_taken_out_of_the_shipment(story: Begin) -> None:
    tale = at_work(story, units=[3, 1])
    line = tale.line(1)
    asked = asks(tale, "quantity", {"lines": {line.pk: 2}})

    answers(tale, asked, accept=True)

    line = tale.line(1)
    assert (line.cancelled, line.allocated, line.released) == (2, 1, 1)
    assert tale.phase == "preparing"
    tale.ships()
    assert [one["units"] for one in tale.told("shipment.shipped")] == [2]


def test_a_new_day_and_slot(story: Begin) -> None:
    tale = at_work(story, units=[1])
    asked = asks(tale, "date", {"date": "2026-10-20", "slot": "18-20"})

    answers(tale, asked, accept=True)

    order = tale.order
    assert (order.wished_date, order.promised_date, order.wished_slot) == (
        date(2026, 10, 20),
        date(2026, 10, 20),
        "18-20",
    )


@pytest.mark.parametrize(
    ("kind", "wanted", "field"),
    [
        ("colour", {}, "kind"),
        ("address", {"postcode": "12", "address": "どこか"}, "postcode"),
        ("date", {"date": "2026-09-30"}, "date"),
        ("date", {"date": "2026-10-30", "slot": "noon"}, "slot"),
        ("quantity", {"lines": {}}, "lines"),
        ("note", {"note": " "}, "note"),
    ],
)
def test_a_change_that_says_too_little_is_refused(story: Begin, kind: str, wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        asks(story(units=[1]), kind, wanted)
    assert refusal.value.field == field


def test_more_than_there_is_and_what_is_packed_is_refused(story: Begin) -> None:
    tale = story(units=[2])
    at = tale.at("2026-10-01 11:00")
    much = {"lines": {tale.line().pk: 3}}
    beyond = changes.ask([tale.key], kind="quantity", wanted=much, reason="多い", actor=CLIENT, at=at)
    assert beyond.refused[tale.key].code == "too_many"
    tale.ships()

    late = changes.ask([tale.key], kind="note", wanted={"note": "急ぎ"}, reason="急ぎ", actor=CLIENT, at=at)

    assert late.refused[tale.key].code == "packed"


def test_packed_or_later_is_a_return_that_is_counted_and_timed(story: Begin) -> None:
    tale = story(units=[2, 1])
    hours = promises_in_force()[0][1].hours
    promise = Promise(
        "return-1d", 1, "1営業日以内に返品検品", METRICS["inspect_return"], DurationGoal(timedelta(hours=8)), hours
    )
    promises.make(promise, valid_from=tale.at("2026-09-01 00:00"))
    tale.ships(deliver=True)

    outcome = returning.request([tale.key], reason="サイズ違い", actor=CLIENT, at=tale.at("2026-10-05 10:00"))
    outcome.sole()

    assert (tale.phase, tale.work) == ("returning", {"return": "open"})
    again = returning.request([tale.key], reason="もう一度", actor=CLIENT, at=tale.at("2026-10-05 10:00"))
    assert again.refused[tale.key].code == "returning"
    back = Return.objects.get(order=tale.key)
    came = {tale.line(1).pk: 1, tale.line(2).pk: 1}
    returning.receive([back.pk], quantities=came, actor=OPERATOR, at=tale.at("2026-10-06 10:00"))
    timed = Clock.objects.get(order_id=tale.key, promise__code="return-1d")
    assert (timed.phase, timed.started_at) == ("running", tale.at("2026-10-06 10:00"))
    much = {tale.line(1).pk: 2}
    beyond = returning.inspect([back.pk], accepted=much, finding="良好", actor=OPERATOR, at=tale.at("2026-10-06 11:00"))
    assert beyond.refused[back.pk].code == "too_many"
    returning.inspect([back.pk], finding="良好", actor=OPERATOR, at=tale.at("2026-10-06 11:00"))

    timed.refresh_from_db()
    assert timed.phase == "hit"
    line = tale.line(1)
    assert (line.return_requested, line.return_received, line.return_accepted) == (1, 1, 1)  # one never came
    assert tale.metered("returns_inspected") == 2
    assert (tale.phase, tale.work) == ("delivered", {})
