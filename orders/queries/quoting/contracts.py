"""The list of contracts: which run, which end soon, which have ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from core.paging import Page, page_of
from core.wording import Sentence, _
from orders import ports
from orders.models import Contract
from orders.queries.listing import search_words
from orders.quoting import CONTRACTS, ENDS_SOON


@dataclass(frozen=True)
class Standing:
    """How a contract can stand on a day. holds: the condition on its columns. order: of the list."""

    label: str
    holds: Callable[[date], Q]
    order: tuple[str, ...] = ("-id",)


def _runs(day: date) -> Q:
    return Q(state=Contract.IN_FORCE) & (Q(ends_on=None) | Q(ends_on__gte=day))


STANDINGS: Mapping[str, Standing] = {
    "draft": Standing(_("締結前"), lambda _day: Q(state=Contract.DRAFT)),
    "running": Standing(_("有効"), _runs),
    "ending": Standing(
        _("60日以内に終了"), lambda day: _runs(day) & Q(ends_on__lte=day + ENDS_SOON), ("ends_on", "id")
    ),
    "ended": Standing(_("終了"), lambda day: Q(state=Contract.ENDED) | Q(state=Contract.IN_FORCE, ends_on__lt=day)),
}


@dataclass(frozen=True)
class Row:
    """A contract as a line of the list. days: until its last day, None where it has none or is over."""

    contract: Contract
    state: Sentence
    tone: str
    days: int | None

    @property
    def buyer(self) -> str:
        """With whom: the company, or the person."""
        quote = self.contract.version.quote
        return quote.buyer_company or quote.buyer_name

    @property
    def is_soon(self) -> bool:
        """Whether it ends soon."""
        return self.days is not None and self.days <= ENDS_SOON.days


def page(standing: str, text: str, *, at: datetime, after: str = "", before: str = "") -> Page[Row]:
    """One page of the contracts that stand so (a key of STANDINGS, or "" for all): one query."""
    day, known = ports.today(at), STANDINGS.get(standing)
    found = page_of(
        matching(standing, text, day).select_related("version__quote"),
        order=known.order if known else ("-id",),
        after=after,
        before=before,
    )
    return Page([_row(one, day) for one in found.rows], found.after, found.before)


def matching(standing: str, text: str, day: date) -> QuerySet[Contract]:
    """The contracts that the filters let through, unsorted."""
    found = Contract.objects.filter(STANDINGS[standing].holds(day)) if standing in STANDINGS else Contract.objects.all()
    for word in search_words(text):
        found = found.filter(version__quote__search__contains=word)
    return found


def counts(at: datetime) -> dict[str, int]:
    """How many stand in each way: one query."""
    day = ports.today(at)
    named = {code: Count("pk", filter=standing.holds(day)) for code, standing in STANDINGS.items()}
    return Contract.objects.aggregate(**named)


def _row(contract: Contract, day: date) -> Row:
    over = contract.ends_on is not None and contract.ends_on < day
    state = CONTRACTS["ended" if over and contract.state == Contract.IN_FORCE else contract.state]
    runs = contract.state == Contract.IN_FORCE and contract.ends_on is not None and not over
    days = (contract.ends_on - day).days if runs and contract.ends_on else None
    return Row(contract, Sentence(state.label), state.tone, days)
