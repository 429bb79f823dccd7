"""The buyers of a file's orders, noted by the task that follows the intake.

Limit: the reading of the same file, which does not wait for it. Then once more, of buyers who are known by now.
"""

from __future__ import annotations

from bench import ground
from bench.figures import Figure, Size, timed
from core import scope
from core.events import SYSTEM
from integrations.channels.nextengine.sample import SHOP
from integrations.channels.samples import make
from orders.models import Channel, Order
from orders.services import buyers, intake

LINES_PER_ORDER = 1.8


def measure(size: Size) -> list[Figure]:
    """Time of noting the buyers against the intake, while nobody is known and when all are."""
    data = make(SHOP, orders=round(size.intake_lines / LINES_PER_ORDER), seed=70, month="2026-10").data
    with scope.client(ground.CLIENT):
        made = intake.submit(
            Channel.objects.get(code="shop"), file_name="orders.csv", data=data, actor=SYSTEM, at=ground.NOW
        )
    reading = timed(lambda: _read(made.pk))
    first = timed(_note)
    with scope.client(ground.CLIENT):
        orders = Order.objects.update(buyer=None)
    again = timed(_note)
    detail = f"{orders} orders {{:.2f}} s, intake {reading:.2f} s"
    return [
        Figure("buyers who are new / intake", first / reading, "×", 1.5, detail=detail.format(first)),
        Figure("buyers who are known / intake", again / reading, "×", 1.0, detail=detail.format(again)),
    ]


def _read(intake_id: int) -> None:
    with scope.client(ground.CLIENT):
        intake.run(intake_id, at=ground.NOW)


def _note() -> None:
    with scope.client(ground.CLIENT):
        while buyers.recognise(at=ground.NOW):
            pass
