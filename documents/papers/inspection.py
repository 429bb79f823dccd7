"""What the certificate of acceptance (`inspection.typ`, 検収書) is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NotRequired

from documents.papers.common import Fact, Head, Item, Party


class Inspected(Item):
    """A line that was inspected. passed, failed: pieces; together they are no more than were delivered."""

    passed: int
    failed: int
    reason: NotRequired[str]


class Inspection(Head):
    """A delivery that was inspected, for whoever delivered it, or back to whoever inspected it.

    verdict: 合格, 一部合格 or 不合格. total: of what passed. said: the sentence above it, where it is the other
    side that inspected.
    """

    said: NotRequired[str]
    recipient: Party
    subject: str
    inspected_on: date
    verdict: str
    facts: Sequence[Fact]
    items: Sequence[Inspected]
    total: NotRequired[int]
    notes: NotRequired[str]
