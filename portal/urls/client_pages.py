"""The client's pages: at the root of the client's host, and once more on the operator's, under /clients/<code>/.

Each package adds one line: `path("", include("orders.urls"))`.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from integrations.urls import answered_patterns, erasing_patterns, hook_patterns
from portal import definition, home_client, search
from tenants.urls import client_patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home_client.home, name="home"),
    path("home/cost", home_client.cost, name="home_cost"),
    path("search", search.in_client, name="search"),
    path("definition", definition.definition, name="definition"),
    path("definition/names", definition.rename, name="rename_phases"),
    path("definition/trial", definition.trial, name="trial"),
    path("", include("orders.urls")),
    path("", include("projects.urls")),
    path("", include("customers.urls")),
    path("", include("documents.urls")),
    path("", include("sla.urls")),
    path("", include("billing.urls")),
    path("", include("integrations.urls")),
    path("", include((hook_patterns, "hooks"))),
    path("", include((erasing_patterns, "erasing"))),
    path("", include((answered_patterns, "answered"))),
    path("", include((client_patterns, "tenants"))),
]
