from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from sla import words
from sla.goals import DeadlineGoal, DurationGoal, Goal
from sla.hours import WorkingHours, every
from sla.promises import METRICS


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (DurationGoal(timedelta(hours=4)), "営業時間で数えて4時間以内"),
        (DurationGoal(timedelta(minutes=90)), "営業時間で数えて1時間30分以内"),
        (DurationGoal(timedelta(minutes=45)), "営業時間で数えて45分以内"),
        (
            DeadlineGoal(cut_off=13 * 60),
            "13:00までのご注文は当日の営業終了まで。以降と休業日のご注文は翌営業日の扱い",
        ),
        (
            DeadlineGoal(cut_off=13 * 60, cut_offs={"sat": 11 * 60}, by=17 * 60 + 30),
            "13:00（土は11:00）までのご注文は当日の17:30まで。以降と休業日のご注文は翌営業日の扱い",
        ),
        (
            DeadlineGoal(cut_off=15 * 60, days=2),
            "15:00までのご注文は2営業日後の営業終了まで。以降と休業日のご注文は翌営業日の扱い",
        ),
    ],
)
def test_a_goal_is_said_in_words(goal: Goal, said: str) -> None:
    assert str(words.goal(goal)) == said


def test_what_is_measured_is_said_in_words() -> None:
    assert str(words.measured(METRICS["verify"])) == "「確認が必要になったとき」から「確認の完了」まで"
    assert str(words.measured(METRICS["ship"])) == "ご注文の日時（取込の日時ではありません）から「出荷の完了」まで"


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.code)
def test_every_metric_can_be_said(metric: object) -> None:
    assert "%(" not in str(words.measured(metric))  # type: ignore[arg-type]


def test_days_that_work_alike_stand_together() -> None:
    week = {
        **every(("mon", "tue", "wed", "thu", "fri"), ("9:00", "12:00"), ("13:00", "18:00")),
        **every(("sat", "sat2"), ("9:00", "12:00")),
        "sun": (),
    }
    said = [(str(days), str(times)) for days, times in words.week(WorkingHours(week=week))]
    assert said == [("月〜金", "09:00〜12:00、13:00〜18:00"), ("土・第2土", "09:00〜12:00")]


def test_days_apart_are_named_one_by_one() -> None:
    week = every(("mon", "wed", "fri"), ("9:00", "18:00"))
    assert [str(days) for days, _times in words.week(WorkingHours(week=week))] == ["月・水・金"]


def test_in_english_spans_and_lists_are_joined_as_english_joins() -> None:
    week = every(("mon", "tue", "wed"), ("9:00", "12:00"), ("13:00", "18:00"))
    with translation.override("en"):
        ((days, times),) = [(str(days), str(times)) for days, times in words.week(WorkingHours(week=week))]
    assert (days, times) == ("Mon–Wed", "09:00–12:00, 13:00–18:00")
