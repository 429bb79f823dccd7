"""Who listens to which event: the whole list."""

from __future__ import annotations

from core.events import Subscriber
from sla import services as promises

SUBSCRIPTIONS: dict[str, tuple[Subscriber, ...]] = {
    "order.received": (promises.start,),
    "order.verification_opened": (promises.start,),
    "order.verified": (promises.follow,),
    "order.held": (promises.follow,),
    "order.hold_answered": (promises.follow,),
    "order.hold_released": (promises.follow,),
    "order.shipped": (promises.follow,),
    "order.cancelled": (promises.follow,),
}
