"""The URL map of a client's host."""

from __future__ import annotations

from django.urls import include, path

from integrations.pages.hooks import hook
from integrations.pages.quotes import offer, paper
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
    path("q/<str:secret>", offer, name="quote_page"),
    path("q/<str:secret>/paper", paper, name="quote_paper"),
    *client_pages,
]
