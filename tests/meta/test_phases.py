"""The look after every test at the phases of the orders it left: it is there, and it finds a forgotten refresh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core import scope
from orders.models import Order, Verification
from orders.services import cancelling, holds, phases, verification
from projects import services as services_of_projects
from projects.services import phases as projects_refreshed
from tenants import services
from tests import databases, environment, laws
from tests.conftest import OPERATOR
from tests.factories import orders, projects

WHEN = orders.MORNING
COMMANDS: Mapping[str, Callable[[int], object]] = {
    "holds": lambda pk: holds.place([pk], reason="question", question="色は?", actor=OPERATOR, at=WHEN),
    "cancelling": lambda pk: cancelling.cancel([pk], by="operator", reason="不要", actor=OPERATOR, at=WHEN),
    "verification": lambda pk: verification.answer([pk], answer="確認済み", actor=OPERATOR, at=WHEN),
}


@pytest.mark.parametrize("service", COMMANDS)
def test_a_service_that_forgets_to_refresh_is_found(service: str, acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    order = orders.order(number="T-FORGOT", verifications=["gift"])
    monkeypatch.setattr(f"orders.services.{service}.refresh", lambda _order_ids: None)

    COMMANDS[service](order.pk)

    with pytest.raises(AssertionError, match="acme: T-FORGOT stands in verifying"):
        laws.check()
    phases.refresh([order.pk])


def test_a_command_on_projects_that_forgets_to_refresh_is_found(acme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    project = projects.begun()
    monkeypatch.setattr("projects.services.locking.refresh", lambda _project_ids: None)

    services_of_projects.waive([project.pk], reason="基本契約による", actor=OPERATOR, at=WHEN)

    with pytest.raises(AssertionError, match=f"acme: project {project.pk} stands in clarifying"):
        laws.check()
    projects_refreshed.refresh([project.pk])


def test_the_neighbours_orders_are_looked_at_too(db: None) -> None:
    with scope.client("bravo"):
        order = orders.order(number="T-NEXT")
        Verification.objects.create(order=order, reason="gift", opened_at=orders.MORNING)
    assert laws.wrong_phases() == ["bravo: T-NEXT stands in received, its facts give verifying"]
    with scope.client("bravo"):
        phases.refresh([order.pk])
    assert laws.wrong_phases() == []


def test_every_test_in_a_transaction_is_looked_after(db: None, request: pytest.FixtureRequest) -> None:
    assert "phases_are_derived" in request.fixturenames


def test_a_database_that_commits_is_looked_after_before_it_goes(django_db_blocker: Any) -> None:
    database = databases.committing(f"{environment.DATABASE}_phases")
    with django_db_blocker.unblock(), pytest.raises(AssertionError, match="acme: T-LEFT stands in completed"), database:
        services.create_client(code="acme", name="アクメ商事", actor=OPERATOR, at=orders.MORNING)
        with scope.client("acme"):
            left = orders.order(number="T-LEFT")
            Order.objects.filter(pk=left.pk).update(phase="completed")
