"""The addresses of the documents' pages, on the client's host and below /clients/<code>/ on the operator's."""

from __future__ import annotations

from django.urls import path

from documents.pages import finding, reading, sending

app_name = "documents"

urlpatterns = [
    path("documents", finding.listing, name="list"),
    path("documents/new", sending.add, name="add"),
    path("documents/archive", finding.archive, name="archive"),
    path("documents/<int:pk>", reading.detail, name="detail"),
    path("documents/<int:pk>/standing", reading.standing, name="standing"),
    path("documents/<int:pk>/view", reading.view, name="view"),
    path("documents/<int:pk>/file", reading.download, name="download"),
    path("documents/<int:pk>/hold", reading.hold, name="hold"),
]
