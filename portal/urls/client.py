"""The URL map of a client's host."""

from __future__ import annotations

from portal.urls.client_pages import urlpatterns as client_pages
from portal.urls.shared import handler403, handler404, handler500
from portal.urls.shared import urlpatterns as shared

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*shared, *client_pages]
