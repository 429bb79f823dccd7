"""What is done with service projects."""

from projects.services.accepting import answer, hand_in, renew_links, withdraw
from projects.services.beginning import Draft, apply, create, follow_quotes, link_quotes
from projects.services.checking import add_checks, record_checks
from projects.services.clarifying import ask, drop_questions, write_answers
from projects.services.deciding import cancel, waive
from projects.services.evaluating import evaluate
from projects.services.keeping import drop_template, keep_template
from projects.services.lateness import tell_late
from projects.services.planning import (
    MilestoneDraft,
    TaskDraft,
    add_milestones,
    add_tasks,
    change_milestone,
    change_task,
    drop_milestones,
    drop_tasks,
    finish,
    reopen,
    start,
)
from projects.services.proposing import propose
from projects.services.reporting import report
from projects.services.working import Worked, log, undo

__all__ = [
    "Draft",
    "MilestoneDraft",
    "TaskDraft",
    "Worked",
    "add_checks",
    "add_milestones",
    "add_tasks",
    "answer",
    "apply",
    "ask",
    "cancel",
    "change_milestone",
    "change_task",
    "create",
    "drop_milestones",
    "drop_questions",
    "drop_tasks",
    "drop_template",
    "evaluate",
    "finish",
    "follow_quotes",
    "hand_in",
    "keep_template",
    "link_quotes",
    "log",
    "propose",
    "record_checks",
    "renew_links",
    "reopen",
    "report",
    "start",
    "tell_late",
    "undo",
    "waive",
    "withdraw",
    "write_answers",
]
