"""Keeping rules: a change makes a new version, and who saves over another's change is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.definitions import reading, refuse
from core.doings import because
from core.errors import Refused
from core.events import Actor, Happening
from core.wording import Sentence, _
from orders.models import ArrivalRule, RuleOrder, RuleVersion
from orders.queries.rules import FORMAT
from orders.ruling.actions import read_actions
from orders.ruling.conditions import read_condition
from orders.ruling.running import MAX_RULES

MAX_NAME = 60


@dataclass(frozen=True)
class Draft:
    """What a rule is to say: its name, and condition and actions as JSON."""

    name: str
    condition: Mapping[str, Any]
    actions: Sequence[Mapping[str, Any]]


def check(draft: Draft) -> None:
    """Refuse a draft that is no rule, with the place of what is wrong."""
    if not draft.name.strip():
        raise Refused(Sentence(_("規則の名前を入れてください。")), code="missing", field="name")
    if len(draft.name) > MAX_NAME:
        sentence = Sentence(_("長すぎます。%(longest)s文字以内で入れてください。"), longest=MAX_NAME)
        raise Refused(sentence, code="too_long", field="name")
    read_condition(draft.condition, "condition")
    read_actions(draft.actions)


@transaction.atomic
def create(draft: Draft, *, is_active: bool = False, actor: Actor, at: datetime) -> ArrivalRule:
    """Keep a new rule, behind all others; it waits switched off unless told otherwise."""
    check(draft)
    if is_active:
        _refuse_too_many()
    last = ArrivalRule.objects.aggregate(last=Max("position"))["last"]
    rule = ArrivalRule.objects.create(
        name=draft.name.strip(), position=0 if last is None else last + 1, is_active=is_active
    )
    _keep_version(rule, draft, actor=actor, at=at)
    return rule


@transaction.atomic
def change(rule_id: int, draft: Draft, *, seen: int, actor: Actor, at: datetime) -> ArrivalRule:
    """Save what the rule is to say from now on as a new version; the same again is none.

    seen: the version that was changed. Refused where somebody has saved another one since.
    """
    check(draft)
    rule = _locked(rule_id)
    current = rule.versions.get(version=rule.version)
    if rule.version != seen:
        sentence = _(
            "編集しているあいだに%(who)sさんが第%(version)s版を保存しました。新しい版を確かめてから、もう一度変更してください。"
        )
        raise Refused(Sentence(sentence, who=current.made_by, version=rule.version), code="changed_meanwhile")
    same = (current.name, current.condition, current.actions) == (
        draft.name.strip(), dict(draft.condition), [dict(action) for action in draft.actions],
    )  # fmt: skip
    if not same:
        rule.name, rule.version = draft.name.strip(), rule.version + 1
        rule.save(update_fields=["name", "version"])
        _keep_version(rule, draft, actor=actor, at=at)
    return rule


def _keep_version(rule: ArrivalRule, draft: Draft, *, actor: Actor, at: datetime) -> None:
    RuleVersion.objects.create(
        rule=rule,
        version=rule.version,
        name=rule.name,
        condition=draft.condition,
        actions=list(draft.actions),
        made_at=at,
        made_by=actor.name,
    )
    _say("rule.saved", rule, {"version": rule.version}, actor=actor, at=at)


def _locked(rule_id: int) -> ArrivalRule:
    rule = ArrivalRule.objects.select_for_update().filter(pk=rule_id, archived_at=None).first()
    if rule is None:
        raise Refused(Sentence(_("この規則は見つかりません。削除された可能性があります。")), code="not_found")
    return rule


def _refuse_too_many() -> None:
    if ArrivalRule.objects.filter(is_active=True, archived_at=None).count() >= MAX_RULES:
        sentence = _("有効にできる規則は%(most)s個までです。使わない規則を止めてください。")
        raise Refused(Sentence(sentence, most=MAX_RULES), code="too_many")


@transaction.atomic
def switch(
    rule_id: int, *, on: bool, starts_on: date | None = None, ends_on: date | None = None, actor: Actor, at: datetime
) -> ArrivalRule:
    """Switch a rule on or off. starts_on, ends_on: the first and the last day of arrival on which it runs."""
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(Sentence(_("終わりの日が始まりの日より前です。")), code="reversed", field="ends_on")
    rule = _locked(rule_id)
    if on and not rule.is_active:
        _refuse_too_many()
    rule.is_active, rule.starts_on, rule.ends_on = on, starts_on, ends_on
    rule.save(update_fields=["is_active", "starts_on", "ends_on"])
    data = {"on": on, "starts_on": starts_on, "ends_on": ends_on}
    _say("rule.switched", rule, data, actor=actor, at=at)
    return rule


@transaction.atomic
def arrange(rule_ids: Sequence[int], *, seen: int, actor: Actor, at: datetime) -> int:
    """Have the rules run in this order from now on, as a new version of it; the same again is none.

    seen: the version of the order that was changed (0 before the first). Refused where somebody has changed it since,
    or has added or taken away a rule. Returns the version in force.
    """
    keys = _lock_all()
    current = RuleOrder.objects.order_by("-version").first()
    version = current.version if current else 0
    if current is not None and version != seen:
        sentence = Sentence(
            _("並べ替えているあいだに順番が変わりました。いまの順番を確かめてから、もう一度並べ替えてください。")
        )
        late = Refused(sentence, code="changed_meanwhile")
        raise because(late, _("%(who)sが %(when)s に並べ替えました。"), who=current.made_by, at=current.made_at)
    if sorted(rule_ids) != sorted(keys):
        sentence = Sentence(
            _("並べ替えているあいだに規則が増えたか減りました。画面を開き直して、もう一度並べ替えてください。")
        )
        raise Refused(sentence, code="changed_meanwhile")
    return _put(list(rule_ids), keys, version, actor=actor, at=at)


@transaction.atomic
def shift(rule_id: int, *, by: int, actor: Actor, at: datetime) -> None:
    """Move a rule one place up (-1) or down (1); at the end it stays where it is."""
    keys = _lock_all()
    if rule_id not in keys:
        raise Refused(Sentence(_("この規則は見つかりません。削除された可能性があります。")), code="not_found")
    moved = [key for key in keys if key != rule_id]
    moved.insert(min(max(keys.index(rule_id) + by, 0), len(moved)), rule_id)
    version = RuleOrder.objects.aggregate(last=Max("version"))["last"] or 0
    _put(moved, keys, version, actor=actor, at=at)


def _lock_all() -> list[int]:
    """The rules that are kept, in their order, locked."""
    return list(ArrivalRule.objects.select_for_update().filter(archived_at=None).values_list("pk", flat=True))


def _put(rule_ids: list[int], before: list[int], version: int, *, actor: Actor, at: datetime) -> int:
    if rule_ids == before:
        return version
    placed = [ArrivalRule(pk=key, position=position) for position, key in enumerate(rule_ids)]
    ArrivalRule.objects.bulk_update(placed, ["position"])
    made = RuleOrder.objects.create(version=version + 1, rules=rule_ids, made_at=at, made_by=actor.name)
    told = {"version": made.version, "rules": rule_ids}
    events.publish([Happening("rules.arranged", "rule_order", made.pk, told)], actor=actor, at=at)
    return made.version


@transaction.atomic
def duplicate(rule_id: int, *, actor: Actor, at: datetime) -> ArrivalRule:
    """A copy of the rule as it stands, switched off, behind all others."""
    rule = _locked(rule_id)
    version = rule.versions.get(version=rule.version)
    name = str(Sentence(_("%(name)s（写し）"), name=rule.name))[:MAX_NAME]
    return create(Draft(name, version.condition, version.actions), actor=actor, at=at)


@transaction.atomic
def archive(rule_id: int, *, actor: Actor, at: datetime) -> None:
    """Take a rule away for good; its versions and the log of what it did stay."""
    rule = _locked(rule_id)
    rule.is_active, rule.archived_at = False, at
    rule.save(update_fields=["is_active", "archived_at"])
    _say("rule.archived", rule, {}, actor=actor, at=at)


@transaction.atomic
def import_rules(data: object, *, actor: Actor, at: datetime) -> list[ArrivalRule]:
    """Take the rules of an export, all of them or, where one is wrong, none; they wait switched off."""
    with reading(data) as definition:
        if definition.text("format") != FORMAT:
            refuse(
                "format", Sentence(_("「%(format)s」ではありません。規則の書き出しを選んでください。"), format=FORMAT)
            )
        items = definition.items("rules")
    if not items or len(items) > MAX_RULES:
        refuse("rules", Sentence(_("規則は1個から%(most)s個までです。"), most=MAX_RULES))
    return [create(_draft(item, where), actor=actor, at=at) for where, item in items]


def _draft(item: object, where: str) -> Draft:
    with reading(item, where) as definition:
        name, condition, actions = definition.text("name"), definition.value("condition"), definition.value("actions")
    read_condition(condition, f"{where}.condition")
    read_actions(actions, f"{where}.actions")
    return Draft(name, condition, actions)  # type: ignore[arg-type]  # read above


def _say(name: str, rule: ArrivalRule, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    events.publish([Happening(name, "rule", rule.pk, {"name": rule.name, **data})], actor=actor, at=at)
