"""Who listens to which event: the whole list. Promises come before work, which asks them when it is due."""

from __future__ import annotations

from billing.services import floor as closings
from core.events import Subscriber
from operations import services as work
from sla import services as promises

SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "client.opened": (promises.open_client,),
    "invoice.approved": (closings.note,),
    "invoice.dispute_answered": (closings.note,),
    "invoice.disputed": (closings.note,),
    "invoice.drafted": (closings.note,),
    "invoice.finalised": (closings.note,),
    "invoice.issued": (closings.note,),
    "intake.finished": (work.tally,),
    "order.received": (promises.start, work.open_received, work.tally),
    "order.verification_opened": (promises.start, work.follow),
    "order.verification_answered": (work.follow,),
    "order.verified": (promises.follow,),
    "order.held": (promises.follow, work.follow),
    "order.hold_answered": (promises.follow, work.follow),
    "order.hold_released": (promises.follow, work.follow),
    "order.paid": (work.follow,),
    "order.scheduled": (work.follow,),
    "order.shipped": (promises.follow,),
    "order.cancel_requested": (work.follow,),
    "order.cancel_request_answered": (work.follow,),
    "order.cancelled": (promises.follow, work.follow, work.tally),
    "shipment.released": (work.follow,),
    "shipment.picked": (work.follow,),
    "shipment.packed": (work.follow,),
    "shipment.shipped": (work.follow, work.tally),
    "shipment.cancelled": (work.follow,),
    "sla.due_moved": (work.move_due,),
    "sla.missed": (work.tally,),
}
