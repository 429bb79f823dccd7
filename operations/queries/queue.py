"""The queue as a list: what one person sees of it, narrowed and page by page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.paging import PAGE_ROWS, Page, page_of
from operations.kinds import KINDS, Kind
from operations.models import WorkItem
from operations.queries.counting import day_of
from orders.exceptions import CHANGES
from orders.exceptions import KINDS as EXCEPTIONS
from orders.reasons import HOLD_REASONS, VERIFICATION_REASONS
from orders.supplying import OVERDUE
from tenants.queries import ClientInfo

LATE, TODAY, UNDATED = "late", "today", "undated"
MINE, OTHERS = "mine", "others"
AT_RISK = timedelta(hours=1)


@dataclass(frozen=True)
class Wish:
    """What the queue is narrowed to. clients, kinds: what the person may see at most; the rest narrows further.

    held: "" for what nobody has yet, or MINE, or OTHERS.
    """

    clients: Collection[str]
    kinds: Collection[str]
    due: str = ""
    held: str = ""
    text: str = ""


@dataclass(frozen=True)
class Row:
    """An item as lists show it. risky_from: when its deadline turns amber."""

    pk: int
    client: ClientInfo
    kind: Kind
    title: str
    hint: str
    units: int
    priority: int
    due_at: datetime | None
    risky_from: datetime | None
    holder_name: str
    is_mine: bool
    is_free: bool
    created_at: datetime
    order_id: int | None

    @property
    def label(self) -> str:
        """The kind, in the reader's language."""
        return _(self.kind.label)

    @property
    def number(self) -> str:
        """The order's number: the title up to its first blank."""
        return self.title.partition(" ")[0]

    @property
    def goods(self) -> str:
        """What is in it: the title after the number."""
        return self.title.partition(" ")[2]


def page(
    wish: Wish,
    served: Mapping[str, ClientInfo],
    *,
    person_id: int,
    at: datetime,
    after: str = "",
    before: str = "",
    size: int = PAGE_ROWS,
) -> Page[Row]:
    """A page of what the wish lets through, in the order of the queue. One query."""
    found = page_of(
        matching(wish, person_id=person_id, at=at), order=("rank", "id"), after=after, before=before, size=size
    )
    return Page([row_of(item, served, person_id) for item in found.rows], found.after, found.before)


def matching(wish: Wish, *, person_id: int, at: datetime) -> QuerySet[WorkItem]:
    """The unfinished items that the wish lets through."""
    items = WorkItem.objects.filter(client__in=wish.clients, kind__in=wish.kinds)
    if wish.text:
        items = items.filter(title__icontains=wish.text)
    return items.filter(_due(wish.due, at)).filter(_held(wish.held, person_id))


def _due(due: str, at: datetime) -> Q:
    _start, end = day_of(at)
    return {LATE: Q(due_at__lte=at), TODAY: Q(due_at__lt=end), UNDATED: Q(due_at=None)}.get(due, Q())


def _held(held: str, person_id: int) -> Q:
    return {
        MINE: Q(state=WorkItem.CLAIMED, holder_id=person_id),
        OTHERS: Q(state=WorkItem.CLAIMED) & ~Q(holder_id=person_id),
    }.get(held, Q(state=WorkItem.OPEN))


def mine(person_id: int, served: Mapping[str, ClientInfo], *, limit: int = 20) -> list[Row]:
    """What the person has claimed, what is due first first. One query."""
    held = WorkItem.objects.filter(state=WorkItem.CLAIMED, holder_id=person_id, client__in=served)
    return [row_of(item, served, person_id) for item in held.order_by("rank", "id")[:limit]]


def of_order(order_id: int, client: str) -> list[WorkItem]:
    """The unfinished items of one order."""
    items = WorkItem.objects.filter(client=client, order_id=order_id, state__in=WorkItem.ACTIVE)
    return list(items.order_by("rank", "id"))


def row_of(item: WorkItem, served: Mapping[str, ClientInfo], person_id: int) -> Row:
    """The item as a row."""
    is_free = item.state == WorkItem.OPEN
    return Row(
        pk=item.pk,
        client=served[item.client],
        kind=KINDS[item.kind],
        title=item.title,
        hint=hint_of(item.kind, item.hint),
        units=item.units,
        priority=item.priority,
        due_at=item.due_at,
        risky_from=item.due_at - AT_RISK if item.due_at else None,
        holder_name="" if is_free else item.holder_name,
        is_mine=not is_free and item.holder_id == person_id,
        is_free=is_free,
        created_at=item.created_at,
        order_id=item.order_id,
    )


def hint_of(kind: str, hint: str) -> str:
    """What an item's hint says, in the reader's language: reasons by name, the parts of an order by number."""
    codes: Sequence[str] = hint.split(",") if hint else ()
    if kind == "verify":
        return "・".join(_(VERIFICATION_REASONS.get(code, code)) for code in codes)
    if kind == "resolve":
        return "・".join(_(HOLD_REASONS[code].staff) if code in HOLD_REASONS else code for code in codes)
    if kind == "decide":
        return "・".join(_(EXCEPTIONS[code].label) if code in EXCEPTIONS else code for code in codes)
    if kind == "chase":
        return _(OVERDUE.get(hint, hint))
    if kind == "change":
        return "・".join(_(CHANGES[code].label) if code in CHANGES else code for code in codes)
    return _("第%s便") % hint if hint and hint != "1" else ""
