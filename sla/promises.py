"""What can be promised, and what has been: metrics as a table, promises as frozen definitions.

A metric says between which events of the record something is measured; adding one is a row of METRICS. A promise is a
metric with a goal, the working hours it is measured in and what it covers. Its definition is complete in itself and
versioned: a clock is judged by the version it started under, however hours and goals change later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Literal

from core.definitions import Definition, reading, refuse
from core.wording import Sentence, _
from sla import goals
from sla.calendars import WorkingCalendar
from sla.clock import WARN_PERCENT, Act
from sla.goals import DeadlineGoal, DurationGoal, Goal
from sla.hours import WorkingHours


@dataclass(frozen=True)
class Metric:
    """Something that can be measured from the record of one subject.

    acts: event names and what each does to the clock. goals: the kinds of goal that make sense for it. The pausing
    events carry the hold's id and party, or the exception's id and whom it waits for. own_time: the key of the starting
    event's data that holds the subject's own time, where that counts and not the time it came to us ("" where the
    event's time counts). runs_for: what a clock is started for, as the column of sla.models.Clock that holds its id.
    """

    code: str
    label: str
    subject: str
    acts: Mapping[str, Act]
    goals: frozenset[str] = frozenset(goals.GOALS)
    own_time: str = ""
    runs_for: Literal["order_id", "question_id"] = "order_id"


_HOLDS = {
    "order.held": Act.PAUSE,
    "order.hold_released": Act.RESUME,
    "order.hold_answered": Act.RESUME,
    "order.exception_opened": Act.PAUSE,
    "order.exception_reopened": Act.PAUSE,
    "order.exception_decided": Act.RESUME,
    "order.exception_withdrawn": Act.RESUME,
    "order.exception_escalated": Act.RESUME,
}
_ENDS = {"order.cancelled": Act.CANCEL, "order.reinstated": Act.REOPEN}

METRICS: Mapping[str, Metric] = {
    metric.code: metric
    for metric in (
        Metric(
            code="verify",
            label=_("受注確認"),
            subject="order",
            acts={"order.verification_opened": Act.START, "order.verified": Act.STOP, **_HOLDS, **_ENDS},
        ),
        Metric(
            code="release",
            label=_("出荷指示"),
            subject="order",
            acts={"order.received": Act.START, "order.released": Act.STOP, **_HOLDS, **_ENDS},
        ),
        Metric(
            code="ship",
            label=_("出荷"),
            subject="order",
            own_time="ordered_at",
            acts={
                "order.received": Act.START,
                "order.shipped": Act.STOP,
                "order.shipping_reopened": Act.REOPEN,
                **_HOLDS,
                **_ENDS,
            },
        ),
        Metric(
            code="inspect_return",
            label=_("返品検品"),
            subject="order",
            acts={"order.return_received": Act.START, "order.return_inspected": Act.STOP, **_HOLDS, **_ENDS},
        ),
        Metric(
            code="reply",
            label=_("初回返信"),
            subject="thread",
            runs_for="question_id",
            acts={
                "thread.asked": Act.START,
                "thread.answered": Act.STOP,
                "thread.closed": Act.STOP,
                "thread.question_withdrawn": Act.CANCEL,
                "thread.reopened": Act.REOPEN,
            },
        ),
    )
}


@dataclass(frozen=True)
class Promise:
    """One version of a promise. code: the same through all versions. hours: every place whose hours must be open.

    scope: for some facts of the subject (`channel`), the values that are covered; empty covers everything. What makes
    no sense is `Refused` when it is made.
    """

    code: str
    version: int
    name: str
    metric: Metric
    goal: Goal
    hours: tuple[WorkingHours, ...]
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)
    warn_percent: int = WARN_PERCENT

    def __post_init__(self) -> None:
        if self.goal.kind not in self.metric.goals:
            refuse(
                "goal.kind",
                Sentence(_("指標「%(metric)s」にこの種類の目標は使えません。"), metric=Sentence(self.metric.label)),
            )
        if not self.hours:
            refuse("hours", _("営業時間を1つ以上指定してください。"))
        if not 1 <= self.warn_percent <= 100:
            refuse(
                "warn_percent",
                Sentence(_("1〜100の整数で指定してください（%(found)s は使えません）。"), found=self.warn_percent),
            )

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The working time it is measured in."""
        return WorkingCalendar(*self.hours)

    def covers(self, facts: Mapping[str, str]) -> bool:
        """Whether a subject with these facts falls under the promise. A fact that is not there is not covered."""
        return all(facts.get(name) in values for name, values in self.scope.items())

    def to_json(self) -> dict[str, object]:
        """As a JSON object; `from_json` makes the same promise of it."""
        return {
            "code": self.code,
            "version": self.version,
            "name": self.name,
            "metric": self.metric.code,
            "goal": self.goal.to_json(),
            "hours": [hours.to_json() for hours in self.hours],
            "scope": {name: sorted(values) for name, values in self.scope.items()},
            "warn_percent": self.warn_percent,
        }

    @classmethod
    def from_json(cls, data: object, path: str = "") -> Promise:
        """The promise of a JSON object. What makes no sense is `Refused`, with its place."""
        with reading(data, path) as definition:
            return cls(
                code=definition.text("code"),
                version=definition.whole("version", least=1),
                name=definition.text("name"),
                metric=_metric(definition),
                goal=goals.from_json(definition.value("goal"), definition.at("goal")),
                hours=tuple(WorkingHours.from_json(item, where) for where, item in definition.items("hours")),
                scope=_scope(definition),
                warn_percent=definition.whole("warn_percent", default=WARN_PERCENT),
            )


def verify_within_four_hours(hours: Sequence[WorkingHours]) -> Promise:
    """The built-in promise that an order in question is verified within four working hours."""
    return Promise(
        "verify-4h", 1, _("4営業時間以内に受注確認"), METRICS["verify"], DurationGoal(timedelta(hours=4)), tuple(hours)
    )


def ship_same_day(hours: Sequence[WorkingHours]) -> Promise:
    """The built-in promise that what is ordered before 13:00 ships the same working day."""
    return Promise(
        "ship-13", 1, _("13時までのご注文は当日出荷"), METRICS["ship"], DeadlineGoal(cut_off=13 * 60), tuple(hours)
    )


def reply_within_four_hours(hours: Sequence[WorkingHours]) -> Promise:
    """The built-in promise that what the client asks is answered within four working hours."""
    return Promise(
        "thread-4h", 1, _("4営業時間以内に返信"), METRICS["reply"], DurationGoal(timedelta(hours=4)), tuple(hours)
    )


DEFAULTS: Mapping[str, Callable[[Sequence[WorkingHours]], Promise]] = {
    "verify-4h": verify_within_four_hours,
    "ship-13": ship_same_day,
    "thread-4h": reply_within_four_hours,
}
"""What everybody is promised, by code. A client begins with all of them; a later one is offered where it is missing."""


def _metric(definition: Definition) -> Metric:
    code = definition.text("metric")
    if code not in METRICS:
        refuse(definition.at("metric"), Sentence(_("指標「%(code)s」はありません。"), code=code))
    return METRICS[code]


def _scope(definition: Definition) -> dict[str, frozenset[str]]:
    scope = Definition(definition.value("scope") if definition.has("scope") else {}, definition.at("scope"))
    return {name: frozenset(str(value) for _where, value in scope.items(name)) for name in scope.names()}
