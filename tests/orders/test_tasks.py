from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.events import SYSTEM
from integrations.channels import samples
from integrations.channels.nextengine.sample import SHOP
from orders import tasks
from orders.models import Order
from orders.services import holds, intake, shipping
from tests.conftest import OPERATOR
from tests.factories.orders import channel, orders, phase_of, shipped

pytestmark = pytest.mark.usefixtures("nobody_listens")


def test_what_is_due_by_now_is_done(acme: str) -> None:
    now = datetime.now(UTC)
    held, waiting, delivered = orders(3)
    for key, end in ((held, now - timedelta(minutes=1)), (waiting, now + timedelta(days=1))):
        holds.place([key], reason="date", expected_end=end, actor=OPERATOR, at=now - timedelta(days=1))
    shipping.deliver(shipped(delivered), actor=OPERATOR, at=now - timedelta(days=8))

    tasks.keep_dates()

    assert [phase_of(key) for key in (held, waiting, delivered)] == ["received", "held", "completed"]


def test_a_file_that_waits_is_read(acme: str) -> None:
    sample = samples.make(SHOP, orders=20, seed=5, month="2026-10")
    arrived = intake.submit(channel(), file_name="a.csv", data=sample.data, actor=SYSTEM, at=datetime.now(UTC))
    tasks.run_intake(intake_id=arrived.pk)
    assert Order.objects.filter(intake=arrived).count() == sample.manifest["orders"]
