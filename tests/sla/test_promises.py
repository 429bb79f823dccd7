"""Promises and their metrics."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.errors import Refused
from core.periods import TOKYO
from sla.clock import Act, ClockEvent, Phase, replay
from sla.goals import GOALS, DurationGoal
from sla.hours import WEEKDAYS, WorkingHours, every
from sla.promises import METRICS, Metric, Promise, ship_same_day, verify_within_four_hours

OFFICE = WorkingHours(every(WEEKDAYS[:5], ("09:00", "12:00"), ("13:00", "18:00")))
WAREHOUSE = WorkingHours(every(WEEKDAYS[:6], ("08:00", "17:00")))
VERIFY = verify_within_four_hours([OFFICE])
SHIP = ship_same_day([OFFICE, WAREHOUSE])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def judged(promise: Promise, *record: tuple[str, str]) -> Phase:
    """How a promise came out for a record of (event name, time)."""
    events = [ClockEvent(promise.metric.acts[name], at(when)) for name, when in record]
    return replay(events, goal=promise.goal, calendar=promise.calendar, at=at("2026-12-31 09:00")).phase


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_can_start_and_end_by_its_own_events_and_one_of_orders_pause(metric: Metric) -> None:
    pauses = {Act.PAUSE, Act.RESUME} if metric.subject == "order" else set()
    assert {Act.START, Act.STOP, Act.CANCEL} | pauses <= set(metric.acts.values())
    assert all(name.startswith(f"{metric.subject}.") for name in metric.acts)


def test_verify_within_four_working_hours() -> None:
    opened = ("order.verification_opened", "2026-11-20 16:00")

    assert judged(VERIFY, opened, ("order.verified", "2026-11-24 11:00")) is Phase.HIT
    assert judged(VERIFY, opened, ("order.verified", "2026-11-24 11:01")) is Phase.MISS


def test_ordered_before_the_cut_off_ships_the_same_day_while_both_places_work() -> None:
    assert judged(SHIP, ("order.received", "2026-11-20 12:59"), ("order.shipped", "2026-11-20 17:00")) is Phase.HIT
    assert judged(SHIP, ("order.received", "2026-11-20 12:59"), ("order.shipped", "2026-11-20 17:01")) is Phase.MISS
    assert judged(SHIP, ("order.received", "2026-11-20 13:00"), ("order.shipped", "2026-11-24 17:00")) is Phase.HIT


@pytest.mark.parametrize("promise", [VERIFY, SHIP], ids=lambda promise: promise.code)
def test_a_promise_survives_json(promise: Promise) -> None:
    assert Promise.from_json(json.loads(json.dumps(promise.to_json()))) == promise


def test_a_scope_covers_the_named_values_only() -> None:
    rakuten = Promise.from_json({**SHIP.to_json(), "scope": {"channel": ["rakuten", "shopify"]}})

    assert rakuten.covers({"channel": "rakuten", "temperature": "cold"})
    assert not rakuten.covers({"channel": "nextengine"})
    assert not rakuten.covers({})
    assert SHIP.covers({})
    assert Promise.from_json(rakuten.to_json()) == rakuten


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": ""}, "「code」"),
        ({"version": 0}, "「version」"),
        ({"metric": "smile"}, "smile"),
        ({"goal": {"kind": "duration"}}, "goal.minutes"),
        ({"goal": None}, "「goal」"),
        ({"hours": []}, "営業時間"),
        ({"hours": [{"week": {"mon": [["18:00", "09:00"]]}}]}, "18:00〜09:00"),
        ({"warn_percent": 101}, "101"),
        ({"warning": 50}, "「warning」"),
        ({"scope": ["rakuten"]}, "「scope」"),
    ],
)
def test_promises_that_make_no_sense_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        Promise.from_json({**VERIFY.to_json(), **change})


def test_a_metric_takes_only_its_kinds_of_goal() -> None:
    cut_offs_only = replace(METRICS["ship"], goals=frozenset(GOALS) - {"duration"})

    with pytest.raises(Refused, match="出荷"):
        replace(SHIP, metric=cut_offs_only, goal=DurationGoal(timedelta(hours=1)))
