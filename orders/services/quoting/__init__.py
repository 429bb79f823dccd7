"""What is done before an order: inquiries are taken, quotes written, sent and decided, contracts made and ordered."""

from orders.services.quoting.asking import answer_question, ask, close, receive
from orders.services.quoting.contracting import end, order, sign, tell_ending
from orders.services.quoting.deciding import Evidence, accept, decline, expire_due, record_acceptance, withdraw
from orders.services.quoting.sending import close_links, renew_links, send
from orders.services.quoting.writing import Buyer, Draft, change, choose, create, revise

__all__ = [
    "Buyer",
    "Draft",
    "Evidence",
    "accept",
    "answer_question",
    "ask",
    "change",
    "choose",
    "close",
    "close_links",
    "create",
    "decline",
    "end",
    "expire_due",
    "order",
    "receive",
    "record_acceptance",
    "renew_links",
    "revise",
    "send",
    "sign",
    "tell_ending",
    "withdraw",
]
