"""The URL map of the operator's host: its own pages, and the clients' under /clients/<code>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from billing.pages.floor import closings
from integrations.pages.reports import reports
from portal import dashboards, search
from portal.urls.client_pages import urlpatterns as client_pages
from portal.urls.shared import handler403, handler404, handler500
from portal.urls.shared import urlpatterns as shared
from tenants.doors import MOUNT
from tenants.urls import operator_patterns

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

# Each package adds one line: `path("", include("operations.urls"))`.
own_pages: list[URLPattern | URLResolver] = [
    path("", dashboards.operator_home, name="home"),
    path("search", search.on_floor, name="search"),
    path("", include(([path("closings", closings, name="list")], "closings"))),
    path("", include(([path("clients", dashboards.clients, name="list")], "clients"))),
    path("", include("operations.urls")),
    path("", include((operator_patterns, "admin"))),
]

urlpatterns = [
    *shared,
    path("mail/reports", reports, name="mail_reports"),
    *own_pages,
    path("clients/<slug:client_code>/", include((client_pages, MOUNT), namespace=MOUNT)),
]
