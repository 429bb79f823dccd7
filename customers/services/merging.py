"""What a person says to proposals: two buyers are one, they are not, or it was a mistake.

An order keeps the buyer that its own facts say; merging hangs one buyer below another, so that a mistake is taken back
by cutting one thread, whatever has happened since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal

from django.db import connection, transaction

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor, Happening, publish
from core.wording import Sentence, _
from customers.models import Buyer, Proposal
from customers.services.turns import settle, take_turn

Keep = Literal["first", "second"]

_HANG = """
    UPDATE customers_buyer b SET merged_into_id = t.kept, head_id = t.kept
      FROM unnest(%s::bigint[], %s::bigint[]) AS t (gone, kept) WHERE b.id = t.gone
"""


@transaction.atomic
def accept(proposal_ids: Collection[int], *, keep: Keep = "first", actor: Actor, at: datetime) -> Outcome:
    """These pairs are one buyer each: the head of the one named by `keep` stands for both from now on."""
    ready, refused = _sift(proposal_ids, Proposal.OPEN)
    heads = _heads(ready)
    merged: list[Proposal] = []
    for proposal in ready:
        first, second = _top(heads, proposal.first_id), _top(heads, proposal.second_id)
        if first == second:
            refused[proposal.pk] = Refused(Sentence(_("この2人はすでに1人にまとめられています。")), code="one_already")
            continue
        proposal.kept_id, proposal.gone_id = (first, second) if keep == "first" else (second, first)
        heads[proposal.gone_id] = proposal.kept_id
        merged.append(proposal)
    _hang(merged)
    _decide(merged, Proposal.ACCEPTED, actor=actor, at=at)
    settle(sorted({_top(heads, proposal.kept_id or 0) for proposal in merged}))
    _publish("buyer.merged", merged, actor=actor, at=at)
    return Outcome.of((proposal.pk for proposal in merged), refused)


@transaction.atomic
def decline(proposal_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """These pairs are two different people each, and are not proposed again."""
    ready, refused = _sift(proposal_ids, Proposal.OPEN)
    _decide(ready, Proposal.DECLINED, actor=actor, at=at)
    _publish("buyer.merge_declined", ready, actor=actor, at=at)
    return Outcome.of((proposal.pk for proposal in ready), refused)


@transaction.atomic
def undo(proposal_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Take back what was said: the buyers are apart again, with their own orders, and proposed as before."""
    ready, refused = _sift(proposal_ids, Proposal.ACCEPTED, Proposal.DECLINED)
    heads, told = _heads(ready), _happenings("buyer.merge_undone", ready)
    tops = {_top(heads, proposal.kept_id) for proposal in ready if proposal.kept_id}
    gone = [proposal.gone_id for proposal in ready if proposal.gone_id]
    Buyer.objects.filter(pk__in=gone).update(merged_into=None)
    for proposal in ready:
        proposal.kept_id = proposal.gone_id = proposal.decided_at = None
        proposal.state, proposal.decided_by = Proposal.OPEN, ""
    _write(ready)
    settle(sorted({*tops, *gone}))
    publish(told, actor=actor, at=at)
    return Outcome.of((proposal.pk for proposal in ready), refused)


def _sift(proposal_ids: Collection[int], *states: str) -> tuple[list[Proposal], dict[int, Refused]]:
    take_turn()
    found = list(Proposal.objects.select_for_update().filter(pk__in=list(proposal_ids)).order_by("pk"))
    refused = {pk: _gone() for pk in proposal_ids} | {p.pk: _decided(p) for p in found if p.state not in states}
    ready = [proposal for proposal in found if proposal.state in states]
    return ready, {pk: why for pk, why in refused.items() if pk not in {proposal.pk for proposal in ready}}


def _gone() -> Refused:
    return Refused(Sentence(_("この候補はありません。一覧を開き直してください。")), code="unknown")


def _decided(proposal: Proposal) -> Refused:
    if proposal.state == Proposal.OPEN:
        return Refused(Sentence(_("この候補はまだ決まっていないので、取り消すものがありません。")), code="open")
    words = {
        Proposal.ACCEPTED: _("%(who)sさんが先に、この2人を1人にまとめました。"),
        Proposal.DECLINED: _("%(who)sさんが先に、この2人を別人としました。"),
    }
    return Refused(Sentence(words[proposal.state], who=proposal.decided_by), code=proposal.state)


def _heads(proposals: Iterable[Proposal]) -> dict[int, int]:
    """Each buyer of these, and the heads that were kept, to the head above it."""
    asked = {pk for p in proposals for pk in (p.first_id, p.second_id, p.kept_id, p.gone_id) if pk}
    return dict(Buyer.objects.filter(pk__in=asked).values_list("pk", "head_id"))


def _top(heads: dict[int, int], buyer: int) -> int:
    while heads.get(buyer, buyer) != buyer:
        buyer = heads[buyer]
    return buyer


def _hang(merged: Sequence[Proposal]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_HANG, [[proposal.gone_id for proposal in merged], [proposal.kept_id for proposal in merged]])


def _decide(proposals: Sequence[Proposal], state: str, *, actor: Actor, at: datetime) -> None:
    for proposal in proposals:
        proposal.state, proposal.decided_at, proposal.decided_by = state, at, actor.name
    _write(proposals)


def _write(proposals: Sequence[Proposal]) -> None:
    Proposal.objects.bulk_update(proposals, ["state", "kept", "gone", "decided_at", "decided_by"])


def _publish(name: str, proposals: Sequence[Proposal], *, actor: Actor, at: datetime) -> None:
    publish(_happenings(name, proposals), actor=actor, at=at)


def _happenings(name: str, proposals: Sequence[Proposal]) -> list[Happening]:
    """One for each, about the buyer that was kept, or about the first where nobody was."""
    return [
        Happening(
            name,
            "buyer",
            proposal.kept_id or proposal.first_id,
            {"proposal": proposal.pk, "other": proposal.gone_id or proposal.second_id},
        )
        for proposal in proposals
    ]
