"""Who may be one: what waits for a decision, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least

from core.paging import Page, page_of
from core.wording import Sentence
from customers.keys import MARKS
from customers.models import Buyer, Proposal
from customers.queries.people import Person, people

SHOWN = 20
DECIDED = 20


@dataclass(frozen=True)
class Pair:
    """Two buyers side by side. reasons: what they have in common, in words."""

    pk: int
    score: int
    reasons: Sequence[Sentence]
    first: Person
    second: Person

    @property
    def both(self) -> tuple[Person, Person]:
        """The two, as columns of a table."""
        return self.first, self.second


@dataclass(frozen=True)
class Decided:
    """What was said to a pair: their names, whether they are one now, when and by whom."""

    pk: int
    first: str
    second: str
    is_merged: bool
    at: datetime
    by: str


def waiting() -> QuerySet[Proposal]:
    """The open proposals that still ask something: between two heads, once for each two, and not declined for them."""
    between = Proposal.objects.annotate(
        low=Least("first__head", "second__head"), high=Greatest("first__head", "second__head")
    )
    same = between.filter(low=OuterRef("low"), high=OuterRef("high"))
    stronger = Q(score__gt=OuterRef("score")) | Q(score=OuterRef("score"), pk__lt=OuterRef("pk"))
    settled = same.filter(Q(state=Proposal.DECLINED) | Q(stronger, state=Proposal.OPEN))
    return between.filter(~Exists(settled), state=Proposal.OPEN, low__lt=F("high"))


def page(*, after: str = "", before: str = "") -> Page[Pair]:
    """What waits for a decision, the likeliest first."""
    found = page_of(waiting().select_related(*_BOTH), order=("-score", "id"), after=after, before=before, size=SHOWN)
    return Page(rows=_pairs(found.rows), after=found.after, before=found.before)


_BOTH = ("first__head", "second__head")


def count() -> int:
    """How many decisions wait."""
    return waiting().count()


def of_buyer(head: int) -> list[Pair]:
    """What waits for a decision about this buyer."""
    asked = waiting().filter(Q(first__head=head) | Q(second__head=head))
    return _pairs(asked.select_related(*_BOTH).order_by("-score", "id")[:SHOWN])


def decided(*, head: int | None = None) -> list[Decided]:
    """What was decided lately, of everybody or of one buyer, the newest first."""
    found = Proposal.objects.exclude(state=Proposal.OPEN).select_related("first", "second")
    if head is not None:
        found = found.filter(Q(first__head=head) | Q(second__head=head))
    return [
        Decided(
            pk=proposal.pk,
            first=proposal.first.name,
            second=proposal.second.name,
            is_merged=proposal.state == Proposal.ACCEPTED,
            at=proposal.decided_at,
            by=proposal.decided_by,
        )
        for proposal in found.order_by("-decided_at", "-pk")[:DECIDED]
        if proposal.decided_at
    ]


def _pairs(proposals: Iterable[Proposal]) -> list[Pair]:
    found = list(proposals)
    heads: dict[int, Buyer] = {head.pk: head for p in found for head in (p.first.head, p.second.head)}
    known = {person.pk: person for person in people(list(heads.values()))}
    return [
        Pair(
            pk=proposal.pk,
            score=proposal.score,
            reasons=[Sentence(MARKS[kind].label) for kind in proposal.reasons if kind in MARKS],
            first=known[proposal.first.head_id],
            second=known[proposal.second.head_id],
        )
        for proposal in found
    ]
