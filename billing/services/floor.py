"""What the operator's list over all clients knows of their closings: a projection, written with the facts."""

from __future__ import annotations

from django.db.models import Count, Q

from billing.models import Invoice
from billing.series.models import Standing
from core import scope
from core.events import Told


def note(told: Told) -> None:
    """Write how these invoices stand into the operator's list."""
    code = scope.current_client()
    waiting = Count("disputes", filter=Q(disputes__answered_at=None))
    at = told[-1].at
    assert at is not None  # what is told has happened at some time
    found = Invoice.objects.filter(pk__in=told.frame["subject_id"].to_list()).annotate(waiting=waiting)
    Standing.objects.bulk_create(
        [
            Standing(
                client=code,
                period_start=invoice.period_start,
                period_end=invoice.period_end,
                invoice_id=invoice.pk,
                state=invoice.state,
                number=invoice.number or "",
                total=invoice.total,
                disputes=invoice.waiting,
                unrated=len(invoice.unrated),
                changed_at=at,
            )
            for invoice in found
        ],
        update_conflicts=True,
        unique_fields=["client", "period_start"],
        update_fields=["period_end", "invoice_id", "state", "number", "total", "disputes", "unrated", "changed_at"],
    )
