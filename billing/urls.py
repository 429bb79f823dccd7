"""The addresses of the billing pages, on the client's host and below /clients/<code>/ on the operator's."""

from __future__ import annotations

from django.urls import path

from billing.pages import acting, reading

app_name = "billing"
urlpatterns = [
    path("billing", reading.overview, name="overview"),
    path("billing/draft", acting.draft, name="draft"),
    path("billing/<int:invoice_id>", reading.invoice, name="invoice"),
    path("billing/<int:invoice_id>/approve", acting.approve, name="approve"),
    path("billing/<int:invoice_id>/finalise", acting.finalise, name="finalise"),
    path("billing/<int:invoice_id>/disputes/<int:dispute_id>/answer", acting.answer, name="answer"),
    path("billing/<int:invoice_id>/<slug:code>", reading.line, name="line"),
    path("billing/<int:invoice_id>/<slug:code>/dispute", acting.dispute, name="dispute"),
]
