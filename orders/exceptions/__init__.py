"""What can go wrong with an order, who decides about it, and what each decision does: the tables, as data.

The services carry out what is chosen; pages, the API, the work queue and the clocks read the same tables.
"""

from orders.exceptions.changes import ANSWER_WITHIN, CHANGES, Change
from orders.exceptions.choices import CHOICES, ROOMS, Choice
from orders.exceptions.kinds import ESCALATE, KINDS, MOST_REMINDERS, REMIND, ExceptionKind, may_bill, waits_for

__all__ = [
    "ANSWER_WITHIN",
    "CHANGES",
    "CHOICES",
    "ESCALATE",
    "KINDS",
    "MOST_REMINDERS",
    "REMIND",
    "ROOMS",
    "Change",
    "Choice",
    "ExceptionKind",
    "may_bill",
    "waits_for",
]
