"""Order files and order records become orders: read whole columns at a time, checked, the bad rows set apart to mend.

A channel is a `Profile`; nothing else tells one file from another. All of it is pure: bytes in, frames out.
"""

from orders.intake.judging import Counts, Intake
from orders.intake.mending import mend_file
from orders.intake.profiles import Profile, Source, Sum, added, col, either, found, joined, padded
from orders.intake.reading import MAX_BYTES, read, read_batches
from orders.intake.reasons import REASONS, explain
from orders.intake.records import RECORDS, from_records

__all__ = [
    "MAX_BYTES",
    "REASONS",
    "RECORDS",
    "Counts",
    "Intake",
    "Profile",
    "Source",
    "Sum",
    "added",
    "col",
    "either",
    "explain",
    "found",
    "from_records",
    "joined",
    "mend_file",
    "padded",
    "read",
    "read_batches",
]
