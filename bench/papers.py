"""Delivery notes of many shipments as one file, numbered and filed one by one, against the bare Typst compile of it."""

from __future__ import annotations

import resource

from bench import ground
from bench.figures import Figure, Size, timed
from core import scope
from core.events import SYSTEM
from documents import queries
from documents.models import IssuedPaper, PrintRun
from documents.papers import PAPERS
from documents.papers.common import Run
from documents.services import letterheads
from documents.typesetting import UNTAGGED, compile_paper
from orders.services import papers

_FILL = """
    WITH placed AS (
        INSERT INTO orders_order (channel_id, number, ordered_at, received_at, phase, buyer_name, ship_name,
                                  ship_postcode, ship_prefecture, ship_address, payment_method, payment, goods_total,
                                  total, tax_by_rate, tags)
        SELECT (SELECT min(id) FROM orders_channel), 'P-' || g, timestamptz '2026-10-01', timestamptz '2026-10-01',
               'preparing', '山田 花子', '髙橋 健', '1050011', '東京都', '東京都港区芝公園4-2-8', 'カード', 'paid',
               3240, 3240, '{}', '[]'
          FROM generate_series(1, %s) g RETURNING id
    ), lines AS (
        INSERT INTO orders_line (order_id, position, sku, name, option, unit_price, tax_rate, ordered, allocated,
                                 released)
        SELECT p.id, n, 'CHA-' || n, '深蒸し煎茶 100g ' || n || '番', '', 1080, 8, 1, 1, 1
          FROM placed p CROSS JOIN generate_series(1, 3) n RETURNING id, order_id
    ), shipments AS (
        INSERT INTO orders_shipment (order_id, position, state, carrier, size, released_at)
        SELECT id, 1, 'released', '', 60, timestamptz '2026-10-01' FROM placed RETURNING id, order_id
    )
    INSERT INTO orders_shipmentline (shipment_id, line_id, quantity)
    SELECT s.id, l.id, 1 FROM shipments s JOIN lines l ON l.order_id = s.order_id
"""


def measure(size: Size) -> list[Figure]:
    """The whole run, of which each paper is a document of its own besides, and the file alone."""
    with ground.superuser() as session:
        session.execute(b'SET search_path = "c_acme", public')
        session.execute(_FILL, [size.papers])
        rows = session.execute("SELECT id FROM orders_shipment ORDER BY id DESC LIMIT %s", [size.papers]).fetchall()
    with scope.client(ground.CLIENT):
        run = papers.ask_for_print("delivery_note", [key for (key,) in rows], actor=SYSTEM, at=ground.NOW)
        whole = timed(lambda: papers.fulfil(run.pk, at=ground.NOW))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before the bare one adds its own
        data = _data(run)
        file = timed(lambda: papers.fulfil(_again(run).pk, at=ground.NOW))
        bare = timed(lambda: compile_paper(PAPERS[run.kind].template, data, issued_at=ground.NOW, tagged=False))
    detail = f"{size.papers} pages: {whole:.1f} s issuing, {file:.1f} s printing again, {bare:.1f} s bare"
    return [
        Figure("issue and print delivery notes / bare typst compile", whole / bare, "×", 5, detail=detail),
        Figure("print the issued ones again / bare typst compile", file / bare, "×", 1.3, detail=detail),
        Figure("memory of the print run", memory, "MB", 1500, detail="/".join(UNTAGGED)),
    ]


def _data(run: PrintRun) -> dict[str, object]:
    run.refresh_from_db()
    letterhead = queries.letterhead()
    assert letterhead is not None
    senders = {str(letterhead.version): letterheads.sender_of(letterhead)}
    issued = IssuedPaper.objects.filter(kind=run.kind, subject_id__in=run.subjects).order_by("id")
    return dict(Run(title="bench", senders=senders, papers=[paper.data for paper in issued]))


def _again(run: PrintRun) -> PrintRun:
    return papers.ask_for_print(run.kind, run.subjects, actor=SYSTEM, at=ground.NOW)
