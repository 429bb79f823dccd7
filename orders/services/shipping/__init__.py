"""From the release of orders to the delivery of their shipments. The only writer of shipments and their quantities."""

from orders.services.shipping.delivering import deliver
from orders.services.shipping.from_suppliers import checked_direct, hand_over_direct
from orders.services.shipping.handing_over import note_whole, ship
from orders.services.shipping.releasing import release
from orders.services.shipping.taking_back import reship, turn_back, withdraw, withdraw_all, write_off
from orders.services.shipping.warehouse import SIZES, pack, pick

__all__ = [
    "SIZES",
    "checked_direct",
    "deliver",
    "hand_over_direct",
    "note_whole",
    "pack",
    "pick",
    "release",
    "reship",
    "ship",
    "turn_back",
    "withdraw",
    "withdraw_all",
    "write_off",
]
