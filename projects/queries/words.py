"""What the states of tasks, milestones and checks are called, with their tones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from core.wording import Sentence, _
from projects.models import Check, Milestone, Task

Word = tuple[Sentence, str]

CHECKS: Mapping[str, tuple[str, str]] = {
    Check.OPEN: (_("未実施"), "waiting"),
    Check.PASSED: (_("合格"), "done"),
    Check.FAILED: (_("不合格"), "trouble"),
    Check.REDO: (_("再検査待ち"), "attention"),
}


def of_task(task: Task) -> Word:
    """Where a task stands."""
    if task.done_at is not None:
        return Sentence(_("完了")), "done"
    if task.started_at is not None:
        return Sentence(_("作業中")), "moving"
    return Sentence(_("未着手")), "waiting"


def of_milestone(milestone: Milestone, *, asked: bool, rejected: bool) -> Word:
    """Where a milestone stands. asked: the buyer is to answer; rejected: they said no last time."""
    if milestone.accepted_at is not None:
        return Sentence(_("検収済み")), "done"
    if asked:
        return Sentence(_("検収待ち")), "attention"
    return (Sentence(_("差し戻し")), "trouble") if rejected else (Sentence(_("納品前")), "waiting")


def of_check(check: Check) -> Word:
    """How a check went."""
    label, tone = CHECKS[check.state]
    return Sentence(label), tone


def is_late(due: date, done_at: datetime | None, today: date) -> bool:
    """Whether something is not done though its day has passed."""
    return done_at is None and due < today
