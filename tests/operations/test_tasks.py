"""What the floor does by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from core import tasks
from operations import services
from operations.models import Refill, Tally
from operations.tasks import return_abandoned, tidy
from portal.schedule import TIMETABLE
from tests.factories.operations import item

At = Callable[[str], datetime]


def test_abandoned_work_goes_back_by_the_clock(as_operator: None, at: At, moved_clock: Callable[[str], None]) -> None:
    held = item(state="claimed", holder_id=7, holder_name="受注 花子", claimed_at=at("2026-10-01 09:00"))
    moved_clock("2026-10-01 09:31")

    return_abandoned()

    held.refresh_from_db()
    assert held.state == "open"


def test_figures_of_past_days_are_folded_those_of_yesterday_stay(
    as_operator: None, at: At, moved_clock: Callable[[str], None]
) -> None:
    for text in ("2026-09-29 09:00", "2026-09-29 15:00", "2026-09-30 09:00", "2026-09-30 15:00"):
        Tally.objects.create(client="acme", name=Tally.SHIPPED, at=at(text), orders=1, units=2)

    tidy()

    assert list(Tally.objects.order_by("at", "id").values_list("at", "orders")) == [
        (at("2026-09-29 00:00"), 2),
        (at("2026-09-30 09:00"), 1),
        (at("2026-09-30 15:00"), 1),
    ]


def test_announcements_are_kept_as_long_as_a_bookmark_may_need_them(as_operator: None) -> None:
    for item_id in (1, 2):
        Refill.objects.create(client="acme", kind="pick", rank=0, item_id=item_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE operations_refill SET created_at = now() - interval '61 minutes' WHERE item_id = 1")

    assert services.forget_refills() == 1
    assert list(Refill.objects.values_list("item_id", flat=True)) == [2]


def test_both_are_on_the_timetable() -> None:
    asked = {name for entry in TIMETABLE.values() for name in entry.get("args", ())}

    assert {"operations.tasks.return_abandoned", "operations.tasks.tidy"} <= asked
    assert asked <= set(tasks.declared())
