"""How orders come in: by a file, by the API, by hand. One path for all of them."""

from orders.services.intake.receiving import MAX_RECORDS, accept, submit
from orders.services.intake.running import give_up, run

__all__ = ["MAX_RECORDS", "accept", "give_up", "run", "submit"]
