"""What the month came to, counted from the database, and held against a count of the files by other means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from billing.models import Invoice, RatedFact
from core import scope
from core.models import Event
from core.periods import local_day, month_of
from integrations.channels.recount import count_independently, good_orders
from orders.lifecycle import phase_column, phase_of
from orders.models import Hold, Intake, Line, Order, RefusedRow, Shipment
from orders.queries import facts
from portal.demo.month import Sent
from portal.demo.world import MONTH, Company
from projects.lifecycle import PHASES
from projects.models import Milestone, Project, WorkLog
from projects.queries import facts as projects
from sla import queries as promises

Counts = dict[str, Any]

SUMMED = ("files", "rows", "orders", "mended", "mended_rows", "shipments", "parts", "holds", "cancellations", "events")


@dataclass(frozen=True)
class Expected:
    """What the files of one client hold, counted without the portal's parser.

    mended: orders that came in because their refused rows were put right and sent again; mended_rows: those rows.
    """

    files: int
    rows: int
    orders: int
    known: int
    refused: Mapping[str, int]
    mended: int
    mended_rows: int


def expected_of(sent: Sequence[Sent], channel: str) -> Expected:
    """Count a client's files: an order that an earlier file held is known, a file sent again adds nothing."""
    files = [s.delivery for s in sent if not s.delivery.again]
    seen: set[str] = set()
    figures: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for file in files:
        counted = count_independently(file.data, channel)
        numbers = good_orders(file.data, channel)
        known = sum(number in seen for number in numbers)
        seen.update(numbers)
        refused.update(counted["refused"])
        figures.update(rows=counted["rows"], known=known)
        if file.mends:
            figures.update(mended=len(numbers) - known, mended_rows=counted["lines"])
    return Expected(
        files=len(files),
        rows=figures["rows"],
        orders=len(seen),
        known=figures["known"],
        refused=dict(refused),
        mended=figures["mended"],
        mended_rows=figures["mended_rows"],
    )


def counted(company: Company) -> Counts:
    """What the database holds of one client."""
    with scope.client(company.code):
        intakes = Intake.objects.aggregate(
            files=Count("id"), rows=Sum("rows"), new=Sum("orders_new"), known=Sum("orders_known")
        )
        refused = RefusedRow.objects.order_by().values_list("code").annotate(n=Count("id"))
        shipped = Shipment.objects.filter(handed_over_at__isnull=False)
        parts = shipped.values("order_id").annotate(n=Count("id")).filter(n__gt=1)
        return {
            "files": intakes["files"],
            "rows": intakes["rows"] or 0,
            "orders": Order.objects.count(),
            "orders_known": intakes["known"] or 0,
            "refused": dict(refused),
            "mended": Order.objects.filter(intake__mends__isnull=False).count(),
            "mended_rows": RefusedRow.objects.filter(mended_by__mends=F("intake")).count(),
            "shipments": shipped.count(),
            "parts": parts.count(),
            "holds": Hold.objects.count(),
            "cancellations": Order.objects.filter(phase="cancelled").count(),
            "events": Event.objects.count(),
            "sla": {
                figure.code: {"hits": figure.hits, "misses": figure.misses, "excluded": figure.excluded}
                for figure in promises.month(month_of(MONTH))
            },
            "invoice": _invoice(),
        }


def _invoice() -> Counts:
    invoice = Invoice.objects.get(period_start=MONTH)
    return {
        "number": invoice.number,
        "lines": invoice.lines.count(),
        "subtotal": int(invoice.subtotal),
        "tax": {str(group["rate"]): group["tax"] for group in invoice.breakdown},
        "total": int(invoice.total),
    }


def disagreements(company: Company, want: Expected, have: Counts) -> list[str]:
    """Where the database and the files disagree, and where the database disagrees with itself."""
    pairs = [
        ("files", want.files, have["files"]),
        ("rows", want.rows, have["rows"]),
        ("orders", want.orders, have["orders"]),
        ("orders_known", want.known, have["orders_known"]),
        ("mended", want.mended, have["mended"]),
        ("mended_rows", want.mended_rows, have["mended_rows"]),
        ("refused", dict(sorted(want.refused.items())), dict(sorted(have["refused"].items()))),
    ]
    found = [f"{company.code}: {name}: files say {w}, database says {h}" for name, w, h in pairs if w != h]
    with scope.client(company.code):
        return found + [f"{company.code}: {sentence}" for sentence in _laws()]


def _laws() -> Iterable[str]:
    """The laws that must hold whatever happened."""
    received = Event.objects.filter(name="order.received").count()
    orders = Order.objects.count()
    if received != orders:
        yield f"{orders} orders, but {received} were announced"
    left = Order.objects.exclude(phase__in=["cancelled", "shipped", "delivered", "completed"]).count()
    if left:
        yield f"{left} orders are neither shipped nor cancelled"
    wrong = _wrong_phases()
    if wrong:
        yield f"{wrong} orders stand in a phase that their facts do not give"
    unshipped = Line.objects.filter(Q(order__phase__in=["shipped", "delivered", "completed"])).aggregate(
        ordered=Sum("ordered"), cancelled=Sum("cancelled"), shipped=Sum("shipped")
    )
    if (unshipped["ordered"] or 0) - (unshipped["cancelled"] or 0) != (unshipped["shipped"] or 0):
        yield f"pieces ordered and shipped differ: {unshipped}"
    invoice = Invoice.objects.get(period_start=MONTH)
    lines = invoice.lines.aggregate(amount=Sum("amount"))["amount"] or Decimal(0)
    if lines != invoice.subtotal or sum(group["base"] for group in invoice.breakdown) != int(invoice.subtotal):
        yield f"the lines of {invoice.number} come to {lines}, its subtotal is {invoice.subtotal}"
    start, end = month_of(MONTH).instants()
    shipped = Event.objects.filter(name="shipment.shipped", at__gte=start, at__lt=end).count()
    billed = RatedFact.objects.filter(charge_code="shipments").count()
    if billed not in (0, shipped):
        yield f"{shipped} shipments in the month, {billed} billed"

    yield from _laws_of_projects(start, end)


def _laws_of_projects(start: datetime, end: datetime) -> Iterable[str]:
    """What was worked for projects in the month, and what buyers accepted, is what was billed."""
    left = WorkLog.objects.filter(billable=True, day__gte=local_day(start), day__lt=local_day(end))
    worked = left.filter(undoes=None, undone_by=None).aggregate(minutes=Sum("minutes"))["minutes"] or 0
    hours = RatedFact.objects.filter(charge_code="work_hours").aggregate(n=Sum("quantity"))["n"] or Decimal(0)
    if abs(hours * 60 - worked) > 1:
        yield f"{worked} minutes worked for projects in the month, {hours} hours billed"
    accepted = Milestone.objects.filter(accepted_at__gte=start, accepted_at__lt=end).aggregate(yen=Sum("amount"))["yen"]
    billed = RatedFact.objects.filter(charge_code="milestone_value").aggregate(n=Sum("quantity"))["n"]
    if (accepted or 0) != (billed or 0):
        yield f"buyers accepted {accepted} yen in the month, {billed} yen counted"
    standing = dict(Project.objects.values_list("pk", "phase"))
    for pk, known in projects.of_projects(standing).items():
        given = phase_of(known, PHASES).code
        if given != standing[pk]:
            yield f"project {pk} stands in {standing[pk]}, its facts give {given}"


def _wrong_phases() -> int:
    ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    derived = facts.of_orders(ids)
    want = dict(derived.select("id", phase_column().alias("phase")).iter_rows())
    have = dict(Order.objects.values_list("pk", "phase"))
    return sum(want[pk] != phase for pk, phase in have.items())


def summed(by_client: Mapping[str, Counts], seconds: Mapping[str, float], wrong: Sequence[str]) -> Counts:
    """The whole report."""
    total = {key: sum(counts[key] for counts in by_client.values()) for key in SUMMED}
    refused: Counter[str] = Counter()
    sla: dict[str, Counter[str]] = {}
    for counts in by_client.values():
        refused.update(counts["refused"])
        for code, figures in counts["sla"].items():
            sla.setdefault(code, Counter()).update(figures)
    return {
        **total,
        "refused": dict(sorted(refused.items())),
        "sla": {code: dict(figures) for code, figures in sla.items()},
        "invoices": {code: counts["invoice"] for code, counts in by_client.items()},
        "clients": {code: dict(counts) for code, counts in by_client.items()},
        "seconds": {step: round(taken, 2) for step, taken in seconds.items()},
        "disagreements": list(wrong),
    }
