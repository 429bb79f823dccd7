from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from core import events
from core.errors import Refused
from core.events import SYSTEM, Happening
from core.models import Event
from core.periods import Period
from sla import queries, services
from sla.models import Clock
from tests.conftest import OPERATOR

At = Callable[[str], datetime]
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def promised(acme: str, at: At) -> Iterator[None]:
    """A client with the two built-in promises whose clocks follow the record."""
    before = dict(events.subscriptions())
    names = ("order.held", "order.hold_released", "order.verified", "order.shipped", "order.cancelled")
    events.install(
        {
            "order.received": (services.start,),
            "order.verification_opened": (services.start,),
            **dict.fromkeys(names, (services.follow,)),
        }
    )
    services.set_up_defaults(at=at("2026-09-01 00:00"))
    yield
    events.install(before)


def say(name: str, order_id: int, at: datetime, **data: object) -> None:
    events.publish([Happening(name, "order", order_id, data, order_id=order_id)], actor=OPERATOR, at=at)


def the_clock(order_id: int, code: str) -> Clock:
    return Clock.objects.get(order_id=order_id, promise__code=code)


def test_an_order_before_the_cut_off_has_to_ship_the_same_working_day(promised: None, at: At) -> None:
    say("order.received", 1, at("2026-10-01 13:05"), ordered_at=at("2026-10-01 12:59:59"))
    say("order.received", 2, at("2026-10-01 13:05"), ordered_at=at("2026-10-01 13:00"))

    assert the_clock(1, "ship-13").due_at == at("2026-10-01 18:00")
    assert the_clock(2, "ship-13").due_at == at("2026-10-02 18:00")


def test_a_clock_that_waits_for_the_client_does_not_run(promised: None, at: At) -> None:
    say("order.received", 1, at("2026-10-01 09:00"), ordered_at=at("2026-10-01 09:00"))
    say("order.held", 1, at("2026-10-01 14:00"), hold_id=5, party="client")
    assert the_clock(1, "ship-13").phase == "paused"

    say("order.hold_released", 1, at("2026-10-02 11:00"), hold_id=5, party="client")
    assert the_clock(1, "ship-13").due_at == at("2026-10-02 16:00")

    say("order.shipped", 1, at("2026-10-02 15:59"), parts=1)
    assert the_clock(1, "ship-13").phase == "hit"
    assert the_clock(1, "ship-13").idle == timedelta(hours=6).total_seconds()


def test_the_operators_own_hold_does_not_pause(promised: None, at: At) -> None:
    say("order.received", 1, at("2026-10-01 09:00"), ordered_at=at("2026-10-01 09:00"))
    say("order.held", 1, at("2026-10-01 14:00"), hold_id=5, party="operator")
    assert the_clock(1, "ship-13").phase == "running"


def test_verification_has_four_working_hours_and_lunch_does_not_count(promised: None, at: At) -> None:
    say("order.verification_opened", 1, at("2026-10-01 11:00"), reason="address")
    assert the_clock(1, "verify-4h").due_at == at("2026-10-01 16:00")

    say("order.verified", 1, at("2026-10-01 16:00"))
    assert the_clock(1, "verify-4h").phase == "hit"


def test_what_nears_its_due_time_is_told_once_and_so_is_the_miss(promised: None, at: At) -> None:
    say("order.verification_opened", 1, at("2026-10-01 09:00"), reason="address")

    assert services.tell(at=at("2026-10-01 11:00")) == 0
    assert services.tell(at=at("2026-10-01 13:10")) == 1
    assert services.tell(at=at("2026-10-01 13:20")) == 0
    assert services.tell(at=at("2026-10-01 14:30")) == 1
    assert services.tell(at=at("2026-10-01 15:00")) == 0

    told = Event.objects.filter(name__startswith="sla.").order_by("id").values_list("name", flat=True)
    assert list(told) == ["sla.warned", "sla.missed"]
    assert the_clock(1, "verify-4h").phase == "miss"


def test_a_miss_stays_a_miss_and_the_month_counts_it(promised: None, at: At) -> None:
    for order_id in (1, 2, 3):
        say("order.verification_opened", order_id, at("2026-10-01 09:00"), reason="address")
    say("order.verified", 1, at("2026-10-01 10:00"))
    say("order.verified", 2, at("2026-10-02 10:00"))
    say("order.cancelled", 3, at("2026-10-01 10:00"))

    figure = next(f for f in queries.month(OCTOBER) if f.code == "verify-4h")

    assert (figure.hits, figure.misses, figure.excluded, figure.rate) == (1, 1, 1, 50.0)
    assert [clock.order_id for clock in queries.misses(OCTOBER)] == [2]


def test_every_stored_clock_equals_its_replay(promised: None, at: At) -> None:
    say("order.received", 1, at("2026-10-01 09:00"), ordered_at=at("2026-09-30 20:00"))
    say("order.verification_opened", 1, at("2026-10-01 09:00"), reason="address")
    say("order.held", 1, at("2026-10-01 10:00"), hold_id=1, party="client")
    say("order.held", 1, at("2026-10-01 11:00"), hold_id=2, party="buyer")
    say("order.hold_released", 1, at("2026-10-05 09:30"), hold_id=1, party="client")
    say("order.hold_released", 1, at("2026-10-05 10:30"), hold_id=2, party="buyer")
    say("order.verified", 1, at("2026-10-05 13:30"))
    say("order.shipped", 1, at("2026-10-05 17:00"))

    for clock in Clock.objects.all():
        reading = queries.replayed(clock, at=at("2026-10-05 17:00"))
        assert (clock.phase, clock.due_at, clock.stopped_at) == (reading.phase.value, reading.due, reading.stopped)
        assert clock.elapsed == reading.elapsed.total_seconds()
    assert Clock.objects.count() == 2


def test_many_orders_start_as_one(promised: None, at: At) -> None:
    frame = pl.DataFrame(
        {
            "subject_id": [1, 2, 3],
            "order_id": [1, 2, 3],
            "ordered_at": [at("2026-10-02 12:00"), at("2026-10-02 14:00"), at("2026-10-03 10:00")],
        }
    )
    events.publish_frame("order.received", "order", frame, actor=SYSTEM, at=at("2026-10-05 08:00"))

    due = [the_clock(n, "ship-13").due_at for n in (1, 2, 3)]
    assert due == [at("2026-10-02 18:00"), at("2026-10-05 18:00"), at("2026-10-05 18:00")]
    assert services.ship_due(frame["ordered_at"]).to_list() == due


def test_a_month_is_frozen_once_and_only_when_nothing_runs(promised: None, at: At) -> None:
    say("order.verification_opened", 1, at("2026-10-01 09:00"), reason="address")
    with pytest.raises(Refused, match="計測中の受注が1件"):
        services.freeze(OCTOBER, actor=OPERATOR, at=at("2026-11-02 09:00"))

    say("order.verified", 1, at("2026-10-01 10:00"))
    statement = services.freeze(OCTOBER, actor=OPERATOR, at=at("2026-11-02 09:00"))

    assert {f["code"]: f["hits"] for f in statement.figures} == {"ship-13": 0, "thread-4h": 0, "verify-4h": 1}
    with pytest.raises(Refused, match="すでに確定"):
        services.freeze(OCTOBER, actor=OPERATOR, at=at("2026-11-02 10:00"))


def test_a_fact_that_comes_late_takes_nothing_back(promised: None, at: At) -> None:
    say("order.received", 1, at("2026-10-01 09:00"), ordered_at=at("2026-10-01 09:00"))
    say("order.shipped", 1, at("2026-10-01 15:00"), parts=1)
    say("order.held", 1, at("2026-10-01 10:00"), hold_id=5, party="client")
    say("order.hold_released", 1, at("2026-10-01 11:00"), hold_id=5, party="client")

    clock = the_clock(1, "ship-13")
    assert (clock.phase, clock.stopped_at) == ("hit", at("2026-10-01 15:00"))
    assert clock.idle == timedelta(hours=1).total_seconds()


def test_a_month_is_not_frozen_before_it_is_over(promised: None, at: At) -> None:
    with pytest.raises(Refused, match="まだ終わっていません"):
        services.freeze(OCTOBER, actor=OPERATOR, at=at("2026-10-31 23:59"))
