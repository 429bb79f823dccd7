"""Where the sign of a link leads in a mail: to the buyer's page of an order or a quote, or to the supplier's."""

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
from tenants import queries as tenants


def address_for(notice: Notice) -> str:
    """The address of the page that a mail to somebody outside speaks of, "" where it was closed or there is none."""
    if notice.audience == "supplier":
        event = Event.objects.filter(pk=notice.event_id or 0, subject_kind="supply").first()
        supply = Supply.objects.filter(pk=event.subject_id).first() if event else None
        return supply_links.address_of(supply) if supply else ""
    if notice.order_id:
        return tracking.address_of(notice.order_id)
    told = Event.objects.filter(pk=notice.event_id or 0, subject_kind="quote").values_list("data", flat=True).first()
    version = QuoteVersion.objects.filter(pk=told["version_id"]).first() if told else None
    return links.address_of(version) if version else ""


def example_of(event: str) -> str:
    """An address as it is sent about a happening, of no quote and no order."""
    name = {"quote": "quote_page", "supply": "supply_page"}.get(event.partition(".")[0], "tracking")
    path = reverse(name, settings.CLIENT_URLCONF, args=["…"])
    return tenants.address_of(scope.current_client(), path)
