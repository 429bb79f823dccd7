"""The addresses of the buyers' pages."""

from __future__ import annotations

from django.urls import path

from customers.pages import details, lists, merging, postcodes

app_name = "customers"
urlpatterns = [
    path("buyers", lists.buyers, name="list"),
    path("buyers/export", lists.export, name="export"),
    path("buyers/proposals", merging.proposals, name="proposals"),
    path("buyers/proposals/accept", merging.accept, name="accept"),
    path("buyers/proposals/decline", merging.decline, name="decline"),
    path("buyers/proposals/undo", merging.undo, name="undo"),
    path("buyers/<int:buyer_id>", details.buyer, name="detail"),
    path("postcodes", postcodes.places, name="postcodes"),
]
