"""書類: found, opened, downloaded, sent; every look at one is noted."""

from __future__ import annotations

from django.http import Http404

from documents import kinds, queries
from documents.models import Document
from tenants.doors import PortalRequest
from tenants.roles import Permission


def shown_kinds(request: PortalRequest) -> tuple[str, ...]:
    """The kinds that the person may see: papers that name prices are for those who may see the billing."""
    return kinds.visible(money=Permission.VIEW_BILLING in request.permissions)


def the_document(request: PortalRequest, pk: int) -> Document:
    """The document, where the person may see it; 404 otherwise."""
    document = queries.of(pk, shown_kinds(request))
    if document is None:
        raise Http404
    return document
