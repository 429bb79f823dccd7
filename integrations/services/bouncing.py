"""Mails that came back: the notice says so, the address is written to no more, the order and the client are told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.events import SYSTEM, Happening, publish
from integrations.models import Notice, SuppressedAddress
from integrations.notices.catalogue import KINDS, OUTSIDE
from integrations.queries import supplies

REASONS = {"bounced": "bounced", "rejected": "refused", "complained": "complained", "unsubscribed": "complained"}
"""What a provider reports (anymail's event types) that ends an address: to the reason kept."""


@transaction.atomic
def report(notice_id: int, *, event: str, address: str, detail: str, at: datetime) -> bool:
    """Take a provider's report about a mail; False where it is about nothing of ours or ends nothing.

    The notice must have gone to that very address. Told twice, it is written once.
    """
    reason = REASONS.get(event)
    notice = Notice.objects.select_for_update().filter(pk=notice_id, state__in=[Notice.SENT, Notice.QUEUED]).first()
    if reason is None or notice is None or notice.address.lower() != address.strip().lower():
        return False
    bounce(notice, reason=reason, detail=detail, at=at)
    return True


def bounce(notice: Notice, *, reason: str, detail: str, at: datetime) -> None:
    """Note that the mail did not arrive, and close its address."""
    notice.state, notice.error = Notice.BOUNCED, detail[:500]
    notice.save(update_fields=["state", "error"])
    SuppressedAddress.objects.get_or_create(
        address=notice.address.lower(), defaults={"reason": reason, "detail": detail[:500], "since": at}
    )
    orders = supplies.orders_of(notice) if notice.audience == "supplier" else [notice.order_id]
    if notice.audience in OUTSIDE:
        data = {
            "label": KINDS[notice.kind].label if notice.kind in KINDS else notice.kind,
            "notice_id": notice.pk,
            "audience": notice.audience,
            "to": "" if notice.audience == "buyer" else notice.name,
            "address": notice.address,
            "reason": detail[:500],
        }
        told = [Happening("notice.bounced", "notice", notice.pk, data, order_id=one) for one in orders if one]
        publish(told, actor=SYSTEM, at=at)
