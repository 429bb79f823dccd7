"""What mails to suppliers say of an order to them, what goes with them, and which went out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from core.models import Event
from documents import services as documents
from documents.models import Document, IssuedPaper
from integrations.models import Notice
from orders.models import Line
from orders.queries.facts import fetch

_SUPPLIES = """
    SELECT u.id, p.name, p.email, p.language, u.asked_on, u.answer_by, t.items
      FROM orders_supply u JOIN orders_supplier p ON p.id = u.supplier_id
     CROSS JOIN LATERAL (
           SELECT string_agg(name || ' × ' || n, E'\\n' ORDER BY sku) AS items
             FROM (SELECT l.sku, l.name, sum(s.quantity - s.cancelled) AS n
                     FROM orders_supplyline s JOIN orders_line l ON l.id = s.line_id
                    WHERE s.supply_id = u.id GROUP BY l.sku, l.name
                   HAVING sum(s.quantity - s.cancelled) > 0 ORDER BY l.sku LIMIT 30) shown) t
     WHERE u.id = ANY(%s)
"""
SUPPLIES = pl.Schema(
    {
        "subject_id": pl.Int64(),
        **dict.fromkeys(("supplier", "supplier_email", "supplier_language"), pl.String()),
        **dict.fromkeys(("asked_on", "answer_by"), pl.Date()),
        "supply_items": pl.String(),
    }
)


def figures_of(supply_ids: Collection[int]) -> pl.DataFrame:
    """A row for each order to a supplier, as SUPPLIES."""
    return fetch(_SUPPLIES, [list(supply_ids)], SUPPLIES)


def attachments_of(notice: Notice) -> Sequence[tuple[str, bytes, str]]:
    """The 発注書 that the mail speaks of, as name, bytes and content type."""
    event = _event(notice)
    document = Document.objects.filter(pk=event.data.get("document_id") or 0).first() if event else None
    if document is None:
        return ()
    with documents.open_content(document) as content:
        return ((document.file_name, content.read(), document.content_type),)


def orders_of(notice: Notice) -> list[int]:
    """The orders whose goods the mail to a supplier asks for."""
    event = _event(notice)
    lines = Line.objects.filter(supply_lines__supply=event.subject_id if event else 0)
    return list(lines.order_by("order_id").values_list("order_id", flat=True).distinct())


def paper_of(supply_id: int) -> IssuedPaper | None:
    """Its newest 発注書, None before that is made."""
    found = IssuedPaper.objects.filter(kind="purchase_order", subject_kind="supply", subject_id=supply_id)
    return found.select_related("document").order_by("-revision").first()


def _event(notice: Notice) -> Event | None:
    return Event.objects.filter(pk=notice.event_id or 0, subject_kind="supply").first()
