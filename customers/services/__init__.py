"""What is done with buyers: they are recognised, and merged where a person says that two are one.

Whatever writes here waits for its turn, so that nobody merges into a buyer that is being merged away.
"""

from __future__ import annotations

from customers.services.erasing import erase, lock
from customers.services.merging import accept, decline, undo
from customers.services.recognising import recognise

__all__ = ["accept", "decline", "erase", "lock", "recognise", "undo"]
