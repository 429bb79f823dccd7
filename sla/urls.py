"""The addresses of the SLA pages, on the client's host and below /clients/<code>/ on the operator's."""

from __future__ import annotations

from django.urls import path

from sla import pages

app_name = "sla"

urlpatterns = [
    path("sla", pages.overview, name="overview"),
    path("sla/clocks", pages.listing, name="clocks"),
    path("sla/clocks/export", pages.export, name="export"),
    path("sla/clocks/<int:pk>", pages.clock, name="clock"),
    path("sla/promises/add", pages.add_promise, name="add_promise"),
    path("sla/promises/<int:pk>", pages.promise, name="promise"),
    path("sla/statement", pages.statement, name="statement"),
    path("sla/freeze", pages.freeze, name="freeze"),
]
