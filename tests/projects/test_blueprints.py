from __future__ import annotations

import pytest

from core.errors import Refused
from projects import blueprints
from projects.blueprints import Blueprint, PlannedCheck, PlannedMilestone, PlannedTask, Question
from projects.defaults import PRESETS
from tests.factories.projects import BLUEPRINT


@pytest.mark.parametrize("code", PRESETS)
def test_the_templates_of_the_house_can_be_used_and_kept(code: str) -> None:
    blueprint = PRESETS[code].blueprint
    blueprints.check(blueprint)
    assert blueprints.from_json(blueprint.to_json()) == blueprint
    assert any(task.stage == "setup" for task in blueprint.tasks)
    assert {check.milestone for check in blueprint.checks} == set(range(1, len(blueprint.milestones) + 1))


@pytest.mark.parametrize(
    ("blueprint", "part", "said"),
    [
        (Blueprint(questions=(Question("目的", " "),)), "questions", "1行目: 区分と質問"),
        (Blueprint(tasks=(PlannedTask("later", "設定", 0, 1, 0),)), "tasks", "段階"),
        (Blueprint(tasks=(PlannedTask("setup", "設定", 3, 2, 0),)), "tasks", "開始を終了より前"),
        (Blueprint(tasks=(PlannedTask("setup", "設定", 0, 2, 60_001),)), "tasks", "1000時間まで"),
        (Blueprint(milestones=(PlannedMilestone("完了", 1001),)), "milestones", "期日は"),
        (Blueprint(checks=(PlannedCheck(1, "校正"),)), "checks", "番号がありません"),
        (Blueprint(questions=(Question("目的", "何か"),) * 101), "questions", "100行まで"),
    ],
)
def test_a_template_of_which_nothing_could_be_made_is_refused(blueprint: Blueprint, part: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        blueprints.check(blueprint)
    assert refused.value.field == part


@pytest.mark.parametrize("broken", [[], {"questions": [{"section": "目的"}]}, {**BLUEPRINT.to_json(), "more": 1}])
def test_what_is_no_template_is_not_read_as_one(broken: object) -> None:
    with pytest.raises(Refused):
        blueprints.from_json(broken)
