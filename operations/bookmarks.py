"""Where to begin looking for the next item: a note that is always right, however old.

Items that were taken leave dead entries at the head of the queue's index, and while somebody holds an old snapshot
nothing clears them away: whoever starts at the head wades through all of them. A bookmark says where the first item was
that was open in a snapshot, and which transactions that snapshot could not have seen. What enters the pool later, or
was under way at the time, writes a refill with its transaction's number; so everything below the bookmark's place is
either taken for good or announced by a refill from `seen` on. An urgent late-comer is never hidden, and the note needs
no lock and no place in the database. It must only be learnt from a transaction that commits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

LASTS_SECONDS = 60.0
MOST = 256


@dataclass(frozen=True)
class Bookmark:
    """No item that was open in a snapshot stands before (rank, item_id); seen: transactions below it were in sight."""

    rank: int
    item_id: int
    seen: int


START = Bookmark(rank=-(2**63), item_id=0, seen=0)
"""Knows nothing: everything is looked at."""


class Bookmarks:
    """The bookmarks of one thread, by what was looked for. They are forgotten after a minute, the oldest first."""

    def __init__(self) -> None:
        self._noted: OrderedDict[Hashable, tuple[float, Bookmark]] = OrderedDict()

    def find(self, wanted: Hashable, *, now: float) -> Bookmark:
        """The bookmark for what is wanted, or START. now: seconds on a clock that never goes back."""
        since, bookmark = self._noted.get(wanted, (now, START))
        return bookmark if now - since < LASTS_SECONDS else START

    def note(self, wanted: Hashable, bookmark: Bookmark, *, now: float) -> None:
        """Keep the bookmark. Its minute counts from the first one of a series, so that every series ends."""
        since, _before = self._noted.pop(wanted, (now, START))
        self._noted[wanted] = (since if now - since < LASTS_SECONDS else now, bookmark)
        while len(self._noted) > MOST:
            self._noted.popitem(last=False)

    def forget(self) -> None:
        """Drop them all."""
        self._noted.clear()
