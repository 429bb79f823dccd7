"""When something goes wrong with orders: opened, decided, carried out, withdrawn, opened again, followed up."""

from orders.services.exceptions.deciding import Answer, decide
from orders.services.exceptions.following_up import follow_up
from orders.services.exceptions.opening import open_for, reopen, withdraw

__all__ = ["Answer", "decide", "follow_up", "open_for", "reopen", "withdraw"]
