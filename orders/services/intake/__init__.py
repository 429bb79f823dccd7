"""How orders come in: by a file, by the API, by hand. One path for all of them, and the way back."""

from orders.services.intake.deciding import discard, drop_undecided, stop, take
from orders.services.intake.receiving import MAX_RECORDS, accept, submit
from orders.services.intake.running import check, give_up, run
from orders.services.intake.undoing import may_undo, undo

__all__ = [
    "MAX_RECORDS",
    "accept",
    "check",
    "discard",
    "drop_undecided",
    "give_up",
    "may_undo",
    "run",
    "stop",
    "submit",
    "take",
    "undo",
]
