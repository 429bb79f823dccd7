"""Order files and order records become orders: read whole columns at a time, checked, the bad rows set apart to mend.

A channel is a `Profile`; nothing else tells one file from another. All of it is pure: bytes in, frames out.
"""

from orders.intake.judging import Counts, Intake
from orders.intake.mending import mend_file
from orders.intake.opening import MAX_BYTES, bundled, half_of, opened, recognised
from orders.intake.pairs import what_is_missing
from orders.intake.profiles import Pair, Profile, Source, Sum, added, col, either, found, joined, padded
from orders.intake.reading import read, read_batches
from orders.intake.reasons import REASONS, explain
from orders.intake.records import RECORDS, from_records

__all__ = [
    "MAX_BYTES",
    "REASONS",
    "RECORDS",
    "Counts",
    "Intake",
    "Pair",
    "Profile",
    "Source",
    "Sum",
    "added",
    "bundled",
    "col",
    "either",
    "explain",
    "found",
    "from_records",
    "half_of",
    "joined",
    "mend_file",
    "opened",
    "padded",
    "read",
    "read_batches",
    "recognised",
    "what_is_missing",
]
