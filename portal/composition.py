"""Puts the packages together: who listens to what, which channels there are, who keeps which promise,
what can be set.
"""

from __future__ import annotations

from billing.queries import events_invoiced, orders_invoiced
from core import events
from customers import ports as customers
from integrations.examples import EXAMPLES
from integrations.registry import CHANNELS
from orders import ports, registry
from orders.queries import buyers
from portal import settings_menu, subscriptions
from projects import ports as projects
from sla.queries import working_deadline
from sla.services import ship_due
from tenants import registry as settings


def install() -> None:
    """Called once, when Django is ready."""
    events.install(subscriptions.SUBSCRIPTIONS)
    registry.install(CHANNELS, EXAMPLES)
    settings.install(settings_menu.AREAS)
    ports.install(promised=ship_due, worked=working_deadline, invoiced=orders_invoiced)
    projects.install(invoiced=events_invoiced)
    customers.install(figures=buyers.figures, history=buyers.history)
