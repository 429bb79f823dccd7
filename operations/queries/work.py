"""One item with everything that is needed to do it. In the client's scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from operations.kinds import KINDS, Kind
from operations.models import WorkItem
from orders.lifecycle import MOVES
from orders.models import CancelRequest, Line, Question, Verification
from orders.queries import detail, facts, supplies, threads, timeline
from orders.queries.figures import Sent
from orders.reasons import VERIFICATION_REASONS
from projects.queries import detail as projects
from sla import queries as promises
from sla.models import Clock
from tenants.roles import Permission

MOVE_PERMISSIONS = {
    "verify": Permission.VERIFY_ORDERS,
    "hold": Permission.HOLD_ORDERS,
    "release_hold": Permission.HOLD_ORDERS,
    "release": Permission.RELEASE_ORDERS,
    "source": Permission.SOURCE_GOODS,
    "open_exception": Permission.OPEN_EXCEPTIONS,
    "cancel": Permission.CANCEL_ORDERS,
    "answer_cancel": Permission.CANCEL_ORDERS,
    "pick": Permission.PICK_AND_PACK,
    "pack": Permission.PICK_AND_PACK,
    "ship": Permission.SHIP_ORDERS,
}
"""What each move of the work page asks of the person; the moves themselves are orders.lifecycle.MOVES."""


@dataclass(frozen=True)
class Check:
    """A reason to verify that waits for its answer, and the rule that asked for it in its version."""

    reason: str
    label: str
    rule: str
    version: int


@dataclass(frozen=True)
class Work:
    """An item, its order, and what this person may do now. shipment: the one the item is about, else None.

    checks: the reasons to verify that wait for an answer. others: further unfinished items of the order.
    moves: codes of orders.lifecycle.MOVES that the facts allow and the person's role permits.
    """

    item: WorkItem
    kind: Kind
    order: detail.Detail
    shipment: Sent | None
    lines: Sequence[Line]
    checks: Sequence[Check]
    others: Sequence[WorkItem]
    entries: Sequence[timeline.Entry]
    clocks: Sequence[Clock]
    moves: frozenset[str]

    @property
    def number(self) -> str:
        """What the work is about, in short."""
        return self.order.order.number

    @property
    def todo(self) -> str:
        """What the holder is asked to do, in the reader's language."""
        return _(self.kind.todo)

    @property
    def panel(self) -> str:
        """The template with what this kind of work asks for."""
        return f"operations/parts/task_{self.kind.code}.html"

    @property
    def subtitle(self) -> str:
        """What the order is about: its first item, and how many lines there are besides."""
        first = self.lines[0].name if self.lines else ""
        more = len(self.lines) - 1
        return _("%(first)s ほか%(more)s件") % {"first": first, "more": more} if more > 0 else first

    @property
    def ship_address(self) -> str:
        """Where the parcel goes, on one line."""
        order = self.order.order
        return _address(order.ship_postcode, order.ship_prefecture, order.ship_address)

    @property
    def buyer_address(self) -> str:
        """Where the buyer lives, on one line; "" where it is not known."""
        order = self.order.order
        return _address(order.buyer_postcode, order.buyer_prefecture, order.buyer_address)

    @property
    def freed(self) -> list[tuple[Line, int]]:
        """The lines of which something can be released, and how much."""
        return [(line, line.allocated - line.released) for line in self.lines if line.allocated > line.released]

    @property
    def free(self) -> int:
        """How many pieces can be released."""
        return sum(free for _line, free in self.freed)

    @property
    def may_report(self) -> bool:
        """Whether this person can say now that something is wrong with the order."""
        return "open_exception" in self.moves and bool(self.order.possible_exceptions)

    @property
    def request(self) -> CancelRequest | None:
        """The client's request to cancel that waits for an answer."""
        return self.order.cancel_request

    @property
    def is_active(self) -> bool:
        """Whether there is still something to do."""
        return self.item.state in WorkItem.ACTIVE


@dataclass(frozen=True)
class Apart:
    """An item about something else than an order."""

    item: WorkItem
    kind: Kind

    @property
    def moves(self) -> frozenset[str]:
        """No moves of an order."""
        return frozenset()

    @property
    def todo(self) -> str:
        """What the holder is asked to do, in the reader's language."""
        return _(self.kind.todo)

    @property
    def panel(self) -> str:
        """The template with what this kind of work asks for."""
        return f"operations/parts/task_{self.kind.code}.html"

    @property
    def is_active(self) -> bool:
        """Whether there is still something to do."""
        return self.item.state in WorkItem.ACTIVE


@dataclass(frozen=True)
class Reply(Apart):
    """An item that a question of the client in a thread asks for, and the conversation it stands in."""

    talk: threads.Talk

    @property
    def number(self) -> str:
        """What the thread is about: the order's number or the subject line."""
        return self.talk.title

    @property
    def subtitle(self) -> str:
        """Whose turn it is."""
        return str(self.talk.standing)


@dataclass(frozen=True)
class Chase(Apart):
    """An item about a supplier that has not answered or delivered. detail: the order to it."""

    detail: supplies.Detail

    @property
    def number(self) -> str:
        """The number of the order to the supplier."""
        return self.detail.row.supply.number

    @property
    def subtitle(self) -> str:
        """Who the supplier is."""
        return str(self.detail.row.supplier)


@dataclass(frozen=True)
class LateProject(Apart):
    """An item that a service project asks for by what is late of it."""

    head: projects.Head
    tasks: Sequence[projects.TaskRow]
    asked: Sequence[projects.Asked]

    @property
    def number(self) -> str:
        """How the project is called."""
        return self.head.project.number

    @property
    def subtitle(self) -> str:
        """What it is about."""
        return self.head.project.subject


def _address(postcode: str, prefecture: str, address: str) -> str:
    code = f"〒{postcode[:3]}-{postcode[3:]}" if len(postcode) == 7 and postcode.isdigit() else postcode
    rest = address if address.startswith(prefecture) else f"{prefecture}{address}"
    return " ".join(filter(None, (code, rest)))


def item_of(item_id: int, client: str) -> WorkItem | None:
    """The client's item with that id."""
    return WorkItem.objects.filter(pk=item_id, client=client).first()


def work(item: WorkItem, permissions: Collection[Permission]) -> Work | None:
    """Everything about the item; None where its order is not there any more. A constant number of queries."""
    found = detail.of_order(item.order_id, side="operator") if item.order_id else None
    if found is None:
        return None
    shipment = _shipment(item, found)
    others = WorkItem.objects.filter(client=item.client, order_id=found.order.pk, state__in=WorkItem.ACTIVE)
    return Work(
        item=item,
        kind=KINDS[item.kind],
        order=found,
        shipment=shipment,
        lines=list(found.order.lines.all()),
        checks=[_check(one) for one in found.order.verifications.all() if one.answered_at is None],
        others=list(others.exclude(pk=item.pk).order_by("rank", "id")),
        entries=timeline.of_order(found.order.pk),
        clocks=promises.clocks_of_order(found.order.pk),
        moves=_moves(found, shipment, permissions),
    )


def reply(item: WorkItem, who: threads.Who, *, at: datetime) -> Reply | None:
    """The item with the conversation that it is about; None where that is not there any more."""
    question = Question.objects.filter(pk=item.subject_id).first()
    talk = threads.of_thread(question.thread_id, who, at=at) if question else None
    return Reply(item, KINDS[item.kind], talk) if talk else None


def chase(item: WorkItem, *, today: date) -> Chase | None:
    """The item with the order to a supplier that it is about; None where that is not there any more."""
    found = supplies.of_supply(item.subject_id, today=today)
    return Chase(item, KINDS[item.kind], found) if found else None


def late_project(item: WorkItem, *, today: date) -> LateProject | None:
    """The item with the project that it is about; None where that is not there any more."""
    head = projects.head(item.subject_id, today=today, side="operator")
    if head is None:
        return None
    tasks = [row for row in projects.tasks(head.project, today=today) if row.is_late]
    rows = projects.milestones(head.project, today=today)
    asked = [one for row in rows for one in row.asked if one.is_late]
    return LateProject(item, KINDS[item.kind], head, tasks, asked)


def _check(open_reason: Verification) -> Check:
    label = _(VERIFICATION_REASONS.get(open_reason.reason, open_reason.reason))
    return Check(open_reason.reason, label, open_reason.rule, open_reason.rule_version)


def _shipment(item: WorkItem, found: detail.Detail) -> Sent | None:
    if item.subject_kind != "shipment":
        return None
    return next((sent for sent in found.shipments if sent.shipment.pk == item.subject_id), None)


def _moves(found: detail.Detail, shipment: Sent | None, permissions: Collection[Permission]) -> frozenset[str]:
    allowed = set(found.moves)
    if shipment:
        known = facts.of_shipments([shipment.shipment.pk]).row(0, named=True)
        allowed |= {c for c, move in MOVES.items() if move.subject == "shipment" and move.refusal(known) is None}
    return frozenset(code for code in allowed if MOVE_PERMISSIONS.get(code) in permissions)
