"""Templates of projects (ひな形): what is asked at the beginning, what is done, handed in and checked.

Kept as JSON. Days are counted from the project's first day, which is day 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from core.definitions import Definition, reading
from core.errors import Refused
from core.wording import Sentence, _

SETUP, DELIVERY = "setup", "delivery"
STAGES: Mapping[str, str] = {SETUP: _("立ち上げ"), DELIVERY: _("提供")}
"""A task is either, and a project is delivered once its set-up tasks are done."""

MOST_ROWS = 100
LONGEST_DAYS = 1000
MOST_MINUTES = 60_000

Part = Literal["questions", "tasks", "milestones", "checks"]


@dataclass(frozen=True)
class Question:
    """What is asked of the buyer, under the heading of its section."""

    section: str
    question: str


@dataclass(frozen=True)
class PlannedTask:
    """A task: from and to which day, and the minutes that it is estimated to take."""

    stage: str
    name: str
    first_day: int
    last_day: int
    minutes: int


@dataclass(frozen=True)
class PlannedMilestone:
    """What is handed in, and on which day."""

    name: str
    day: int


@dataclass(frozen=True)
class PlannedCheck:
    """What is checked before a milestone is handed in. milestone: its place in the list, from 1."""

    milestone: int
    name: str


@dataclass(frozen=True)
class Blueprint:
    """A template of projects."""

    questions: tuple[Question, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    milestones: tuple[PlannedMilestone, ...] = ()
    checks: tuple[PlannedCheck, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def from_json(data: object) -> Blueprint:
    """The template that was kept. Refused where it is none."""
    with reading(data) as whole:
        return Blueprint(
            tuple(Question(*_texts(one, "section", "question")) for one in _parts(whole, "questions")),
            tuple(_task(one) for one in _parts(whole, "tasks")),
            tuple(PlannedMilestone(one.text("name"), one.whole("day")) for one in _parts(whole, "milestones")),
            tuple(PlannedCheck(one.whole("milestone", least=1), one.text("name")) for one in _parts(whole, "checks")),
        )


def _parts(whole: Definition, key: Part) -> list[Definition]:
    return [Definition(item, path) for path, item in whole.items(key)]


def _texts(one: Definition, *keys: str) -> list[str]:
    return [one.text(key) for key in keys]


def _task(one: Definition) -> PlannedTask:
    stage, name = _texts(one, "stage", "name")
    return PlannedTask(stage, name, one.whole("first_day"), one.whole("last_day"), one.whole("minutes"))


def check(blueprint: Blueprint) -> None:
    """Refused, naming the row, where no project could be made of the template."""
    for part, rows in (
        ("questions", blueprint.questions),
        ("tasks", blueprint.tasks),
        ("milestones", blueprint.milestones),
        ("checks", blueprint.checks),
    ):
        _check_rows(part, rows, most_milestones=len(blueprint.milestones))


def _check_rows(part: str, rows: Sequence[Any], *, most_milestones: int) -> None:
    if len(rows) > MOST_ROWS:
        raise Refused(Sentence(_("行は%(most)s行までです。"), most=MOST_ROWS), code="too_many", field=part)
    for nth, row in enumerate(rows, 1):
        why = _wrong(row, most_milestones)
        if why:
            sentence = Sentence(_("%(nth)s行目: %(why)s"), nth=nth, why=Sentence(why))
            raise Refused(sentence, code="bad_row", field=part, row=nth)


def _wrong(row: Any, most_milestones: int) -> str:
    match row:
        case Question() if not (row.section.strip() and row.question.strip()):
            return _("区分と質問を入れてください。")
        case PlannedTask() if not row.name.strip() or row.stage not in STAGES:
            return _("段階と作業の名前を入れてください。")
        case PlannedTask() if not 0 <= row.first_day <= row.last_day <= LONGEST_DAYS:
            return _("開始日と終了日は、0から1000までの日数で、開始を終了より前にしてください。")
        case PlannedTask() if not 0 <= row.minutes <= MOST_MINUTES:
            return _("見積時間は1000時間までです。")
        case PlannedMilestone() if not row.name.strip():
            return _("マイルストーンの名前を入れてください。")
        case PlannedMilestone() if not 0 <= row.day <= LONGEST_DAYS:
            return _("期日は0から1000までの日数で入れてください。")
        case PlannedCheck() if not row.name.strip():
            return _("検査の項目を入れてください。")
        case PlannedCheck() if not 1 <= row.milestone <= most_milestones:
            return _("検査するマイルストーンの番号がありません。")
        case _:
            return ""


def day_of(starts_on: date, day: int) -> date:
    """The date of a day of the plan."""
    return starts_on + timedelta(days=day)
