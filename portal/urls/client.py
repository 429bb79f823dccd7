"""The URL map of a client's host."""

from __future__ import annotations

from django.urls import include, path

from integrations.pages import quotes, suppliers
from integrations.pages.acceptances import certificate, handed_in
from integrations.pages.hooks import hook
from integrations.pages.tracking import track
from portal.urls.client_pages import urlpatterns as client_pages
from portal.urls.shared import handler403, handler404, handler500
from portal.urls.shared import urlpatterns as shared

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *shared,
    path("api/v1/", include(("portal.urls.api", "api"))),
    path("hooks/<slug:channel_code>/", hook, name="hook"),
    path("t/<str:secret>", track, name="tracking"),
    path("q/<str:secret>", quotes.offer, name="quote_page"),
    path("q/<str:secret>/paper", quotes.paper, name="quote_paper"),
    path("s/<str:secret>", suppliers.order, name="supply_page"),
    path("s/<str:secret>/paper", suppliers.paper, name="supply_paper"),
    path("a/<str:secret>", handed_in, name="acceptance_page"),
    path("a/<str:secret>/paper", certificate, name="acceptance_paper"),
    *client_pages,
]
