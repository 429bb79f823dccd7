"""However large the file and however many the orders: what is held at once stays within bounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from core.batches import Outcome
from integrations.channels.nextengine.profile import PROFILE
from integrations.channels.nextengine.sample import SHOP
from integrations.channels.samples import make
from orders.intake import read_batches
from orders.models import Order
from orders.services import cancelling, holds, shipping
from tests.conftest import OPERATOR
from tests.factories import orders
from tests.factories.orders import MORNING

MOST = 300
"""Megabytes that one command may take."""

MANY = 10_000
_FILL = """
    WITH placed AS (
        INSERT INTO orders_order (channel_id, number, ordered_at, received_at, phase, buyer_name, ship_name,
                                  ship_postcode, ship_prefecture, ship_address, total, tax_by_rate, tags, search)
        SELECT %s, 'M-' || g, %s, %s, 'received', '山田 花子', '山田 花子', '1050011', '東京都', '港区芝公園4-2-8',
               1000, '{}', '[]', 'm-' || g || '|山田花子' FROM generate_series(1, %s) g RETURNING id
    )
    INSERT INTO orders_line (order_id, position, sku, name, unit_price, ordered, allocated)
    SELECT id, n, 'CHA-' || n, '深蒸し煎茶', 500, 1, 1 FROM placed CROSS JOIN generate_series(1, 2) n
"""


def grown_by(work: Callable[[], object]) -> float:
    """Megabytes by which this process is larger at the height of the work than before it."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the height so far
    before = _megabytes("VmRSS")
    work()
    return _megabytes("VmHWM") - before


def _megabytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def test_the_height_of_the_memory_is_seen() -> None:
    assert grown_by(lambda: b"." * (200 << 20)) > 190


def test_a_file_is_never_held_whole(tmp_path: Path) -> None:
    """A file of 50,000 lines in parts: its numbers differ, so that every part has orders of its own."""
    header, body = make(SHOP, orders=5_000, seed=3, month="2026-10").data.split(b"\r\n", 1)
    file = tmp_path / "orders.csv"
    with file.open("wb") as target:
        target.write(header + b"\r\n")
        for letter in b"ABCDEF":
            target.write(body.replace(b"A0000", bytes([letter]) + b"0000"))

    counted: list[int] = []
    grown = grown_by(lambda: counted.extend(part.counts.rows for part in read_batches(file, PROFILE, rows=5_000)))

    assert sum(counted) > 45_000
    assert len(counted) > 5
    assert grown < MOST


@pytest.mark.usefixtures("acme")
def test_ten_thousand_orders_move_at_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [orders.channel().pk, MORNING, MORNING, MANY])
    ids = list(Order.objects.values_list("pk", flat=True))
    moves: dict[str, Callable[[], Outcome]] = {
        "held": lambda: holds.place(ids, reason="question", question="在庫は?", actor=OPERATOR, at=MORNING),
        "received": lambda: holds.release(ids, reason="確認が済みました", actor=OPERATOR, at=MORNING),
        "preparing": lambda: shipping.release(ids, actor=OPERATOR, at=MORNING),
        "cancelled": lambda: cancelling.cancel(ids, by="operator", reason="在庫切れ", actor=OPERATOR, at=MORNING),
    }
    for phase, move in moves.items():
        done: list[Outcome] = []
        grown = grown_by(lambda move=move, done=done: done.append(move()))  # type: ignore[misc]
        assert len(done[0].done) == MANY
        assert Order.objects.filter(phase=phase).count() == MANY
        assert grown < MOST
