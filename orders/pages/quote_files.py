"""Files that belong to a quote or a contract, kept as documents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from documents import services as documents
from documents.kinds import KINDS
from tenants.doors import PortalRequest


def kept(
    request: PortalRequest, upload: Any, kind: str, *, counterparty: str, amount: Decimal, at: datetime
) -> int | None:
    """The document that an uploaded file became, None where none was chosen. Refused with what is wrong with it."""
    if not upload:
        return None
    return documents.upload(
        upload.file,
        file_name=upload.name,
        kind=kind,
        title=f"{_(KINDS[kind].label)} {counterparty}",
        counterparty=counterparty,
        amount=amount,
        actor=request.actor,
        at=at,
    ).pk
