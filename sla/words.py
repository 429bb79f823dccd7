"""A promise in words, so that what is measured can be read and printed by those it was given to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise

from core.definitions import clock_face
from core.wording import Sentence, _
from sla.clock import Act
from sla.goals import DeadlineGoal, DurationGoal, Goal
from sla.hours import WEEKDAYS, Intervals, WorkingHours
from sla.promises import Metric

DAYS: Mapping[str, str] = {
    "mon": _("月"),
    "tue": _("火"),
    "wed": _("水"),
    "thu": _("木"),
    "fri": _("金"),
    "sat": _("土"),
    "sun": _("日"),
}

EVENTS: Mapping[str, str] = {
    "order.received": _("受注"),
    "order.verification_opened": _("確認が必要になったとき"),
    "order.verified": _("確認の完了"),
    "order.released": _("出荷指示"),
    "order.shipped": _("出荷の完了"),
    "order.return_received": _("返品の到着"),
    "order.return_inspected": _("返品の検品"),
    "thread.asked": _("やりとりでの質問"),
    "thread.answered": _("返信（返信不要として閉じることを含む）"),
}
"""What starts and stops clocks, as people call it."""

_RUN = 3


class Listed:
    """Several texts in one line, each said in the reader's language, and joined as that language joins."""

    def __init__(self, parts: Iterable[object], joint: str) -> None:
        self.parts, self.joint = tuple(parts), Sentence(joint) if joint else ""

    def __str__(self) -> str:
        return str(self.joint).join(str(part) for part in self.parts)


AND, THROUGH, BESIDE = _("、"), _("〜"), _("・")
"""Between the parts of a list, between both ends of a span, and between days."""


def length(span: timedelta) -> Sentence:
    """A length of working time: 4時間, 1時間30分, 45分."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if not hours:
        return Sentence(_("%(minutes)s分"), minutes=minutes)
    if not minutes:
        return Sentence(_("%(hours)s時間"), hours=hours)
    return Sentence(_("%(hours)s時間%(minutes)s分"), hours=hours, minutes=minutes)


def goal(of: Goal) -> Sentence:
    """What has to be done by when."""
    if isinstance(of, DurationGoal):
        return Sentence(_("営業時間で数えて%(length)s以内"), length=length(of.working))
    assert isinstance(of, DeadlineGoal)
    cut_off = Listed([clock_face(of.cut_off), *_other_cut_offs(of)], "")
    if of.days:
        text = _("%(cut_off)sまでのご注文は%(days)s営業日後の%(by)sまで。以降と休業日のご注文は翌営業日の扱い")
    else:
        text = _("%(cut_off)sまでのご注文は当日の%(by)sまで。以降と休業日のご注文は翌営業日の扱い")
    return Sentence(text, cut_off=cut_off, days=of.days, by=_by(of))


def _by(of: DeadlineGoal) -> object:
    return Sentence(_("営業終了")) if of.by is None else clock_face(of.by)


def _other_cut_offs(of: DeadlineGoal) -> Iterable[Sentence]:
    for day, minute in of.cut_offs.items():
        yield Sentence(_("（%(day)sは%(time)s）"), day=Sentence(DAYS[day]), time=clock_face(minute))


def measured(metric: Metric) -> Sentence:
    """From which event to which the clock runs."""
    begins = next(name for name, act in metric.acts.items() if act is Act.START)
    ends = next(name for name, act in metric.acts.items() if act is Act.STOP)
    if metric.own_time:
        text = _("ご注文の日時（取込の日時ではありません）から「%(ends)s」まで")
    else:
        text = _("「%(begins)s」から「%(ends)s」まで")
    return Sentence(text, begins=Sentence(EVENTS[begins]), ends=Sentence(EVENTS[ends]))


def week(hours: WorkingHours) -> list[tuple[Listed, Listed]]:
    """The working week: days that work alike, and their times (`09:00〜12:00、13:00〜18:00`)."""
    alike: dict[Intervals, list[str]] = {}
    for pattern, intervals in hours.week.items():
        if intervals:
            alike.setdefault(intervals, []).append(pattern)
    return [(_days(patterns), times(intervals)) for intervals, patterns in alike.items()]


def times(intervals: Intervals) -> Listed:
    """Times of a day; empty for a day off."""
    return Listed([Listed([clock_face(start), clock_face(end)], THROUGH) for start, end in intervals], AND)


def _days(patterns: list[str]) -> Listed:
    """Days in a row as 月〜金, others one by one; 第2土 for a weekday of one week of the month."""
    plain = [day for day in WEEKDAYS if day in patterns]
    nth = [WEEKDAYS.index(day) for day in plain]
    in_a_row = len(plain) >= _RUN and all(after - before == 1 for before, after in pairwise(nth))
    special = [
        Sentence(_("第%(week)s%(day)s"), week=pattern[3:], day=Sentence(DAYS[pattern[:3]]))
        for pattern in patterns
        if pattern not in DAYS
    ]
    if in_a_row:
        days: list[object] = [Listed([Sentence(DAYS[plain[0]]), Sentence(DAYS[plain[-1]])], THROUGH)]
    else:
        days = [Sentence(DAYS[day]) for day in plain]
    return Listed([*days, *special], BESIDE)
