"""The URL map of the API, below /api/v1/ on a client's host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from billing import api as billing
from portal import api_reference
from projects import api as projects

urlpatterns: list[URLPattern | URLResolver] = [
    path("", api_reference.page, name="reference"),
    path("schema", api_reference.schema, name="schema"),
    path("", include("orders.api.urls")),
    path("projects", projects.Projects.as_view(), name="projects"),
    path("projects/<int:project_id>", projects.OneProject.as_view(), name="project"),
    path("invoices", billing.Invoices.as_view(), name="invoices"),
    path("invoices/<int:invoice_id>", billing.OneInvoice.as_view(), name="invoice"),
    path("invoices/<int:invoice_id>/pdf", billing.InvoicePdf.as_view(), name="invoice_pdf"),
]
