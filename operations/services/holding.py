"""What becomes of claimed items: finished, given back, handed on; and the items of people who have left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from core import scope
from core.batches import Outcome
from core.doings import because
from core.errors import Refused
from core.events import Actor
from core.wording import Sentence, _
from operations.kinds import KINDS
from operations.models import Presence, WorkItem
from operations.queries.people import Worker
from operations.services.pooling import announced
from tenants.services import note_access

Judge = Callable[[WorkItem], Refused | None]


def take(
    item_ids: Collection[int], *, clients: Collection[str], actor: Actor, at: datetime, from_others: bool = False
) -> Outcome:
    """Claim these very items. What somebody else works on is refused, unless it is taken over with `from_others`."""
    me = int(actor.id)

    def judge(item: WorkItem) -> Refused | None:
        if item.state == WorkItem.CLAIMED and item.holder_id != me and not from_others:
            sentence = _("%(name)sさんが作業中です。引き継ぐときはリーダーに依頼してください。")
            held = Refused(Sentence(sentence, name=item.holder_name), code="held_by_another")
            return because(held, _("%(who)sが %(when)s に始めました。"), who=item.holder_name, at=item.claimed_at)
        return _finished(item)

    outcome = _hand(item_ids, clients, judge, to=(me, actor.name), at=at)
    if from_others:
        _record("work.taken_over", outcome, actor=actor, at=at)
    return outcome


def reassign(item_ids: Collection[int], *, clients: Collection[str], to: Worker, actor: Actor, at: datetime) -> Outcome:
    """Give these items to somebody, whoever holds them. What that person does not serve or may not do is refused."""

    def judge(item: WorkItem) -> Refused | None:
        if item.client not in to.clients:
            sentence = _("%(name)sさんはこの取引先を担当していません。")
            return Refused(Sentence(sentence, name=to.name), code="not_served")
        if item.kind not in to.kinds:
            sentence = _("%(name)sさんの権限ではできない作業です。")
            return Refused(Sentence(sentence, name=to.name), code="not_permitted")
        return _finished(item)

    outcome = _hand(item_ids, clients, judge, to=(to.person_id, to.name), at=at)
    _record("work.reassigned", outcome, actor=actor, at=at, to=to.name)
    return outcome


def give_back(
    item_ids: Collection[int], *, clients: Collection[str], actor: Actor, at: datetime, of_others: bool = False
) -> Outcome:
    """Put claimed items back into the pool, where they keep their place. `of_others`: whoever holds them."""

    def judge(item: WorkItem) -> Refused | None:
        if item.state == WorkItem.OPEN:
            return Refused(Sentence(_("だれも担当していない作業です。")), code="not_claimed")
        if item.state == WorkItem.CLAIMED and item.holder_id != int(actor.id) and not of_others:
            sentence = _("%(name)sさんの作業です。ご自身の作業だけを戻せます。")
            return Refused(Sentence(sentence, name=item.holder_name), code="held_by_another")
        return _finished(item)

    with scope.operator():
        going, refused = _sift(item_ids, clients, judge)
        _execute(_RETURN.format(which="id = ANY(%(ids)s)"), {"ids": going})
    outcome = Outcome.of(going, refused)
    if of_others:
        _record("work.given_back", outcome, actor=actor, at=at)
    return outcome


def prioritise(
    item_ids: Collection[int], *, clients: Collection[str], priority: int, actor: Actor, at: datetime
) -> Outcome:
    """Move items ahead (1, 2) or back in line (0) before all that have a lower priority."""
    with scope.operator():
        going, refused = _sift(item_ids, clients, _finished)
        _execute(_PRIORITISE, {"ids": going, "priority": priority})
    outcome = Outcome.of(going, refused)
    _record("work.prioritised", outcome, actor=actor, at=at, priority=priority)
    return outcome


def finish(item_ids: Collection[int], *, clients: Collection[str]) -> Outcome:
    """Say that items are done. The facts decide: an item that is still wanted is refused and says what is missing."""

    def judge(item: WorkItem) -> Refused | None:
        if item.state in WorkItem.ACTIVE:
            sentence = _("まだ終わっていません。「%(todo)s」と自動で完了になります。")
            return Refused(Sentence(sentence, todo=Sentence(KINDS[item.kind].todo)), code="not_done")
        return None

    with scope.operator():
        going, refused = _sift(item_ids, clients, judge)
    return Outcome.of(going, refused)


def note_presence(person_id: int, *, at: datetime) -> None:
    """The person is at work: their items stay theirs."""
    with scope.operator():
        Presence.objects.bulk_create(
            [Presence(person_id=person_id, seen_at=at)],
            update_conflicts=True,
            unique_fields=["person_id"],
            update_fields=["seen_at"],
        )


def return_abandoned(*, at: datetime) -> int:
    """Put back what people hold who have not been seen for as long as the kind allows; returns how many items."""
    parameters = {
        "at": at,
        "kinds": list(KINDS),
        "leases": [int(kind.lease.total_seconds()) for kind in KINDS.values()],
    }
    with scope.operator():
        return _execute(_RETURN.format(which=_ABANDONED), parameters)


_ABANDONED = """
    id IN (SELECT i.id FROM operations_workitem i
             JOIN unnest(%(kinds)s::text[], %(leases)s::int[]) AS k (kind, lease) ON k.kind = i.kind
             LEFT JOIN operations_presence p ON p.person_id = i.holder_id
            WHERE i.state = 'claimed' AND greatest(i.claimed_at, p.seen_at) < %(at)s - make_interval(secs => k.lease)
              FOR NO KEY UPDATE OF i SKIP LOCKED)
"""
_RETURN = """
    UPDATE operations_workitem SET state = 'open', holder_id = NULL, holder_name = '', claimed_at = NULL
     WHERE {which} RETURNING client, kind, rank, id, state
"""
_PRIORITISE = """
    UPDATE operations_workitem SET priority = %(priority)s
     WHERE id = ANY(%(ids)s) AND priority <> %(priority)s RETURNING client, kind, rank, id, state
"""


def _hand(
    item_ids: Collection[int], clients: Collection[str], judge: Judge, *, to: tuple[int, str], at: datetime
) -> Outcome:
    person, name = to
    with scope.operator():
        going, refused = _sift(item_ids, clients, judge)
        WorkItem.objects.filter(pk__in=going).exclude(state=WorkItem.CLAIMED, holder_id=person).update(
            state=WorkItem.CLAIMED, holder_id=person, holder_name=name, claimed_at=at
        )
    return Outcome.of(going, refused)


def _sift(item_ids: Collection[int], clients: Collection[str], judge: Judge) -> tuple[list[int], dict[int, Refused]]:
    """The items that may go, locked from here on, and why the others may not."""
    locked = WorkItem.objects.select_for_update(no_key=True).filter(pk__in=item_ids, client__in=clients).order_by("pk")
    verdicts: Mapping[int, Refused | None] = {item.pk: judge(item) for item in locked}
    refused = {key: _not_found() for key in item_ids if key not in verdicts}
    refused |= {key: refusal for key, refusal in verdicts.items() if refusal}
    return [key for key, refusal in verdicts.items() if refusal is None], refused


def _record(action: str, outcome: Outcome, *, actor: Actor, at: datetime, **data: object) -> None:
    """What somebody decides about others' work stays on record, on the operator's own side."""
    if outcome.done:
        with scope.operator():
            note_access(
                action=action,
                subject=_subject(outcome.done),
                client="",
                actor=actor,
                at=at,
                items=sorted(outcome.done),
                **data,
            )


def _subject(item_ids: Collection[int]) -> str:
    return f"#{min(item_ids)}" if len(item_ids) == 1 else f"#{min(item_ids)} +{len(item_ids) - 1}"


def _finished(item: WorkItem) -> Refused | None:
    if item.state in WorkItem.ACTIVE:
        return None
    return Refused(Sentence(_("すでに片付いた作業です。")), code="finished")


def _not_found() -> Refused:
    return Refused(Sentence(_("この作業は見つかりません。")), code="not_found")


def _execute(change: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(announced(change), parameters)
        count: int = cursor.fetchone()[0]
    return count
