"""From what a line still needs to its arrival: suppliers, what is ordered from them, and what they answer.

The only writer of suppliers, of orders to them, and of what a line has on order or in production.
"""

from orders.services.supplying.answering import confirm, decline, dispatch, follow_up, renew_link
from orders.services.supplying.arriving import arrive, shared_out
from orders.services.supplying.keeping import ItemDraft, SupplierDraft, drop_item, keep_item, keep_supplier
from orders.services.supplying.ordering import Placed, cancel, place
from orders.services.supplying.sending import deliver, resend, send

__all__ = [
    "ItemDraft",
    "Placed",
    "SupplierDraft",
    "arrive",
    "cancel",
    "confirm",
    "decline",
    "deliver",
    "dispatch",
    "drop_item",
    "follow_up",
    "keep_item",
    "keep_supplier",
    "place",
    "renew_link",
    "resend",
    "send",
    "shared_out",
]
