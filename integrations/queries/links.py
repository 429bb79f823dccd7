"""Where the sign of a buyer's link leads in a mail: to the order's page, or to the quote's."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from core import scope
from core.models import Event
from integrations.models import Notice
from integrations.queries import tracking
from orders.models import QuoteVersion
from orders.queries.quoting import links
from tenants import queries as tenants


def address_for(notice: Notice) -> str:
    """The address of the page that a mail to a buyer speaks of, "" where it was closed or there is none."""
    if notice.order_id:
        return tracking.address_of(notice.order_id)
    told = Event.objects.filter(pk=notice.event_id or 0, subject_kind="quote").values_list("data", flat=True).first()
    version = QuoteVersion.objects.filter(pk=told["version_id"]).first() if told else None
    return links.address_of(version) if version else ""


def example_of_quote() -> str:
    """An address as buyers get it, of no quote."""
    path = reverse("quote_page", settings.CLIENT_URLCONF, args=["…"])
    return tenants.address_of(scope.current_client(), path)
