"""What every host has: log-in, language, health, search."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from integrations.pages.own import own
from portal import health, metrics
from tenants.urls import account_patterns

handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    *account_patterns,
    path("account/notices", own, name="own_notices"),
    path("account/", include("allauth.urls")),
    path("language", set_language, name="set_language"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics.page, name="metrics"),
]
