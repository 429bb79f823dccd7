"""Where a link in a mail leads: to the buyer's page of an order, a quote or a delivery, or to the supplier's."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from core import scope
from core.models import Event
from integrations.models import Notice
from integrations.queries import tracking
from orders.models import QuoteVersion, Supply
from orders.queries import supply_links
from orders.queries.quoting import links
from projects.models import Acceptance
from projects.queries import links as acceptances
from tenants import queries as tenants

EXAMPLES = {"quote": "quote_page", "project": "acceptance_page", "supply": "supply_page"}
"""By the subject of the event, the page outside that its mail leads to."""


def address_for(notice: Notice) -> str:
    """The address of the page that a mail to somebody outside speaks of, "" where it was closed or there is none."""
    if notice.audience == "supplier":
        event = Event.objects.filter(pk=notice.event_id or 0, subject_kind="supply").first()
        supply = Supply.objects.filter(pk=event.subject_id).first() if event else None
        return supply_links.address_of(supply) if supply else ""
    if notice.order_id:
        return tracking.address_of(notice.order_id)
    told = Event.objects.filter(pk=notice.event_id or 0, subject_kind__in=["quote", "project"]).first()
    if told is None:
        return ""
    if told.subject_kind == "project":
        asked = Acceptance.objects.filter(pk=told.data["acceptance_id"]).first()
        return acceptances.address_of(asked) if asked else ""
    version = QuoteVersion.objects.filter(pk=told.data["version_id"]).first()
    return links.address_of(version) if version else ""


def example_of(event: str) -> str:
    """An address as it is sent about a happening, of nothing there is."""
    name = EXAMPLES.get(event.partition(".")[0], "tracking")
    return tenants.address_of(scope.current_client(), reverse(name, settings.CLIENT_URLCONF, args=["…"]))
