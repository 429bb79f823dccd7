"""What happened to a project, in sentences, from the client's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.models import Event
from core.paging import Page, page_of
from core.wording import Sentence, _
from orders.queries.timeline import Entry
from projects.queries.words import CHECKS

Data = Mapping[str, Any]
Say = Callable[[Data], Sentence]


def _plain(template: str, *names: str) -> Say:
    return lambda data: Sentence(template, **{name: data.get(name) or "" for name in names})


def _worked(template: str) -> Say:
    """Who worked how long on which day."""

    def say(data: Data) -> Sentence:
        hours = f"{data['minutes'] / 60:.2f}".rstrip("0").rstrip(".")
        return Sentence(template, person=data["person"], day=data["day"], hours=hours)

    return say


def _checked(data: Data) -> Sentence:
    template = _("品質検査「%(check)s」: %(result)s")
    return Sentence(template, check=data["check"], result=Sentence(CHECKS[data["result"]][0]))


SAYINGS: Mapping[str, tuple[Say, str]] = {
    "project.created": (_plain(_("案件を始めました")), "moving"),
    "project.template_applied": (_plain(_("ひな形を加えました（作業%(tasks)s件）"), "tasks"), "moving"),
    "project.questions_added": (_plain(_("要望の質問を%(count)s件加えました"), "count"), "moving"),
    "project.question_dropped": (_plain(_("要望の質問を外しました（%(question)s）"), "question"), "waiting"),
    "project.answers_written": (_plain(_("要望の回答を%(count)s件記録しました"), "count"), "moving"),
    "project.requirements_agreed": (_plain(_("要望%(count)s件に合意しました"), "count"), "done"),
    "project.quoted": (_plain(_("見積の下書きを作りました")), "moving"),
    "project.quote_accepted": (_plain(_("見積が承諾されました（%(quote)s）"), "quote"), "done"),
    "project.quote_signed": (_plain(_("契約を締結しました（%(quote)s）"), "quote"), "done"),
    "project.contract_waived": (_plain(_("契約が要らないと記録しました")), "attention"),
    "project.tasks_planned": (_plain(_("作業を計画しました")), "moving"),
    "project.task_changed": (_plain(_("作業の計画を変えました")), "moving"),
    "project.task_dropped": (_plain(_("作業を計画から外しました")), "waiting"),
    "project.task_started": (_plain(_("作業に着手しました")), "moving"),
    "project.task_finished": (_plain(_("作業が終わりました")), "done"),
    "project.task_late": (_plain(_("作業が予定の日（%(due)s）を過ぎました"), "due"), "attention"),
    "project.answer_late": (
        _plain(_("検収の回答が期限（%(due)s）を過ぎました（%(milestone)s）"), "due", "milestone"),
        "attention",
    ),
    "project.task_reopened": (_plain(_("作業を未完了に戻しました")), "attention"),
    "project.milestone_planned": (_plain(_("マイルストーンを計画しました")), "moving"),
    "project.milestone_changed": (_plain(_("マイルストーンを変えました")), "moving"),
    "project.milestone_dropped": (_plain(_("マイルストーンを計画から外しました")), "waiting"),
    "project.worked": (_worked(_("作業を記録しました（%(person)s %(day)s %(hours)s時間）")), "moving"),
    "project.work_undone": (_worked(_("作業の記録を取り消しました（%(person)s %(day)s %(hours)s時間）")), "attention"),
    "project.check_added": (_plain(_("品質検査の項目を加えました")), "moving"),
    "project.checked": (_checked, "moving"),
    "project.acceptance_asked": (
        _plain(_("検収を依頼しました（%(milestone)s・%(answer_by)sまで）"), "milestone", "answer_by"),
        "attention",
    ),
    "project.acceptance_withdrawn": (
        _plain(_("検収の依頼を取り下げました（%(milestone)s）"), "milestone"),
        "attention",
    ),
    "project.accepted": (_plain(_("検収に合格しました（%(milestone)s・%(by)s 様）"), "milestone", "by"), "done"),
    "project.rejected": (_plain(_("検収で差し戻されました（%(milestone)s・%(by)s 様）"), "milestone", "by"), "trouble"),
    "project.reported": (_plain(_("作業報告書を発行しました（%(report)s）"), "report"), "moving"),
    "project.evaluated": (_plain(_("評価をいただきました（5点中%(score)s点）"), "score"), "done"),
    "project.cancelled": (_plain(_("案件を中止しました")), "trouble"),
}
"""What each event is called, and its tone."""


def of_project(project_id: int, *, after: str = "", before: str = "") -> Page[Entry]:
    """What happened to the project, what was written down last first. One query."""
    events = Event.objects.filter(subject_kind="project", subject_id=project_id)
    found = page_of(events, order=("-id",), after=after, before=before)
    return Page([_entry(event) for event in found.rows], found.after, found.before)


def _entry(event: Event) -> Entry:
    say, tone = SAYINGS[event.name]
    detail = str(event.data.get("text") or event.data.get("note") or "")
    return Entry(event.at, say(event.data), event.actor_name, detail, tone, event.pk)  # type: ignore[arg-type]
